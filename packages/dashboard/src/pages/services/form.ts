/** A form from the JSON Schema of what an action takes: a control for each simple member, JSON for what is not simple. Pure. */

import { isFields } from '../../live/fields.ts';

export interface Field {
  /** Empty: the whole payload. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'json';
  readonly isRequired: boolean;
  readonly choices: readonly string[];
  readonly initial: string;
  readonly hint?: string;
}

/** The name that a form gives to a payload that is one field. */
const wholePayload = 'payload';

export function fieldsOf(schema: Readonly<Record<string, unknown>> | undefined): readonly Field[] {
  const properties = schema?.['properties'];
  if (schema?.['type'] !== 'object' || !isFields(properties)) return [anyField(schema)];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, member]) =>
    fieldOf(name, isFields(member) ? member : {}, required.includes(name)),
  );
}

function anyField(schema: Readonly<Record<string, unknown>> | undefined): Field {
  const initial = schema === undefined ? '{}' : '';
  return { name: wholePayload, label: 'Payload, JSON', kind: 'json', isRequired: false, choices: [], initial };
}

function fieldOf(name: string, schema: Readonly<Record<string, unknown>>, isRequired: boolean): Field {
  const { type, default: said, description, title, examples } = schema;
  const example = said ?? (Array.isArray(examples) ? examples[0] : undefined);
  const shared = {
    ...{ name, label: typeof title === 'string' ? title : name, isRequired, choices: [] },
    ...(typeof description === 'string' ? { hint: description } : {}),
  };
  const choices = Array.isArray(schema['enum']) ? schema['enum'].filter((one) => typeof one === 'string') : [];
  const initial = example === undefined ? '' : String(example);
  if (choices.length > 0) return { ...shared, kind: 'choice', choices, initial };
  if (type === 'string') return { ...shared, kind: 'text', initial };
  if (type === 'number' || type === 'integer') return { ...shared, kind: 'number', initial };
  if (type === 'boolean') return { ...shared, kind: 'flag', initial };
  return {
    ...shared,
    label: `${shared.label}, JSON`,
    kind: 'json',
    initial: example === undefined ? '' : JSON.stringify(example, null, 2),
  };
}

/** The first field whose JSON is none, and why. */
export function troubleIn(
  fields: readonly Field[],
  read: (name: string) => unknown,
): { readonly name: string; readonly why: string } | undefined {
  for (const field of fields.filter(({ kind }) => kind === 'json')) {
    try {
      parsed(field, read(field.name));
    } catch (error) {
      return { name: field.name, why: error instanceof Error ? error.message : String(error) };
    }
  }
  return undefined;
}

/** @throws SyntaxError for what should be JSON and is none. */
export function payloadFrom(fields: readonly Field[], read: (name: string) => unknown): unknown {
  const [only] = fields;
  if (only?.name === wholePayload && fields.length === 1 && only.kind === 'json') return parsed(only, read(only.name));
  const said = fields.flatMap((field) => {
    const value = saidOf(field, read(field.name));
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries(said);
}

function saidOf(field: Field, value: unknown): unknown {
  if (field.kind === 'flag') return value !== null;
  if (typeof value !== 'string' || value === '') return undefined;
  if (field.kind === 'number') return Number(value);
  return field.kind === 'json' ? parsed(field, value) : value;
}

function parsed({ label }: Field, value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new SyntaxError(`${label}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
