/** Protocol, section 1: one object an event, one answer an event, and nothing a peer sends harms the hub or anybody else. */

import { describe, expect, test } from 'vitest';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker, echo, type Peer } from '../support/peer.ts';

const hub = aHubForThisFile();

const eventsToHub = [
  'register',
  'request',
  'cancel',
  'watch',
  'unwatch',
  'get',
  'services',
  'tasks',
  'progress',
  'chunk',
  'task_result',
  'task_error',
  'result',
  'error',
  'reject',
  'drain',
  'unregister',
];

const someId = '018f0000-0000-7000-8000-000000000000';

/** Shows that the hub still does its work for somebody else. */
async function expectOthersServed(): Promise<void> {
  const service = aName('others');
  await aWorker(hub.url, service, { work: echo });
  const other = await aClient(hub.url);
  const end = await other.finish({ to: service, action: 'go', payload: 'still here' });
  expect(end).toMatchObject({ name: 'result', body: { result: 'still here', state: 'completed' } });
}

describe('answers', () => {
  test('an acknowledged event is answered with ok and its fields', async () => {
    const peer = aPeer(hub.url);
    const answer = await peer.call('services', {});
    expect(answer).toMatchObject({ ok: true, services: expect.any(Array) });
    expect(answer).not.toHaveProperty('error');
  });

  test('an acknowledged event that is refused is answered with a code, a sentence and whether a retry can help', async () => {
    const peer = aPeer(hub.url);
    const answer = await peer.call('request', { action: 'go' });
    expect(answer).toEqual({
      ok: false,
      error: { code: 'invalid_message', message: expect.stringMatching(/\w/), retryable: false, details: { path: 'to' } },
    });
    expect(peer.all(['refused', 'error'])).toEqual([]);
  });

  test('a refusal that nobody asked an answer for arrives as "refused", and never as "error"', async () => {
    const peer = aPeer(hub.url);
    peer.say('cancel', { request_id: someId });
    expect(await peer.next('refused')).toEqual({
      event: 'cancel',
      request_id: someId,
      error: expect.objectContaining({ code: 'request_not_found' }),
    });
    peer.say('request', { to: 'has a space', action: 'go' });
    const refused = await peer.next('refused');
    expect(refused).toMatchObject({ event: 'request', error: { code: 'invalid_message', details: { path: 'to' } } });
    expect(refused).not.toHaveProperty('request_id');
    await peer.ok('services', {});
    expect(peer.all('error')).toEqual([]);
  });

  test('every error carries exactly code, message, retryable and perhaps details', async () => {
    const peer = aPeer(hub.url);
    for (const event of eventsToHub) {
      const error = await peer.refusal(event, { request_id: 7, type: 7, to: 7, name: 7, watch: 7 });
      const { details, ...rest } = error;
      expect(rest, event).toEqual({ code: 'invalid_message', message: expect.stringMatching(/\w+ \w+/), retryable: false });
      expect(details, event).toMatchObject({ path: expect.any(String) });
    }
  });
});

describe('one object an event', () => {
  const notOneObject: readonly [what: string, args: readonly unknown[]][] = [
    ['nothing', []],
    ['null', [null]],
    ['a string', ['body']],
    ['a number', [5]],
    ['a list', [[]]],
    ['a truth value', [true]],
    ['binary', [Buffer.from([1, 2, 3])]],
    ['two objects', [{}, {}]],
  ];

  test.each(notOneObject)('an event that carries %s is an invalid message, whichever event it is', async (_what, args) => {
    const peer = aPeer(hub.url);
    for (const event of eventsToHub) {
      const error = await peer.refusal(event, ...args);
      expect(error, event).toMatchObject({ code: 'invalid_message', details: { path: '' } });
    }
    await expectOthersServed();
  });

  test('fields that nobody knows are ignored', async () => {
    const service = aName('tolerant');
    await aWorker(hub.url, service, { work: echo, register: { colour: 'green', actions: [{ name: 'go', shade: 'dark' }] } });
    const peer = aPeer(hub.url);
    await peer.ok('register', { type: 'client', favourite: ['jazz'] });
    const end = await peer.finish({ to: service, action: 'go', payload: 1, colour: { nested: true } });
    expect(end.body).toMatchObject({ state: 'completed', result: 1 });
  });

  test('what an object inherits was not sent', async () => {
    const peer = aPeer(hub.url);
    await peer.connected();
    peer.raw(`2["request",{"__proto__":{"to":"x","action":"y"},"action":"y"}]`);
    expect(await peer.next('refused')).toMatchObject({
      event: 'request',
      error: { code: 'invalid_message', details: { path: 'to' } },
    });
  });
});

