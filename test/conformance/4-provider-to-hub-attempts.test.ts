/** Protocol, section 4: attempts are fences, `n` counts, and an instance that comes back goes on. */

import { describe, expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker, echo, type Peer } from '../support/peer.ts';

const hub = aHubForThisFile();

const everyMessage: readonly [event: string, body: object][] = [
  ['tasks', { tasks: [{ task_id: 'late' }] }],
  ['progress', { progress: 1 }],
  ['chunk', { data: 'late' }],
  ['task_result', { task_id: 'late' }],
  ['task_error', { task_id: 'late', error: { message: 'late' } }],
  ['result', { result: 'late' }],
  ['error', { error: { message: 'late' } }],
  ['reject', {}],
];

describe('a fence', () => {
  test('a provider that no longer holds the request is refused, and reaches nobody', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    const other = await aWorker(hub.url, service);
    await worker.ok('reject', { request_id });
    await other.next('request', { request_id });
    for (const [event, body] of everyMessage) {
      for (const stamp of [{}, { attempt: 1 }, { attempt: 2 }]) {
        expect(await worker.refusal(event, { request_id, ...body, ...stamp }), event).toMatchObject({ code: 'not_assigned' });
      }
      expect(await other.refusal(event, { request_id, ...body, attempt: 1 }), event).toMatchObject({ code: 'not_assigned' });
    }
    await other.ok('result', { request_id, result: 'in time' });
    expect((await client.end(request_id)).body).toMatchObject({ result: 'in time', attempt: 2 });
    expect(client.events(request_id).map(({ name }) => name)).toEqual(['status', 'status', 'result']);
  });

  test('a second result of the same attempt is a duplicate; anything else after the end comes too late', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('result', { request_id, result: 'first' });
    expect(await worker.ok('result', { request_id, result: 'second' })).toMatchObject({ ok: true, duplicate: true });
    for (const [event, body] of everyMessage.filter(([name]) => name !== 'result')) {
      expect(await worker.refusal(event, { request_id, ...body }), event).toMatchObject({ code: 'already_finished' });
    }
    await client.end(request_id);
    expect((await client.ok('get', { request_id })).request).toMatchObject({ seq: 2, result: 'first' });
    expect(client.events(request_id)).toHaveLength(1);
  });

  test('nothing follows an error, a result neither', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('error', { request_id, error: { message: 'first' } });
    for (const [event, body] of everyMessage) {
      expect(await worker.refusal(event, { request_id, ...body }), event).toMatchObject({ code: 'already_finished' });
    }
    await client.end(request_id);
    expect((await client.ok('get', { request_id })).request).toMatchObject({ seq: 2, state: 'failed' });
  });
});

