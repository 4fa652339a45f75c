/** Messages towards the hub as peers may send them: right ones, nearly right ones, and junk. Made for properties, by fast-check. */

import { maxDurationMs, maxTextLength, namePattern } from '@conduit/sdk/protocol/limits';
import fc from 'fast-check';
import type { MessageName } from '../contract/messages.ts';

type Shape = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const uuid = '01a2088c-0c98-7c6e-a364-62a101f2756e';

const name = fc.oneof(fc.constantFrom('llm', 'a:b/c', 'x'.repeat(128)), fc.stringMatching(namePattern, { size: 'small' }));
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'ä'.repeat(maxTextLength)));
const requestId = fc.oneof(fc.constantFrom(uuid, uuid.toUpperCase(), '01ARZ3NDEKTSV4RRFFQ69G5FAV'), fc.uuid(), fc.ulid());
const duration = fc.oneof(fc.integer({ min: 1, max: maxDurationMs }), fc.constantFrom(1, maxDurationMs));
const count = fc.oneof(fc.integer({ min: 1 }), fc.constant(Number.MAX_SAFE_INTEGER));
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

/** Whatever JSON or Socket.IO's binary parts can carry, members of odd names among it. */
const opaque = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom(null, '{"__proto__":{"a":1},"toString":2}').map((json) => JSON.parse(json ?? 'null') as unknown),
);
const object = fc.dictionary(fc.oneof(fc.string(), oddKey()), opaque, { maxKeys: 4 }).map(ownMembers);

const task = some(
  { task_id: name, title: text, weight: fc.double({ min: 0, minExcluded: true, max: 1e9, noNaN: true }), parent_id: name },
  ['task_id'],
);
const tasks = fc.array(task, { maxLength: 3 });
const action = fc.oneof(
  name,
  some({ name, description: text, input: object, output: object, tasks, idempotent: fc.boolean(), timeout_ms: duration }, [
    'name',
  ]),
);
const resume = some({ session_id: text, session_token: text }, ['session_id', 'session_token']);
const inFlight = some({ request_id: requestId, attempt: count }, ['request_id', 'attempt']);
const trace = fc.dictionary(fc.oneof(fc.string({ maxLength: 64 }), oddKey()), text, { maxKeys: 8 }).map(ownMembers);
const error = some({ code: name, message: text, retryable: fc.boolean(), details: object }, ['message']);
const stamp = { request_id: requestId, attempt: count, n: count };
const leave = some({ name }, []);

/** What follows the protocol, its bounds included: a guard that refuses one of these is wrong. */
export const rightMessages: Readonly<Record<MessageName, fc.Arbitrary<Record<string, unknown>>>> = {
  register: fc.oneof(
    some({ type: fc.constant('client'), name: text, resume }, ['type']),
    some(
      {
        type: fc.constant('service'),
        name,
        actions: fc.array(action, { maxLength: 3 }),
        capacity: fc.integer({ min: 1, max: 10_000 }),
        instance_id: name,
        acks: fc.boolean(),
        metadata: object,
        resume,
        in_flight: fc.array(inFlight, { maxLength: 3 }),
      },
      ['type', 'name'],
    ),
  ),
  request: some(
    {
      to: name,
      action: name,
      payload: opaque,
      request_id: requestId,
      timeout_ms: duration,
      start_timeout_ms: duration,
      max_attempts: fc.integer({ min: 1, max: 100 }),
      priority: fc.integer({ min: -10, max: 10 }),
      on_requester_gone: fc.constantFrom('continue', 'cancel'),
      parent: some({ request_id: requestId, task_id: name }, ['request_id']),
      tags: fc.array(text, { maxLength: 16 }),
      trace,
    },
    ['to', 'action'],
  ),
  cancel: some({ request_id: requestId, reason: text }, ['request_id']),
  watch: some({ request_id: requestId, after_seq: fc.nat(), epoch: text }, ['request_id']),
  unwatch: some({ request_id: requestId }, ['request_id']),
  get: some({ request_id: requestId, include: fc.array(fc.constantFrom('payload', 'result', 'streams'), { maxLength: 3 }) }, [
    'request_id',
  ]),
  services: some({ watch: fc.boolean() }, []),
  drain: leave,
  unregister: leave,
  tasks: some({ ...stamp, tasks }, ['request_id', 'tasks']),
  progress: some(
    {
      ...stamp,
      task_id: name,
      progress: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(null, 0, 1)),
      current: number,
      total: number,
      unit: text,
      message: text,
    },
    ['request_id'],
  ),
  chunk: some({ ...stamp, stream: name, task_id: name, mode: fc.constantFrom('append', 'replace', 'items'), data: opaque }, [
    'request_id',
    'data',
  ]),
  task_result: some({ ...stamp, task_id: name, result: opaque, skipped: fc.boolean() }, ['request_id', 'task_id']),
  task_error: some({ ...stamp, task_id: name, error }, ['request_id', 'task_id', 'error']),
  result: some({ ...stamp, result: opaque }, ['request_id']),
  error: some({ ...stamp, error }, ['request_id', 'error']),
  reject: some({ ...stamp, reason: text }, ['request_id']),
};

