/** Reads one field of a message as a peer sent it, or says what it should have been. The guards of `parse.ts` are made of these. */

import { ConduitError } from './errors.ts';
import { maxDurationMs, maxTextLength, minDurationMs, namePattern, requestIdPattern } from './limits.ts';

/** A message's object; its members are anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** Names the place of a field in its message; built only once something is wrong. */
export type Path = string;

export function refuse(path: Path, expected: string): never {
  throw new ConduitError('invalid_message', `${path === '' ? 'the message' : path} must be ${expected}`, { details: { path } });
}

export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Uint8Array || value instanceof ArrayBuffer);
}

export function fieldsOf(value: unknown, path: Path = ''): Fields {
  return isFields(value) ? value : refuse(path, 'an object');
}

/** Own members only: what an object inherits was not sent. */
export function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

export function text(fields: Fields, key: string, prefix: Path = ''): string | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > maxTextLength)
    refuse(prefix + key, `a string of at most ${maxTextLength} characters`);
  return value;
}

export function name(fields: Fields, key: string, prefix: Path = ''): string {
  return optionalName(fields, key, prefix) ?? refuse(prefix + key, nameRule);
}

const nameRule = 'a name: 1 to 128 letters, digits or . _ : / -, the first a letter or a digit';

export function optionalName(fields: Fields, key: string, prefix: Path = ''): string | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !namePattern.test(value)) refuse(prefix + key, nameRule);
  return value;
}

export function requestId(fields: Fields, key = 'request_id', prefix: Path = ''): string {
  return optionalRequestId(fields, key, prefix) ?? refuse(prefix + key, requestIdRule);
}

const requestIdRule = 'a UUID or a ULID';

export function optionalRequestId(fields: Fields, key = 'request_id', prefix: Path = ''): string | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !requestIdPattern.test(value)) refuse(prefix + key, requestIdRule);
  return value;
}

export function flag(fields: Fields, key: string, prefix: Path = ''): boolean | undefined {
  const value = own(fields, key);
  if (value !== undefined && typeof value !== 'boolean') refuse(prefix + key, 'true or false');
  return value;
}

/** A whole number between two bounds, both included. */
export function integer(
  fields: Fields,
  key: string,
  [min, max]: readonly [number, number],
  prefix: Path = '',
): number | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    refuse(prefix + key, max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`);
  }
  return value;
}

export const count: readonly [number, number] = [1, Number.MAX_SAFE_INTEGER];
export const fromZero: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER];

export function duration(fields: Fields, key: string, prefix: Path = ''): number | undefined {
  return integer(fields, key, [minDurationMs, maxDurationMs], prefix);
}

export function number(fields: Fields, key: string, prefix: Path = ''): number | undefined {
  const value = own(fields, key);
  if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) refuse(prefix + key, 'a finite number');
  return value as number | undefined;
}

export function oneOf<const Word extends string>(
  fields: Fields,
  key: string,
  words: readonly Word[],
  prefix: Path = '',
): Word | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  return words.find((word) => word === value) ?? refuse(prefix + key, `one of ${words.join(', ')}`);
}

export function list(fields: Fields, key: string, max: number, prefix: Path = ''): readonly unknown[] | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > max) refuse(prefix + key, `a list of at most ${max}`);
  return value;
}

export function object(fields: Fields, key: string, prefix: Path = ''): Fields | undefined {
  const value = own(fields, key);
  return value === undefined ? undefined : fieldsOf(value, prefix + key);
}

/** The type of an object whose undefined members are absent. */
type Present<Value> = {
  [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key];
} & { [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined> };

/** The object without what is undefined, so that an absent field stays absent. A copy: deleting would make it slow for good. */
export function present<Value extends object>(value: Value): Present<Value>;
export function present(value: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) if (value[key] !== undefined) kept[key] = value[key];
  return kept;
}