describe('n', () => {
  test('what was received before is a duplicate and is not passed on again', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, n: 1, data: 'one' });
    await worker.ok('chunk', { request_id, n: 2, data: 'two' });
    for (const n of [1, 2]) {
      expect(await worker.ok('chunk', { request_id, n, data: 'again' })).toMatchObject({ ok: true, duplicate: true });
    }
    await worker.ok('result', { request_id, n: 3 });
    for (const n of [1, 3]) expect(await worker.ok('result', { request_id, n })).toMatchObject({ ok: true, duplicate: true });
    await client.end(request_id);
    expect(client.all('chunk', request_id).map(({ body }) => body.data)).toEqual(['one', 'two']);
  });

  test('a number that is missing is refused with the one expected, until it comes', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    expect(await worker.refusal('chunk', { request_id, n: 2, data: 'two' })).toMatchObject({
      code: 'invalid_message',
      details: { path: 'n', expected: 1 },
    });
    await worker.ok('chunk', { request_id, n: 1, data: 'one' });
    expect(await worker.refusal('result', { request_id, n: 3 })).toMatchObject({ details: { path: 'n', expected: 2 } });
    await worker.ok('chunk', { request_id, n: 2, data: 'two' });
    await worker.ok('result', { request_id, n: 3 });
    await client.end(request_id);
    expect(client.all('chunk', request_id).map(({ body }) => body.data)).toEqual(['one', 'two']);
  });

  test.each([
    ['a value out of range', 'progress', { progress: 7 }],
    ['a mode that is not the stream’s', 'chunk', { mode: 'items', data: 1 }],
    ['too much nesting', 'chunk', { stream: 'deep', mode: 'items', data: nested(5_00) }],
  ])('a message refused for %s uses up its number', async (_why, event, body) => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, n: 1, data: 'one' });
    await worker.refusal(event, { request_id, n: 2, ...body });
    await worker.ok('chunk', { request_id, n: 3, data: 'three' });
    await worker.ok('result', { request_id, n: 4 });
    await client.end(request_id);
    expect(client.all('chunk', request_id).map(({ body: { data } }) => data)).toEqual(['one', 'three']);
  });

  test('each attempt counts from 1 again', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    const other = await aWorker(hub.url, service);
    await worker.ok('chunk', { request_id, n: 1, attempt: 1, data: 'old' });
    await worker.ok('reject', { request_id, n: 2, attempt: 1 });
    await other.next('request', { request_id });
    await other.ok('chunk', { request_id, n: 1, attempt: 2, data: 'new' });
    await other.ok('result', { request_id, n: 2, attempt: 2 });
    expect((await client.end(request_id)).body.attempt).toBe(2);
    expect(client.all('chunk', request_id).map(({ body }) => [body.attempt, body.index, body.data])).toEqual([
      [1, 0, 'old'],
      [2, 0, 'new'],
    ]);
  });
});