/** Values that are right for some field, nearly right for another, and wrong for most. */
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('llm', uuid, 'client', 'service', 'append', 'cancel', 'result', '', '-x', 'ä', 'a\n', `${uuid} `),
  fc.constantFrom(0, -0, 1, -1, 0.5, 1.5, 16, 100, 101, 10_000, 10_001, maxDurationMs, maxDurationMs + 1, 2 ** 53, -11),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE),
  fc.constantFrom(true, false, null, undefined),
  fc.constantFrom('x'.repeat(129), 'y'.repeat(maxTextLength + 1), 'ä'.repeat(maxTextLength + 1)),
  fc
    .constantFrom<unknown>({}, [], ['a'], [null], [[]], { name: 'x' }, { message: 'no' }, { message: null })
    .map((one) => structuredClone(one)),
  fc
    .constantFrom(
      () => new Uint8Array(3),
      () => new ArrayBuffer(3),
    )
    .map((make) => make()),
  // Longer than `tags` and `include`; elements of their own, for a shared one multiplies whatever is put into it.
  fc.constantFrom(4, 17).map((length) => Array.from({ length }, () => 'a')),
  fc.constantFrom(4, 17).map((length) => Array.from({ length }, () => ({ task_id: 'a' }))),
  // Around the 16 KiB of metadata, in characters of one byte and of two.
  fc.constantFrom('m'.repeat(16_376), 'm'.repeat(16_377), 'ä'.repeat(8_188), 'ä'.repeat(8_189)).map((long) => ({ a: long })),
  // Around the 8 texts of a trace, and its names of 64 characters.
  fc.constantFrom(8, 9).map((length) => Object.fromEntries(Array.from({ length }, (_, at) => [`t${at}`, 'x']))),
  fc.constantFrom(64, 65).map((length) => ({ ['k'.repeat(length)]: 'x' })),
  fc.constantFrom('{"__proto__":{"name":"a"}}', '{"__proto__":7}', '{"toString":1}').map((json): unknown => JSON.parse(json)),
  fc.anything({ maxDepth: 2 }),
);

/** A right message in which up to three members, at any depth, are gone, have become something else, or are new. */
export function nearlyRight(message: MessageName): fc.Arbitrary<unknown> {
  const change = fc.record({
    at: fc.nat(),
    to: values,
    how: fc.constantFrom('replace', 'replace', 'remove', 'add'),
    key: fieldName(),
  });
  return fc.tuple(rightMessages[message], fc.array(change, { minLength: 1, maxLength: 3 })).map(([right, changes]) => {
    const changed = structuredClone(right);
    for (const { at, to, how, key } of changes) {
      const places = placesOf(changed);
      const [holder, member] = how === 'add' ? [changed, key] : (places[at % places.length] ?? [changed, key]);
      if (how === 'remove' && !Array.isArray(holder)) delete holder[member];
      else put(holder, member, structuredClone(to));
    }
    return changed;
  });
}

export const junk: fc.Arbitrary<unknown> = fc.oneof(
  values,
  fc.array(fc.tuple(fieldName(), values), { maxLength: 6 }).map(ownMembers),
  fc.anything({ maxDepth: 3, withNullPrototype: true }),
);

/** An object with some of these members; those that are required always. */
function some(shape: Shape, required: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(shape, { requiredKeys: [...required] });
}

function fieldName(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      'type',
      'name',
      'request_id',
      'task_id',
      'to',
      'action',
      'attempt',
      'n',
      'error',
      'data',
      'tasks',
      'progress',
      'watch',
    ),
    fc.constantFrom('requestId', 'taskId', 'unknown', 'x'.repeat(300)),
    oddKey(),
  );
}

function oddKey(): fc.Arbitrary<string> {
  return fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'toJSON');
}

/** Members as JSON.parse makes them: `__proto__` is one like any other. */
function ownMembers(entries: Record<string, unknown> | readonly [string, unknown][]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of Array.isArray(entries) ? entries : Object.entries(entries)) put(made, key, value);
  return made;
}

function put(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesOf(holder: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.keys(holder).flatMap((key) => {
    const member = holder[key];
    const isHolder =
      typeof member === 'object' && member !== null && !(member instanceof Uint8Array || member instanceof ArrayBuffer);
    return [[holder, key] as [Record<string, unknown>, string], ...(isHolder ? placesOf(member as Record<string, unknown>) : [])];
  });
}