describe('wrong types and values', () => {
  const weekMs = 7 * 24 * 60 * 60_000;
  const request = { to: 'x', action: 'y' };
  const service = { type: 'service', name: 'x' };
  const work = { request_id: someId };
  const wrong: readonly [event: string, body: object, path: string][] = [
    ['register', {}, 'type'],
    ['register', { type: 'robot' }, 'type'],
    ['register', { type: ['client'] }, 'type'],
    ['register', { type: 'client', name: 5 }, 'name'],
    ['register', { type: 'client', resume: 'me' }, 'resume'],
    ['register', { type: 'client', resume: {} }, 'resume'],
    ['register', { type: 'service' }, 'name'],
    ['register', { type: 'service', name: 'has a space' }, 'name'],
    ['register', { ...service, capacity: 0 }, 'capacity'],
    ['register', { ...service, capacity: 10_001 }, 'capacity'],
    ['register', { ...service, capacity: 1.5 }, 'capacity'],
    ['register', { ...service, capacity: '5' }, 'capacity'],
    ['register', { ...service, acks: 'yes' }, 'acks'],
    ['register', { ...service, actions: 'all' }, 'actions'],
    ['register', { ...service, actions: [1] }, 'actions'],
    ['register', { ...service, actions: [{}] }, 'actions'],
    ['register', { ...service, actions: [{ name: 'y', timeout_ms: 0 }] }, 'actions'],
    ['register', { ...service, actions: [{ name: 'y', idempotent: 'no' }] }, 'actions'],
    ['register', { ...service, actions: [{ name: 'y', tasks: [{}] }] }, 'actions'],
    ['register', { ...service, instance_id: 7 }, 'instance_id'],
    ['register', { ...service, metadata: 'big' }, 'metadata'],
    ['register', { ...service, in_flight: {} }, 'in_flight'],
    ['register', { type: 'client', name: null }, 'name'],
    ['register', { ...service, in_flight: [{ request_id: someId }] }, 'in_flight'],
    ['request', { to: '', action: 'y' }, 'to'],
    ['request', { to: 'x' }, 'action'],
    ['request', { to: 'x', action: 'ümlaut' }, 'action'],
    ['request', { ...request, request_id: '42' }, 'request_id'],
    ['request', { ...request, request_id: 42 }, 'request_id'],
    ['request', { ...request, timeout_ms: 0 }, 'timeout_ms'],
    ['request', { ...request, timeout_ms: weekMs + 1 }, 'timeout_ms'],
    ['request', { ...request, timeout_ms: 1.5 }, 'timeout_ms'],
    ['request', { ...request, timeout_ms: '1000' }, 'timeout_ms'],
    ['request', { ...request, start_timeout_ms: -1 }, 'start_timeout_ms'],
    ['request', { ...request, max_attempts: 0 }, 'max_attempts'],
    ['request', { ...request, priority: 11 }, 'priority'],
    ['request', { ...request, priority: -11 }, 'priority'],
    ['request', { ...request, priority: 'high' }, 'priority'],
    ['request', { ...request, on_requester_gone: 'maybe' }, 'on_requester_gone'],
    ['request', { ...request, parent: someId }, 'parent'],
    ['request', { ...request, parent: { request_id: 'nobody' } }, 'parent'],
    ['request', { ...request, tags: 'urgent' }, 'tags'],
    ['request', { ...request, tags: [1] }, 'tags'],
    ['request', { ...request, tags: Array.from({ length: 17 }, String) }, 'tags'],
    ['request', { ...request, trace: 'abc' }, 'trace'],
    ['cancel', {}, 'request_id'],
    ['cancel', { ...work, reason: 5 }, 'reason'],
    ['watch', { request_id: null }, 'request_id'],
    ['watch', { ...work, after_seq: -1 }, 'after_seq'],
    ['watch', { ...work, after_seq: 1.5 }, 'after_seq'],
    ['watch', { ...work, epoch: 5 }, 'epoch'],
    ['unwatch', {}, 'request_id'],
    ['get', {}, 'request_id'],
    ['get', { ...work, include: 'payload' }, 'include'],
    ['get', { ...work, include: ['secrets'] }, 'include'],
    ['services', { watch: 'yes' }, 'watch'],
    ['drain', { name: 5 }, 'name'],
    ['unregister', { name: '' }, 'name'],
    ['tasks', work, 'tasks'],
    ['tasks', { ...work, tasks: [{}] }, 'tasks'],
    ['tasks', { ...work, tasks: [{ task_id: 'a', weight: 0 }] }, 'tasks'],
    ['tasks', { ...work, tasks: [{ task_id: 'a', title: 5 }] }, 'tasks'],
    ['tasks', { ...work, tasks: [{ task_id: 'a', parent_id: 5 }] }, 'tasks'],
    ['progress', {}, 'request_id'],
    ['progress', { ...work, progress: 1.1 }, 'progress'],
    ['progress', { ...work, progress: -0.1 }, 'progress'],
    ['progress', { ...work, progress: 'half' }, 'progress'],
    ['progress', { ...work, task_id: 5 }, 'task_id'],
    ['progress', { ...work, current: 'one' }, 'current'],
    ['progress', { ...work, message: {} }, 'message'],
    ['chunk', work, 'data'],
    ['chunk', { ...work, data: 'x', mode: 'prepend' }, 'mode'],
    ['chunk', { ...work, data: 'x', stream: 'has a space' }, 'stream'],
    ['task_result', work, 'task_id'],
    ['task_result', { ...work, task_id: 'a', skipped: 1 }, 'skipped'],
    ['task_error', { ...work, task_id: 'a' }, 'error'],
    ['task_error', { ...work, task_id: 'a', error: {} }, 'error'],
    ['result', { ...work, attempt: 0 }, 'attempt'],
    ['result', { ...work, n: 0 }, 'n'],
    ['result', { ...work, n: '1' }, 'n'],
    ['error', work, 'error'],
    ['error', { ...work, error: 'broken' }, 'error'],
    ['error', { ...work, error: { message: 5 } }, 'error'],
    ['error', { ...work, error: { message: 'x', retryable: 'perhaps' } }, 'error'],
    ['reject', { ...work, reason: 5 }, 'reason'],
  ];

  test.each(wrong)('"%s" of %j is an invalid message, and its details say where', async (event, body, path) => {
    const peer = aPeer(hub.url);
    const error = await peer.refusal(event, body);
    expect(error).toMatchObject({ code: 'invalid_message', retryable: false, details: { path: expect.any(String) } });
    expect(String(error.details?.['path']).split(/[.[]/)[0]).toBe(path);
  });

  const long = 'x'.repeat(1_025);
  test.each<[what: string, event: string, body: object, path: string]>([
    ['a name of a session', 'register', { type: 'client', name: long }, 'name'],
    ['metadata', 'register', { ...service, metadata: { about: 'x'.repeat(17_000) } }, 'metadata'],
    ['a tag', 'request', { ...request, tags: [long] }, 'tags'],
    ['a trace', 'request', { ...request, trace: { traceparent: long } }, 'trace'],
    ['a reason', 'cancel', { ...work, reason: long }, 'reason'],
    ['a message', 'progress', { ...work, message: long }, 'message'],
    ['a title', 'tasks', { ...work, tasks: [{ task_id: 'a', title: long }] }, 'tasks'],
  ])('%s that is too long is an invalid message', async (_what, event, body, path) => {
    const error = await aPeer(hub.url).refusal(event, body);
    expect(error.code).toBe('invalid_message');
    expect(String(error.details?.['path']).split(/[.[]/)[0]).toBe(path);
  });

  test('the path of something in a list says which', async () => {
    const peer = aPeer(hub.url);
    const tasks = [{ task_id: 'a' }, { task_id: 'b' }, { task_id: '' }];
    expect((await peer.refusal('tasks', { ...work, tasks })).details).toEqual({ path: 'tasks[2].task_id' });
    expect((await peer.refusal('request', { ...request, tags: ['a', 1] })).details).toEqual({ path: 'tags[1]' });
    const actions = ['a', { name: 'b', tasks: [{ task_id: 'a', weight: -1 }] }];
    expect((await peer.refusal('register', { ...service, actions })).details).toEqual({ path: 'actions[1].tasks[0].weight' });
  });

  test('durations, counts and priorities are accepted at their bounds', async () => {
    const service = aName('bounds');
    await aWorker(hub.url, service, { work: echo, register: { capacity: 10_000 } });
    const peer = await aClient(hub.url);
    for (const more of [
      { timeout_ms: 1_000 },
      { timeout_ms: weekMs },
      { start_timeout_ms: weekMs },
      { priority: -10 },
      { priority: 10 },
    ]) {
      const end = await peer.finish({ to: service, action: 'go', tags: Array.from({ length: 16 }, String), ...more });
      expect(end.body.state, JSON.stringify(more)).toBe('completed');
    }
  });
});

describe('names', () => {
  const longest = 'a'.repeat(128);

  test.each([['A'], ['7'], ['a._:/-Z9'], [longest]])('%s is a name', async (name) => {
    const unique = name === longest ? (aName('n') + longest).slice(0, 128) : name;
    const worker = await aWorker(hub.url, unique);
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: unique, action: name });
    await worker.next('request', { request_id });
    await worker.ok('progress', { request_id, task_id: name, progress: 0.5 });
    await worker.ok('chunk', { request_id, stream: name, data: 'x' });
    await worker.ok('result', { request_id });
    expect((await client.next('chunk', { request_id })).stream).toBe(name);
    expect((await client.end(request_id)).body.state).toBe('completed');
    // The name may be in use by somebody else's test of the same hub.
    worker.close();
  });

  test.each([[''], ['-a'], ['.a'], ['a b'], ['a\n'], ['é'], ['a\u0000'], ['__proto__'], [`${longest}a`]])(
    '%j is no name',
    async (name) => {
      const peer = aPeer(hub.url);
      expect(await peer.refusal('request', { to: name, action: 'go' })).toMatchObject({
        code: 'invalid_message',
        details: { path: 'to' },
      });
      expect(await peer.refusal('request', { to: 'x', action: name })).toMatchObject({
        code: 'invalid_message',
        details: { path: 'action' },
      });
      expect(await peer.refusal('register', { type: 'service', name })).toMatchObject({
        code: 'invalid_message',
        details: { path: 'name' },
      });
    },
  );
});