describe('an instance', () => {
  const register = { instance_id: 'one', acks: true };

  /** The same process on a new connection. */
  async function comesBack(
    service: string,
    more: Readonly<Record<string, unknown>>,
  ): Promise<{ again: Peer; answer: Awaited<ReturnType<Peer['ok']>> }> {
    const again = aPeer(hub.url);
    const answer = await again.ok('register', { type: 'service', name: service, ...register, ...more });
    return { again, answer };
  }

  test('that comes back within the grace time goes on exactly: the hub tells the last number it has', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    const { session_id, session_token } = worker.session;
    await worker.ok('chunk', { request_id, n: 1, attempt: 1, data: 'one ' });
    await worker.ok('chunk', { request_id, n: 2, attempt: 1, data: 'two ' });
    worker.close();
    expect(await client.next('status', { request_id })).toMatchObject({ reason: 'provider_lost', attempt: 1 });
    const resume = { session_id, session_token };
    const { again, answer } = await comesBack(service, { resume, in_flight: [{ request_id, attempt: 1 }] });
    expect(answer).toMatchObject({ resumed: true, in_flight: [{ request_id, attempt: 1, last_n: 2 }] });
    expect(await client.next('status', { request_id })).toMatchObject({ reason: 'provider_back', attempt: 1 });
    expect(await again.ok('chunk', { request_id, n: 2, attempt: 1, data: 'two ' })).toMatchObject({ duplicate: true });
    await again.ok('chunk', { request_id, n: 3, attempt: 1, data: 'three' });
    await again.ok('result', { request_id, n: 4, attempt: 1, result: 'whole' });
    expect((await client.end(request_id)).body).toMatchObject({ attempt: 1, result: 'whole', state: 'completed' });
    expect(client.all('chunk', request_id).map(({ body }) => body.data)).toEqual(['one ', 'two ', 'three']);
    expect(again.all('request')).toEqual([]);
  });

  test('needs no token for its requests: the same subject is enough', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    worker.close();
    await client.next('status', { request_id, reason: 'provider_lost' });
    const { again, answer } = await comesBack(service, { in_flight: [{ request_id, attempt: 1 }] });
    expect(answer).toMatchObject({ resumed: false, in_flight: [{ request_id, attempt: 1, last_n: 0 }] });
    await again.ok('result', { request_id, attempt: 1, result: 'mine' });
    expect((await client.end(request_id)).body).toMatchObject({ attempt: 1, result: 'mine' });
  });

  test('gives back what it holds but does not list', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    worker.close();
    await client.next('status', { request_id, reason: 'provider_lost' });
    const { again, answer } = await comesBack(service, { in_flight: [] });
    expect(answer.in_flight).toEqual([]);
    expect(await client.next('status', { request_id })).toMatchObject({ state: 'queued' });
    await again.next('request', { request_id, attempt: 2 });
    await again.ok('result', { request_id, attempt: 2 });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
  });

  test('is told to stop what it lists but no longer holds', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    await worker.ok('result', { request_id });
    await client.end(request_id);
    worker.close();
    const stranger = crypto.randomUUID();
    const listed = [
      { request_id, attempt: 1 },
      { request_id: stranger, attempt: 3 },
    ];
    const { again, answer } = await comesBack(service, { in_flight: listed });
    expect(answer.in_flight).toEqual([]);
    expect(await again.next('cancel', { request_id })).toMatchObject({ attempt: 1, reason: 'not_assigned' });
    expect(await again.next('cancel', { request_id: stranger })).toMatchObject({ attempt: 3, reason: 'not_assigned' });
  });

  test('that streamed without counting starts over, as a new attempt', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    await worker.ok('chunk', { request_id, data: 'lost?' });
    worker.close();
    await client.next('status', { request_id, reason: 'provider_lost' });
    const { again, answer } = await comesBack(service, { in_flight: [{ request_id, attempt: 1 }] });
    expect(answer.in_flight).toEqual([]);
    expect(await again.next('cancel', { request_id })).toMatchObject({ attempt: 1, reason: 'not_assigned' });
    await again.next('request', { request_id, attempt: 2 });
    await again.ok('chunk', { request_id, attempt: 2, data: 'all of it' });
    await again.ok('result', { request_id, attempt: 2 });
    expect((await client.end(request_id)).body.attempt).toBe(2);
    expect((await client.ok('get', { request_id, include: ['streams'] })).request.streams).toMatchObject([
      { data: ['all of it'] },
    ]);
  });

  test('is replaced by a newer connection, which takes over what it lists; the third swap in a minute is a conflict', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    const inFlight = { in_flight: [{ request_id, attempt: 1 }] };
    const second = await comesBack(service, inFlight);
    expect(second.answer.in_flight).toMatchObject([{ request_id, attempt: 1 }]);
    expect(await worker.next('refused')).toMatchObject({
      event: 'register',
      error: { code: 'instance_replaced', retryable: false },
    });
    expect(await worker.refusal('progress', { request_id, attempt: 1, progress: 1 })).toMatchObject({ code: 'not_assigned' });
    const third = await comesBack(service, inFlight);
    expect(await second.again.next('refused')).toMatchObject({ event: 'register', error: { code: 'instance_replaced' } });
    const fourth = aPeer(hub.url);
    expect(await fourth.refusal('register', { type: 'service', name: service, ...register })).toMatchObject({
      code: 'instance_conflict',
    });
    await third.again.ok('result', { request_id, attempt: 1, result: 'newest' });
    expect((await client.end(request_id)).body).toMatchObject({ result: 'newest', attempt: 1 });
    const next = await client.ok('request', { to: service, action: 'go' });
    await third.again.next('request', { request_id: next.request_id });
  });

  test('without an id there is no grace: what it had begun goes to another at once', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, progress: 0.5 });
    const other = await aWorker(hub.url, service, { work: echo });
    const closedAt = performance.now();
    worker.close();
    const handed = await other.nextHeard('request', { request_id, attempt: 2 });
    expect(handed.atMs - closedAt).toBeLessThan(3_000);
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
    expect(client.all('status', request_id)[0]?.body).toMatchObject({ state: 'queued', reason: 'provider_lost' });
  });
});

test('a stock worker that was cut off serves again what it had registered, by itself', async () => {
  const service = aName('stock');
  const worker = await aWorker(hub.url, service, { work: echo, reconnectionDelay: 20, reconnectionDelayMax: 20 });
  const client = await aClient(hub.url);
  await client.finish({ to: service, action: 'go' });
  worker.cut();
  await worker.disconnected();
  await worker.connected();
  expect((await client.finish({ to: service, action: 'go', payload: 'back' })).body.result).toBe('back');
  expect(worker.all('registered')).toHaveLength(1);
});

function nested(levels: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}
