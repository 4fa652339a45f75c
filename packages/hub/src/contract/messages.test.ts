/** The hand-written guards accept exactly what the schemas accept, and translate it: tried on messages that are right, nearly right, and junk. */

import { isDeepStrictEqual } from 'node:util';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import {
  parseCancel,
  parseGet,
  parseLeave,
  parseRegister,
  parseRequest,
  parseServices,
  parseUnwatch,
  parseWatch,
} from '@conduit/sdk/protocol/parse';
import { isWorkType, parseWork, readStamp } from '@conduit/sdk/protocol/parse-work';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handlers } from '../sessions/dispatch.ts';
import { junk, nearlyRight, rightMessages } from '../testing/wire-messages.ts';
import { type MessageName, messageSchemas } from './messages.ts';

const names = Object.keys(messageSchemas) as MessageName[];
const uuid = '01a2088c-0c98-7c6e-a364-62a101f2756e';

const guards: Partial<Record<MessageName, (body: unknown) => unknown>> = {
  register: parseRegister,
  request: parseRequest,
  cancel: parseCancel,
  watch: parseWatch,
  unwatch: parseUnwatch,
  get: parseGet,
  services: parseServices,
  drain: parseLeave,
  unregister: parseLeave,
};

function guardOf(name: MessageName): (body: unknown) => unknown {
  const guard = guards[name];
  if (guard !== undefined) return guard;
  return (body) => {
    if (!isWorkType(name)) throw new Error(`${name} has no guard`);
    return parseWork(name, body);
  };
}

/** What the guard makes of a message; none where it refuses it, as it should: `invalid_message`, and where. */
function parsed(name: MessageName, message: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: guardOf(name)(message) };
  } catch (error) {
    if (!(error instanceof ConduitError) || error.code !== 'invalid_message') throw error;
    expect(error.details).toEqual({ path: expect.any(String) });
    return undefined;
  }
}

/** Members that the hub passes on as they are. */
const opaque = new Set(['payload', 'result', 'data', 'metadata', 'input', 'output', 'details', 'trace']);

/** The same in our own words, told from the schema's side: known members only, spelled in camelCase, absent ones absent. */
function translated(name: MessageName, message: unknown): unknown {
  const known = messageSchemas[name].parse(message) as Record<string, unknown>;
  const said = camel(known) as Record<string, unknown>;
  if (!isWorkType(name)) return said;
  if (said['error'] === undefined) return { type: name, ...said };
  return { type: name, ...said, error: { code: 'provider_error', retryable: false, ...(said['error'] as object) } };
}

function camel(value: unknown, holder = ''): unknown {
  if (Array.isArray(value))
    return value.map((one) => (holder === 'actions' && typeof one === 'string' ? { name: one } : camel(one)));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    kept.map(([key, member]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      opaque.has(key) ? member : camel(member, key),
    ]),
  );
}

test('every event towards the hub has a schema, and no other', () => {
  expect([...names].sort()).toEqual(Object.keys(handlers).sort());
});

describe.each(names)('%s', (name) => {
  test('a right message is accepted, and says the same in our own words', () => {
    fc.assert(
      fc.property(rightMessages[name], (message) => {
        const ours = parsed(name, message);
        expect(messageSchemas[name].safeParse(message).error).toBeUndefined();
        expect(isDeepStrictEqual(ours?.value, translated(name, message)), JSON.stringify(ours?.value)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('guard and schema agree on what is nearly right, and on junk', () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: nearlyRight(name) }, { weight: 1, arbitrary: junk }), (message) => {
        const ours = parsed(name, message);
        expect(ours !== undefined).toBe(messageSchemas[name].safeParse(message).success);
        if (ours === undefined) refused += 1;
        else {
          accepted += 1;
          expect(isDeepStrictEqual(ours.value, translated(name, message)), JSON.stringify(ours.value)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
    // Messages of one kind only would prove nothing.
    expect(Math.min(accepted, refused)).toBeGreaterThan(100);
  });
});

test.each<[MessageName, string, number, unknown, object]>([
  ['register', 'actions', 1_000, 'a', { type: 'service', name: 'llm' }],
  ['register', 'in_flight', 10_000, { request_id: uuid, attempt: 1 }, { type: 'service', name: 'llm' }],
  ['tasks', 'tasks', 10_000, { task_id: 'a' }, { request_id: uuid }],
  ['request', 'tags', 16, 'a', { to: 'llm', action: 'go' }],
  ['get', 'include', 3, 'result', { request_id: uuid }],
])('the %s with %s lists at most %i', (name, key, max, one, rest) => {
  for (const [length, isRight] of [
    [max, true],
    [max + 1, false],
  ] as const) {
    const message = { ...rest, [key]: Array.from({ length }, () => one) };
    expect(parsed(name, message) !== undefined).toBe(isRight);
    expect(messageSchemas[name].safeParse(message).success).toBe(isRight);
  }
});

test('what is inherited was not sent', () => {
  const inherited: unknown = Object.create({ to: 'llm', action: 'go' });
  expect(parsed('request', inherited)).toBeUndefined();
  expect(parsed('request', JSON.parse('{"__proto__":{"to":"llm","action":"go"}}'))).toBeUndefined();
});

test('the error of a provider that says no code is a provider_error, and no retry is advised', () => {
  expect(parseWork('error', { request_id: uuid, error: { message: 'm' } })).toEqual({
    type: 'error',
    requestId: uuid,
    error: { code: 'provider_error', message: 'm', retryable: false },
  });
});

test('the number of a message that is refused can still be read', () => {
  expect(readStamp({ request_id: uuid, n: 4, attempt: 2, tasks: 'none' })).toEqual({ requestId: uuid, n: 4, attempt: 2 });
  expect(readStamp({ request_id: 7, n: 4 })).toBeUndefined();
  expect(readStamp(undefined)).toBeUndefined();
});
