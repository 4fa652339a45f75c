/** The hand-written guards accept exactly what the schemas accept: tried on messages that are right, nearly right, and junk. */

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
import { type MessageName, messageSchemas } from './messages.ts';

const guards: Partial<Record<MessageName, (body: unknown) => unknown>> = {
  register: parseRegister,
  request: parseRequest,
  cancel: parseCancel,
  watch: parseWatch,
  unwatch: parseUnwatch,
  get: parseGet,
  services: parseServices,
  drain: parseLeave,
};

function guardOf(name: MessageName): (body: unknown) => unknown {
  const guard = guards[name];
  if (guard !== undefined) return guard;
  return (body) => {
    if (!isWorkType(name)) throw new Error(`${name} has no guard`);
    return parseWork(name, body);
  };
}

const uuid = '01a2088c-0c98-7c6e-a364-62a101f2756e';

/** Values that are right for some field, nearly right for another, and wrong for most. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'llm',
      'a:b/c',
      uuid,
      '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      'client',
      'service',
      'append',
      'cancel',
      'result',
      '',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      0,
      1,
      -1,
      0.5,
      1.5,
      10,
      16,
      10_000,
      10_001,
      604_800_000,
      604_800_001,
      Number.NaN,
      Infinity,
      2 ** 53,
      -0,
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(true, false, null, undefined) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(128), 'x'.repeat(129), 'y'.repeat(1_024), 'y'.repeat(1_025), '-x', 'ä') },
  { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, new Uint8Array(3), ['a'], [null], { name: 'x' }, { message: 'no' }) },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) },
);

const keys = [
  'type',
  'name',
  'actions',
  'capacity',
  'instance_id',
  'acks',
  'metadata',
  'resume',
  'in_flight',
  'to',
  'action',
  'payload',
  'request_id',
  'timeout_ms',
  'start_timeout_ms',
  'max_attempts',
  'priority',
  'on_requester_gone',
  'parent',
  'tags',
  'trace',
  'reason',
  'after_seq',
  'epoch',
  'include',
  'watch',
  'tasks',
  'task_id',
  'progress',
  'current',
  'total',
  'unit',
  'message',
  'stream',
  'mode',
  'data',
  'result',
  'skipped',
  'error',
  'attempt',
  'n',
  'session_id',
  'session_token',
  'title',
  'weight',
  'parent_id',
  'code',
  'retryable',
  'details',
  '__proto__',
  'constructor',
];

/** A right message of each kind, with every field it may have. */
const right: Record<MessageName, Record<string, unknown>> = {
  register: {
    type: 'service',
    name: 'llm',
    actions: [
      'go',
      {
        name: 'b',
        description: 'B',
        input: {},
        output: {},
        tasks: [{ task_id: 'a', weight: 2 }],
        idempotent: false,
        timeout_ms: 5,
      },
    ],
    capacity: 3,
    instance_id: 'i-1',
    acks: true,
    metadata: { version: 1 },
    resume: { session_id: 's', session_token: 't' },
    in_flight: [{ request_id: uuid, attempt: 1 }],
  },
  request: {
    to: 'llm',
    action: 'go',
    payload: { x: 1 },
    request_id: uuid,
    timeout_ms: 5,
    start_timeout_ms: 5,
    max_attempts: 2,
    priority: -10,
    on_requester_gone: 'cancel',
    parent: { request_id: uuid, task_id: 'a' },
    tags: ['one'],
    trace: { traceparent: '00' },
  },
  cancel: { request_id: uuid, reason: 'no' },
  watch: { request_id: uuid, after_seq: 0, epoch: 'e' },
  unwatch: { request_id: uuid },
  get: { request_id: uuid, include: ['payload'] },
  services: { watch: true },
  drain: { name: 'llm' },
  tasks: { request_id: uuid, attempt: 1, n: 1, tasks: [{ task_id: 'a', title: 'A', weight: 0.5, parent_id: 'b' }] },
  progress: { request_id: uuid, attempt: 1, n: 2, task_id: 'a', progress: 0.5, current: 1, total: 2, unit: 'px', message: 'm' },
  chunk: { request_id: uuid, n: 3, stream: 's', task_id: 'a', mode: 'items', data: null },
  task_result: { request_id: uuid, task_id: 'a', result: 1, skipped: false },
  task_error: { request_id: uuid, task_id: 'a', error: { code: 'boom', message: 'm', retryable: true, details: {} } },
  result: { request_id: uuid, result: 'fine' },
  error: { request_id: uuid, error: { message: 'm' } },
  reject: { request_id: uuid, reason: 'busy' },
};

/** A right message in which up to three fields, at any depth, are left out or have become something else. */
function nearly(name: MessageName): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), to: value, isGone: fc.boolean() });
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    const message = structuredClone(right[name]);
    for (const { at, to, isGone } of changes) {
      const places = placesOf(message);
      const [holder, key] = places[at % places.length] ?? [message, 'name'];
      if (isGone && !Array.isArray(holder)) delete holder[key];
      else Object.defineProperty(holder, key, { value: to, enumerable: true, configurable: true, writable: true });
    }
    return message;
  });
}

function placesOf(message: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.keys(message).flatMap((key) => {
    const member = message[key];
    const isHolder = typeof member === 'object' && member !== null && !ArrayBuffer.isView(member);
    return [[message, key], ...(isHolder ? placesOf(member as Record<string, unknown>) : [])] as [
      Record<string, unknown>,
      string,
    ][];
  });
}

const junk = fc.oneof(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 }), fc.anything({ maxDepth: 3 }));

function accepts(guard: (body: unknown) => unknown, message: unknown): boolean {
  try {
    guard(message);
    return true;
  } catch (error) {
    if (!(error instanceof ConduitError) || error.code !== 'invalid_message') throw error;
    expect(error.details).toHaveProperty('path');
    return false;
  }
}

describe.each(Object.keys(messageSchemas) as MessageName[])('%s', (name) => {
  test('a right message is accepted', () => {
    expect(accepts(guardOf(name), right[name])).toBe(true);
    expect(messageSchemas[name].safeParse(right[name]).success).toBe(true);
  });

  test('guard and schema agree', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: nearly(name) }, { weight: 1, arbitrary: junk }), (message) => {
        expect(accepts(guardOf(name), message)).toBe(messageSchemas[name].safeParse(message).success);
      }),
      { numRuns: 1_500 },
    );
  });
});

test('what is parsed says the same in our own words', () => {
  expect(parseRequest(right.request)).toEqual({
    to: 'llm',
    action: 'go',
    payload: { x: 1 },
    requestId: uuid,
    timeoutMs: 5,
    startTimeoutMs: 5,
    maxAttempts: 2,
    priority: -10,
    onRequesterGone: 'cancel',
    parent: { requestId: uuid, taskId: 'a' },
    tags: ['one'],
    trace: { traceparent: '00' },
  });
  expect(parseWork('error', right.error)).toEqual({
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