describe('order', () => {
  test('"register" followed at once by "request" works', async () => {
    const service = aName('eager');
    await aWorker(hub.url, service, { work: echo });
    const peer = aPeer(hub.url);
    peer.say('register', { type: 'client', name: 'eager' });
    peer.say('request', { to: service, action: 'go', payload: 'at once' });
    expect(await peer.next('result')).toMatchObject({ result: 'at once', state: 'completed' });
  });

  test('a request may be looked at, followed and cancelled in the same breath', async () => {
    const service = aName('breath');
    await aWorker(hub.url, service);
    const peer = aPeer(hub.url);
    const request_id = crypto.randomUUID();
    const answers = await Promise.all([
      peer.call('request', { to: service, action: 'go', request_id }),
      peer.call('get', { request_id }),
      peer.call('watch', { request_id, after_seq: 1 }),
      peer.call('cancel', { request_id }),
    ]);
    expect(answers).toMatchObject([
      { ok: true, request_id, state: 'assigned' },
      { ok: true, request: { request_id } },
      { ok: true, mode: 'replay' },
      { ok: true, outcome: 'requested' },
    ]);
  });

  test('what a peer sends takes effect in the order in which it was sent', async () => {
    const service = aName('order');
    const worker = await aWorker(hub.url, service, { work: echo });
    const client = await aClient(hub.url);
    const count = 300;
    for (let number = 0; number < count; number += 1) client.say('request', { to: service, action: 'go', payload: number });
    await client.next('result', { result: count - 1 });
    const numbers = Array.from({ length: count }, (_, number) => number);
    expect(worker.all('request').map(({ body }) => body.payload)).toEqual(numbers);
    expect(client.all('result').map(({ body }) => body.result)).toEqual(numbers);
  });
});

