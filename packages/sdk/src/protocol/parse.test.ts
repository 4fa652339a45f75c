/** A guard takes what follows the protocol in our own words, and says of anything else what, where, and what it should have been. */

import { describe, expect, test } from 'vitest';
import { ConduitError } from './errors.ts';
import { maxDurationMs, maxTextLength } from './limits.ts';
import { parseGet, parseLeave, parseRegister, parseRequest, parseServices, parseWatch } from './parse.ts';
import { parseWork, readStamp } from './parse-work.ts';

const id = '01a2088c-0c98-7c6e-a364-62a101f2756e';
const request = { to: 'llm', action: 'go' };
const service = { type: 'service', name: 'llm' };

function refusalOf(guard: () => unknown): { sentence: string; details: unknown } {
  try {
    guard();
  } catch (error) {
    if (error instanceof ConduitError && error.code === 'invalid_message') {
      return { sentence: error.message, details: error.details };
    }
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a refusal', () => {
  test.each([
    [() => parseRequest(null), '', 'the message must be an object'],
    [() => parseRequest({ ...request, priority: 11 }), 'priority', 'priority must be a whole number from -10 to 10'],
    [
      () => parseRequest({ ...request, timeout_ms: maxDurationMs + 1 }),
      'timeout_ms',
      'timeout_ms must be a whole number from 1 to 604800000',
    ],
    [
      () => parseRequest({ ...request, parent: { request_id: 7 } }),
      'parent.request_id',
      'parent.request_id must be a UUID or a ULID',
    ],
    [
      () => parseRequest({ ...request, tags: ['a', 5] }),
      'tags[1]',
      `tags[1] must be a string of at most ${maxTextLength} characters`,
    ],
    [
      () => parseRequest({ ...request, trace: { t: 1 } }),
      'trace.t',
      `trace.t must be a string of at most ${maxTextLength} characters`,
    ],
    [() => parseRegister({ ...service, actions: ['ok', '-'] }), 'actions[1]', /^actions\[1\] must be a name: 1 to 128 letters/],
    [
      () => parseRegister({ ...service, actions: [{ name: 'go', tasks: [{ task_id: 'a' }, {}] }] }),
      'actions[0].tasks[1].task_id',
      /^actions\[0\]\.tasks\[1\]\.task_id must be a name/,
    ],
    [
      () => parseRegister({ ...service, in_flight: [{ request_id: id }] }),
      'in_flight[0].attempt',
      'in_flight[0].attempt must be a whole number from 1',
    ],
    [
      () => parseGet({ request_id: id, include: ['payload', 'all'] }),
      'include[1]',
      'include[1] must be one of payload, result, streams',
    ],
    [() => parseWatch({ request_id: id, after_seq: -1 }), 'after_seq', 'after_seq must be a whole number from 0'],
    [
      () => parseWork('tasks', { request_id: id, tasks: [{ task_id: 'a', weight: 0 }] }),
      'tasks[0].weight',
      'tasks[0].weight must be greater than 0',
    ],
    [
      () => parseWork('progress', { request_id: id, progress: 1.5 }),
      'progress',
      'progress must be a fraction from 0 to 1, or null',
    ],
    [
      () => parseWork('task_error', { request_id: id, task_id: 'a', error: {} }),
      'error.message',
      'error.message must be a string',
    ],
  ] as const)('says where and what is expected: %#', (guard, path, sentence) => {
    const refusal = refusalOf(guard);
    expect(refusal.details).toEqual({ path });
    expect(refusal.sentence).toMatch(sentence);
  });
});

describe('a field', () => {
  test('that is undefined is as good as absent', () => {
    const bare = {
      ...request,
      request_id: undefined,
      tags: undefined,
      parent: undefined,
      trace: undefined,
      timeout_ms: undefined,
    };
    expect(parseRequest(bare)).toStrictEqual({ to: 'llm', action: 'go' });
    expect(parseLeave({ name: undefined })).toStrictEqual({});
  });

  test.each(['request_id', 'timeout_ms', 'priority', 'on_requester_gone', 'parent', 'tags', 'trace'])(
    'that is null is of the wrong type: %s',
    (key) => {
      expect(refusalOf(() => parseRequest({ ...request, [key]: null })).details).toEqual({ path: key });
    },
  );

  test('that is opaque may be null, and is passed on as it is', () => {
    const payload = { snake_case: 1, camelCase: [undefined, null] };
    expect(parseRequest({ ...request, payload: null })).toStrictEqual({ ...request, payload: null });
    expect(parseRequest({ ...request, payload }).payload).toBe(payload);
    expect(parseWork('result', { request_id: id, result: null })).toStrictEqual({ type: 'result', requestId: id, result: null });
  });

  test('that nobody knows is ignored', () => {
    expect(parseServices({ watch: true, colour: 'green' })).toStrictEqual({ watch: true });
  });

  test('that is inherited was not sent', () => {
    expect(refusalOf(() => parseRequest(JSON.parse('{"__proto__":{"to":"llm"},"action":"go"}'))).details).toEqual({ path: 'to' });
    expect(refusalOf(() => parseRequest(Object.create(request))).details).toEqual({ path: 'to' });
  });
});

