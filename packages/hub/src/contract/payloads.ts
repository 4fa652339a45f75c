/** Services' own JSON Schemas: bounded before they are used, because they come from somebody else, and compiled once each. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import type { PayloadIssue, Schemas } from '../routing/ports.ts';
import { within } from './time-limit.ts';

/** To compile a schema takes longer than linear in its size: 64 KB some 0.3 s, three times as much 6 s. */
const maxSchemaBytes = 64 * 1024;
const maxSchemaDepth = 32;
const maxSubschemas = 200;
/** Compiled schemas kept; beyond it the one used longest ago goes. */
const maxCompiled = 500;
/** What a refusal lists. */
const maxIssues = 10;

/** A payload that takes longer does not fit. Milliseconds. */
const maxCheckMs = 250;
/** A schema that took too long so often is not tried again: each time everybody waits. */
const maxOverruns = 3;
/** What is this small is checked in no time, but by a schema that refers to itself: it may double with each level. */
const smallBytes = 4 * 1024;

interface Compiled {
  readonly validate: ValidateFunction;
  readonly refers: boolean;
  overruns: number;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** A pattern runs in linear time, whatever it is: `^(a+)+$` took 6.8 s on 28 characters with the language's own. */
const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // Ajv keeps the patterns of a schema and of its meta-schema by their text: without one of its own each would be the first.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearRegExp' },
);

export class PayloadSchemas implements Schemas {
  /** By the schema's text, in the order of their last use. */
  readonly #compiled = new Map<string, Compiled>();
  /** The same by the object itself: payloads come more often than schemas. */
  readonly #bySchema = new WeakMap<JsonSchema, Compiled>();

  admit(schema: JsonSchema, path: string): void {
    const text = JSON.stringify(schema);
    if (text.length > maxSchemaBytes) refuse(path, `a JSON Schema of at most ${maxSchemaBytes} bytes`);
    const { depth, objects } = shapeOf(schema);
    if (depth > maxSchemaDepth) refuse(path, `a JSON Schema nested at most ${maxSchemaDepth} deep`);
    if (objects > maxSubschemas) refuse(path, `a JSON Schema of at most ${maxSubschemas} parts`);
    try {
      this.#validator(schema, text);
    } catch (error) {
      refuse(path, `a JSON Schema (2020-12) that can be used: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  check(schema: JsonSchema, payload: unknown, bytes: number): readonly PayloadIssue[] {
    const compiled = this.#bySchema.get(schema) ?? this.#validator(schema, JSON.stringify(schema));
    const { validate, refers, overruns } = compiled;
    if (overruns >= maxOverruns) return [issueOfCost('is not checked: others took too long by the same schema')];
    const isSure = bytes <= smallBytes && !refers;
    try {
      const checked = isSure ? { value: validate(payload) } : within(maxCheckMs, () => validate(payload));
      if (checked !== undefined) return checked.value ? [] : (validate.errors ?? []).slice(0, maxIssues).map(issueOf);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [issueOfCost('can not be checked: the schema goes round in circles')];
    }
    compiled.overruns += 1;
    return [issueOfCost(`takes longer than ${maxCheckMs} ms to check`)];
  }

  #validator(schema: JsonSchema, text: string): Compiled {
    const compiled = this.#compiled.get(text) ?? {
      validate: compile(schema),
      refers: /"\$(?:dynamic|recursive)?[Rr]ef"/.test(text),
      overruns: 0,
    };
    this.#compiled.delete(text);
    this.#compiled.set(text, compiled);
    this.#bySchema.set(schema, compiled);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > maxCompiled && oldest !== undefined) this.#compiled.delete(oldest);
    return compiled;
  }
}

/** An instance of its own for each: its `$id`s are its own matter, and nothing is left when it goes. Remote references are refused. */
function compile(schema: JsonSchema): ValidateFunction {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: false,
    inlineRefs: false,
    code: { optimize: false, regExp: linearRegExp },
  });
  addFormats.default(ajv, { mode: 'fast' });
  return ajv.compile(schema);
}

function issueOf({ instancePath, message, keyword }: ErrorObject): PayloadIssue {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { path, message: message ?? 'does not fit', keyword };
}

function issueOfCost(message: string): PayloadIssue {
  return { path: [], message, keyword: 'cost' };
}

/** Without recursion: the depth is what is to be bounded. */
function shapeOf(schema: JsonSchema): { readonly depth: number; readonly objects: number } {
  let objects = 0;
  let depth = 0;
  for (let level: unknown[] = [schema]; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (!Array.isArray(value)) objects += 1;
      for (const member of Object.values(value)) if (typeof member === 'object') below.push(member);
    }
    level = below;
  }
  return { depth, objects };
}

function refuse(path: string, expected: string): never {
  throw new ConduitError('invalid_message', `${path} must be ${expected}`, { details: { path } });
}