describe('opaque bodies', () => {
  const bodies: readonly [what: string, value: unknown][] = [
    ['null', null],
    ['an empty object', {}],
    ['a deep mix', { list: [1, [2, [{ three: 3.5e-9 }]]], text: 'äöü \u2028 😀 \u0000', no: false, none: null, '': 'empty key' }],
    ['a large number', Number.MAX_SAFE_INTEGER],
    ['an empty string', ''],
    ['what looks like a placeholder', { _placeholder: 'true', num: 'x' }],
  ];

  test.each(bodies)('%s passes unchanged as payload, chunk, task result and result', async (_what, value) => {
    const service = aName('opaque');
    const worker = await aWorker(hub.url, service);
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: service, action: 'go', payload: value });
    expect((await worker.next('request', { request_id })).payload).toEqual(value);
    await worker.ok('chunk', { request_id, mode: 'items', data: value });
    await worker.ok('task_result', { request_id, task_id: 'a', result: value });
    await worker.ok('result', { request_id, result: value });
    expect((await client.next('chunk', { request_id })).data).toEqual(value);
    expect((await client.next('task_result', { request_id })).result).toEqual(value);
    expect((await client.end(request_id)).body.result).toEqual(value);
  });

  test('binary passes unchanged as payload, chunk, task result and result, wherever it stands', async () => {
    const service = aName('binary');
    const worker = await aWorker(hub.url, service);
    const client = await aClient(hub.url);
    const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 256));
    const value = { name: 'a.png', parts: [bytes, { again: bytes.subarray(0, 3) }], empty: Buffer.alloc(0) };
    const { request_id } = await client.ok('request', { to: service, action: 'go', payload: value });
    expect((await worker.next('request', { request_id })).payload).toEqual(value);
    await worker.ok('chunk', { request_id, stream: 'bytes', data: bytes });
    await worker.ok('chunk', { request_id, stream: 'pages', mode: 'items', data: value });
    await worker.ok('task_result', { request_id, task_id: 'a', result: value });
    await worker.ok('result', { request_id, result: bytes });
    expect((await client.next('chunk', { request_id, stream: 'bytes' })).data).toEqual(bytes);
    expect((await client.next('chunk', { request_id, stream: 'pages' })).data).toEqual(value);
    expect((await client.next('task_result', { request_id })).result).toEqual(value);
    expect((await client.end(request_id)).body.result).toEqual(bytes);
  });

  test('odd keys pass unchanged and pollute nothing', async () => {
    const service = aName('odd-keys');
    const worker = await aWorker(hub.url, service, { work: echo });
    const client = await aClient(hub.url);
    const payload = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}';
    client.raw(`2["request",{"to":"${service}","action":"go","payload":${payload}}]`);
    expect(JSON.stringify((await client.next('result')).result)).toBe(payload);
    expect(JSON.stringify((await worker.next('request')).payload)).toBe(payload);
    await expectOthersServed();
  });
});