describe('odd names', () => {
  test('of members do no harm', () => {
    const odd = JSON.parse('{"to":"llm","action":"go","__proto__":{"polluted":1},"constructor":{"prototype":1},"toJSON":1}');
    expect(parseRequest(odd)).toStrictEqual(request);
    expect({}).not.toHaveProperty('polluted');
  });

  test('in a trace are texts like any other', () => {
    const trace = parseRequest({ ...request, trace: JSON.parse('{"__proto__":"a","toString":"b"}') }).trace ?? {};
    expect(Object.entries(trace)).toEqual([
      ['__proto__', 'a'],
      ['toString', 'b'],
    ]);
    expect(Object.getPrototypeOf(trace)).toBe(Object.prototype);
  });
});

test.each([
  ['a list', []],
  ['binary', new Uint8Array(2)],
  ['a buffer', new ArrayBuffer(2)],
  ['a text', '{}'],
  ['nothing', undefined],
])('%s is no object', (_what, body) => {
  expect(refusalOf(() => parseServices(body)).details).toEqual({ path: '' });
  expect(refusalOf(() => parseRequest({ ...request, parent: body ?? null })).details).toEqual({ path: 'parent' });
});

test('an action is a name, or says more', () => {
  const actions = ['go', { name: 'stop', idempotent: false, timeout_ms: 5, tasks: [{ task_id: 'a', parent_id: 'b' }] }];
  expect(parseRegister({ ...service, actions })).toStrictEqual({
    type: 'service',
    name: 'llm',
    actions: [{ name: 'go' }, { name: 'stop', tasks: [{ taskId: 'a', parentId: 'b' }], idempotent: false, timeoutMs: 5 }],
  });
});

describe('a provider', () => {
  test.each([0, -1, 1.5, '1', null, Number.NaN, 2 ** 53])('counts from 1 in whole numbers, and %j is none', (wrong) => {
    for (const key of ['n', 'attempt'])
      expect(refusalOf(() => parseWork('result', { request_id: id, [key]: wrong })).details).toEqual({ path: key });
  });

  test('may say that progress is unknown, which is not the same as saying nothing', () => {
    expect(parseWork('progress', { request_id: id, progress: null })).toHaveProperty('progress', null);
    expect(parseWork('progress', { request_id: id })).not.toHaveProperty('progress');
  });

  test.each([null, 0, '', false])('may send a chunk of %j', (data) => {
    expect(parseWork('chunk', { request_id: id, data })).toStrictEqual({ type: 'chunk', requestId: id, data });
  });

  test.each([{}, { data: undefined }])('may not send a chunk without data: %j', (body) => {
    expect(refusalOf(() => parseWork('chunk', { request_id: id, ...body })).details).toEqual({ path: 'data' });
  });

  test('whose error says no more than a sentence has the code provider_error, and no retry is advised', () => {
    const error = { message: 'broken' };
    expect(parseWork('error', { request_id: id, error })).toStrictEqual({
      type: 'error',
      requestId: id,
      error: { code: 'provider_error', message: 'broken', retryable: false },
    });
  });
});

describe('the stamp of a message', () => {
  test('is read even where the rest is wrong', () => {
    expect(readStamp({ request_id: id, attempt: 2, n: 7, progress: 'half' })).toStrictEqual({ requestId: id, attempt: 2, n: 7 });
    expect(readStamp({ request_id: id })).toStrictEqual({ requestId: id });
  });

  test.each([
    undefined,
    null,
    [],
    'x',
    {},
    { request_id: 7, n: 1 },
    { request_id: id, n: 0 },
    { request_id: id, n: 1, attempt: 'x' },
  ])('is nothing where it is wrong itself: %j', (body) => {
    expect(readStamp(body)).toBeUndefined();
  });
});