describe('limits', () => {
  test('the answer to "register" tells them all', async () => {
    const { limits } = await aPeer(hub.url).ok('register', { type: 'client' });
    const told = ['message_bytes', 'depth', 'values', 'attachments', 'tasks', 'chunk_bytes', 'open_requests', 'waiting'];
    for (const name of told) expect(limits[`max_${name}`], name).toBeGreaterThan(0);
  });

  test('a message may be as large as the limit says, and one that is larger is refused with the limit', async () => {
    const service = aName('large');
    await aWorker(hub.url, service, { work: ({ request_id }, worker) => worker.say('result', { request_id }) });
    const client = aPeer(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const max = limits['max_message_bytes'] as number;
    for (const payload of ['x'.repeat(max - 1_000), Buffer.alloc(max - 1_000)]) {
      expect((await client.finish({ to: service, action: 'go', payload })).body.state).toBe('completed');
    }
    for (const payload of ['x'.repeat(max + 1), Buffer.alloc(max + 1), 'é'.repeat(max / 2 + 1)]) {
      expect(await client.refusal('request', { to: service, action: 'go', payload })).toMatchObject({
        code: 'payload_too_large',
        retryable: false,
        details: { limit: 'max_message_bytes', max },
      });
    }
    expect((await client.finish({ to: service, action: 'go' })).body.state).toBe('completed');
  });

  test('a frame beyond twice the limit ends its connection, and nobody else notices', async () => {
    const client = aPeer(hub.url, { reconnection: false });
    const { limits } = await client.ok('register', { type: 'client' });
    client.say('request', { to: 'x', action: 'go', payload: 'x'.repeat(2 * (limits['max_message_bytes'] as number) + 1_000) });
    await client.disconnected();
    await expectOthersServed();
  });

  test('nesting is counted from the message: the deepest that is allowed passes, one more is refused', async () => {
    const service = aName('deep');
    await aWorker(hub.url, service, { work: echo });
    const client = aPeer(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const max = limits['max_depth'] as number;
    // The message's own object is the first level.
    expect((await client.finish({ to: service, action: 'go', payload: nested(max - 1) })).body.result).toEqual(nested(max - 1));
    expect(await client.refusal('request', { to: service, action: 'go', payload: nested(max) })).toMatchObject({
      code: 'payload_too_large',
      details: { limit: 'max_depth', max },
    });
  });

  test('more values than allowed are refused', async () => {
    const service = aName('wide');
    await aWorker(hub.url, service, { work: ({ request_id }, worker) => worker.say('result', { request_id }) });
    const client = aPeer(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const max = limits['max_values'] as number;
    const fits = { to: service, action: 'go', payload: Array.from({ length: max - 10 }, () => 0) };
    expect((await client.finish(fits)).body.state).toBe('completed');
    expect(await client.refusal('request', { ...fits, payload: Array.from({ length: max }, () => 0) })).toMatchObject({
      code: 'payload_too_large',
      details: { limit: 'max_values', max },
    });
  });

  test('ten attachments pass; with one more the message is refused or its connection ends', async () => {
    const service = aName('attachments');
    await aWorker(hub.url, service, { work: echo });
    const client = aPeer(hub.url, { reconnection: false });
    const { limits } = await client.ok('register', { type: 'client' });
    const max = limits['max_attachments'] as number;
    const attachments = Array.from({ length: max }, (_, at) => Buffer.from([at]));
    expect((await client.finish({ to: service, action: 'go', payload: attachments })).body.result).toEqual(attachments);
    const oneMore = client.call('request', { to: service, action: 'go', payload: [...attachments, Buffer.from([max])] });
    const outcome = await Promise.race([
      oneMore.then(({ error }) => error?.code),
      client.disconnected().then(() => 'closed'),
    ]).catch(() => 'closed');
    expect(['payload_too_large', 'closed']).toContain(outcome);
    await expectOthersServed();
  });
});

describe('hostile input', () => {
  const oddNames = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '__defineGetter__',
    'valueOf',
    'length',
    '',
    ' ',
    'REQUEST',
    'registered',
    'ping',
    'message',
    '\u0000',
    '😀',
  ];

  test.each(oddNames)('an event called %j is an invalid message', async (name) => {
    const peer = aPeer(hub.url);
    const error = await peer.refusal(name, { to: 'x', action: 'y' });
    expect(error).toMatchObject({ code: 'invalid_message', details: { path: expect.any(String) } });
    await expectOthersServed();
  });

  test('an event whose name is a number is an invalid message', async () => {
    const peer = aPeer(hub.url);
    await peer.connected();
    peer.raw('2[42,{"to":"x"}]');
    expect(await peer.next('refused')).toMatchObject({ error: { code: 'invalid_message' } });
    await expectOthersServed();
  });

  test('an event with a name of 200 kB is an invalid message, and the answer does not repeat the name', async () => {
    const peer = aPeer(hub.url);
    const error = await peer.refusal('x'.repeat(200_000), {});
    expect(error.code).toBe('invalid_message');
    expect(JSON.stringify(error).length).toBeLessThan(2_000);
    await expectOthersServed();
  });

  test('names of 200 kB in a message are invalid, and the answer does not repeat them', async () => {
    const peer = aPeer(hub.url);
    const huge = 'x'.repeat(200_000);
    const messages: [string, object, string][] = [
      ['request', { to: huge, action: 'go' }, 'to'],
      ['request', { to: 'x', action: huge }, 'action'],
      ['request', { to: 'x', action: 'go', request_id: huge }, 'request_id'],
      ['register', { type: 'service', name: huge }, 'name'],
      ['register', { type: 'service', name: 'x', instance_id: huge }, 'instance_id'],
      ['progress', { request_id: someId, task_id: huge, progress: 0 }, 'task_id'],
      ['chunk', { request_id: someId, stream: huge, data: '' }, 'stream'],
      ['watch', { request_id: huge }, 'request_id'],
    ];
    for (const [event, body, path] of messages) {
      const error = await peer.refusal(event, body);
      expect(error).toMatchObject({ code: 'invalid_message', details: { path } });
      expect(JSON.stringify(error).length).toBeLessThan(2_000);
    }
    await expectOthersServed();
  });

  test.each([
    ['lists', '['.repeat(5_000) + ']'.repeat(5_000)],
    ['objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ])('5,000 nested %s are refused as too deep, in a payload, as the message itself and under any event', async (_what, nest) => {
    const peer = aPeer(hub.url);
    await peer.connected();
    peer.raw(`2["request",{"to":"x","action":"y","payload":${nest}}]`);
    expect(await peer.next('refused')).toMatchObject({
      event: 'request',
      error: { code: 'payload_too_large', details: { limit: 'max_depth' } },
    });
    peer.raw(`2["result",${nest}]`);
    expect((await peer.next('refused', { event: 'result' })).error?.code).toMatch(/^(payload_too_large|invalid_message)$/);
    peer.raw(`2["no-such-event",${nest}]`);
    expect((await peer.next('refused', { event: 'no-such-event' })).error?.code).toMatch(/^(payload_too_large|invalid_message)$/);
    await peer.ok('services', {});
    await expectOthersServed();
  });

  test.each([
    ['bad JSON', '2["request",{'],
    ['a packet that is no array', '2{"to":"x"}'],
    ['an empty array', '2[]'],
    ['a packet of an unknown type', '9["request",{}]'],
    ['the reserved event "connect"', '2["connect",{}]'],
    ['the reserved event "disconnect"', '2["disconnect",{}]'],
    ['the reserved event "disconnecting"', '2["disconnecting",{}]'],
    ['the reserved event "newListener"', '2["newListener",{}]'],
    ['the reserved event "removeListener"', '2["removeListener",{}]'],
    ['the reserved event "connect_error"', '2["connect_error",{}]'],
    ['text where an attachment was announced', '51-["request",{"_placeholder":true,"num":0}]'],
    ['an absurd number of attachments', '5999999999-["request",{}]'],
  ])('%s ends its connection, and nobody else notices', async (_what, packet) => {
    const peer = aPeer(hub.url, { reconnection: false });
    await peer.connected();
    peer.raw(packet);
    if (packet.startsWith('51-')) peer.raw('2["services",{}]');
    await peer.disconnected();
    await expectOthersServed();
  });

  test('an attachment that the packet does not have ends the connection, and nobody else notices', async () => {
    const peer = aPeer(hub.url, { reconnection: false });
    await peer.connected();
    peer.raw('51-["request",{"to":"x","action":"y","payload":{"_placeholder":true,"num":7}}]');
    // Engine.io's own client knows how to send bytes; Socket.IO's hides it.
    Reflect.apply(peer.socket.io.engine.write, peer.socket.io.engine, [Buffer.from([1])]);
    await peer.disconnected();
    await expectOthersServed();
  });

  test('an acknowledgement that nobody waits for is ignored, whatever it carries', async () => {
    const peer = await aClient(hub.url);
    peer.raw('3999["who asked?"]');
    peer.raw(`30[${'1,'.repeat(150_000)}1]`);
    await peer.ok('services', {});
    await expectOthersServed();
  });
});

describe('the handshake', () => {
  test('a peer may say who it is, in 16 KiB and 4 levels', async () => {
    const peer = aPeer(hub.url, { auth: { about: { app: { name: 'x'.repeat(10_000) } } } });
    await peer.ok('services', {});
  });

  test.each([
    ['says more than 16 KiB', { about: 'x'.repeat(20_000) }],
    ['nests deeper than 4 levels', { about: nested(5) }],
  ])('a peer that %s there is not let in, and nobody else notices', async (_what, auth) => {
    const peer = aPeer(hub.url, { auth, reconnection: false });
    const outcome = await new Promise((resolve) => {
      peer.socket.once('connect', () => resolve('connected'));
      peer.socket.once('connect_error', () => resolve('refused'));
      peer.socket.once('disconnect', () => resolve('closed'));
    });
    expect(['refused', 'closed']).toContain(outcome);
    await expectOthersServed();
  });

  test('one that nests 5,000 deep is not let in, and nobody else notices', async () => {
    // By plain requests: a client's own encoder overflows on this.
    const polling = new URL('/socket.io/?EIO=4&transport=polling', hub.url);
    const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string };
    const session = `${polling}&sid=${sid}`;
    await fetch(session, { method: 'POST', body: `40{"about":${'['.repeat(5_000)}${']'.repeat(5_000)}}` });
    const answer = await (await fetch(session)).text();
    expect(answer).not.toMatch(/^40/);
    await expectOthersServed();
  });
});

describe('before "register"', () => {
  test('work on a request that was never handed to this connection is not assigned to it', async () => {
    const peer = aPeer(hub.url);
    const messages: [string, object][] = [
      ['tasks', { tasks: [{ task_id: 'a' }] }],
      ['progress', { progress: 0.5 }],
      ['chunk', { data: 'x' }],
      ['task_result', { task_id: 'a' }],
      ['task_error', { task_id: 'a', error: { message: 'no' } }],
      ['result', { result: 1 }],
      ['error', { error: { message: 'no' } }],
      ['reject', {}],
    ];
    for (const [event, body] of messages) {
      expect(await peer.refusal(event, { request_id: someId, ...body }), event).toMatchObject({ code: 'not_assigned' });
    }
    await expectOthersServed();
  });

  test('following, looking at or cancelling what does not exist says so', async () => {
    const peer = aPeer(hub.url);
    for (const event of ['watch', 'unwatch', 'get', 'cancel']) {
      expect(await peer.refusal(event, { request_id: someId }), event).toMatchObject({
        code: 'request_not_found',
        retryable: false,
      });
    }
  });
});

describe("others' requests", () => {
  test('a result for a request that somebody else holds is refused and reaches nobody', async () => {
    const service = aName('mine');
    const worker = await aWorker(hub.url, service);
    const thief: Peer = await aWorker(hub.url, aName('thief'));
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: service, action: 'go' });
    await worker.next('request', { request_id });
    const messages: [string, object][] = [
      ['tasks', { tasks: [{ task_id: 'stolen' }] }],
      ['progress', { progress: 1 }],
      ['chunk', { data: 'stolen' }],
      ['task_result', { task_id: 'stolen', result: 'stolen' }],
      ['result', { result: 'stolen' }],
      ['error', { error: { message: 'stolen' } }],
      ['reject', {}],
    ];
    for (const [event, body] of messages) {
      for (const stamp of [{}, { attempt: 1 }, { attempt: 1, n: 1 }]) {
        expect(await thief.refusal(event, { request_id, ...body, ...stamp }), event).toMatchObject({ code: 'not_assigned' });
      }
      expect(await client.refusal(event, { request_id, ...body }), event).toMatchObject({ code: 'not_assigned' });
    }
    await worker.ok('result', { request_id, result: 'mine' });
    expect((await client.end(request_id)).body.result).toBe('mine');
    expect(client.events(request_id).map(({ name }) => name)).toEqual(['result']);
    expect(client.all('progress', request_id)).toEqual([]);
  });
});

function nested(levels: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}
