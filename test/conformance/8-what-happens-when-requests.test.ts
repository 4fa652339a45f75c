/** Protocol, section 8: how requests end, what may be too much, and what outlives its requester. */

import { describe, expect, test } from 'vitest';
import { folded } from '../support/folded.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aWorker } from '../support/peer.ts';

const hub = aHubForThisFile();

describe('one end', () => {
  test.each([
    [
      'result and error',
      [
        ['result', {}],
        ['error', { error: { message: 'no' } }],
      ],
    ],
    [
      'error and result',
      [
        ['error', { error: { message: 'no' } }],
        ['result', {}],
      ],
    ],
    [
      'two results',
      [
        ['result', { result: 1 }],
        ['result', { result: 2 }],
      ],
    ],
    [
      'result and reject',
      [
        ['result', {}],
        ['reject', {}],
      ],
    ],
  ] as const)('%s in one breath end the request once', async (_what, messages) => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    client.say('cancel', { request_id });
    await Promise.all(messages.map(async ([event, body]) => await worker.call(event, { request_id, ...body })));
    await watcher.end(request_id);
    await watcher.ok('get', { request_id });
    for (const peer of [client, watcher]) {
      expect(peer.all(['result', 'error'], request_id)).toHaveLength(1);
    }
    folded(watcher.events(request_id));
  });
});

describe('deadline', () => {
  test('a request that runs longer than its timeout fails', async () => {
    const askedAt = performance.now();
    const { worker, client, request_id } = await aHandedRequest(hub.url, { request: { timeout_ms: 300 } });
    await worker.ok('progress', { request_id, progress: 0.5 });
    const end = await client.end(request_id);
    expect(end.body).toMatchObject({ state: 'failed', error: { code: 'deadline_exceeded', retryable: false } });
    expect(end.atMs - askedAt).toBeGreaterThan(290);
    expect(end.atMs - askedAt).toBeLessThan(3_000);
    expect(await worker.refusal('result', { request_id, result: 'late' })).toMatchObject({ code: 'already_finished' });
  });

  test('runs from the first assignment, not from the request', async () => {
    const service = aName('waits');
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: service, action: 'go', timeout_ms: 1_500, start_timeout_ms: 60_000 });
    // When this one has expired, the other has waited longer than it may run.
    const marker = await client.ok('request', { to: aName('absent'), action: 'go', start_timeout_ms: 2_000 });
    await client.end(marker.request_id);
    const worker = await aWorker(hub.url, service);
    await worker.next('request', { request_id });
    await worker.ok('result', { request_id, result: 'in time' });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'in time' });
  });

  test('runs over all attempts', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { request: { timeout_ms: 2_000 } });
    const assignedAt = performance.now();
    const marker = await client.ok('request', { to: aName('absent'), action: 'go', start_timeout_ms: 1_500 });
    await client.end(marker.request_id);
    const other = await aWorker(hub.url, service);
    await worker.ok('reject', { request_id });
    await other.next('request', { request_id, attempt: 2 });
    const end = await client.end(request_id);
    expect(end.body).toMatchObject({ state: 'failed', attempt: 2, error: { code: 'deadline_exceeded' } });
    // Counted anew from the second attempt it would be 3,500 at least.
    expect(end.atMs - assignedAt).toBeLessThan(3_400);
  });
});

describe('while a request is being cancelled', () => {
  test('a result completes it', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await client.ok('cancel', { request_id });
    await worker.next('cancel', { request_id });
    await worker.ok('result', { request_id, result: 'too late to stop' });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'too late to stop' });
  });

  test.each([
    ['cancelled', 'stopped'],
    ['own_code', 'something else'],
  ])('an error with the code %s makes it cancelled', async (code, message) => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await client.ok('cancel', { request_id });
    await worker.next('cancel', { request_id });
    await worker.ok('error', { request_id, error: { code, message } });
    expect((await client.end(request_id)).body.state).toBe('cancelled');
  });

  test('one whose provider is lost and awaited is cancelled at once', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register: { instance_id: 'one' } } });
    worker.close();
    await client.next('status', { request_id, reason: 'provider_lost' });
    const askedAt = performance.now();
    expect(await client.ok('cancel', { request_id })).toMatchObject({ outcome: 'cancelled' });
    const end = await client.end(request_id);
    expect(end.body).toMatchObject({ state: 'cancelled', attempt: 1 });
    expect(end.atMs - askedAt).toBeLessThan(3_000);
  });

  test('a lost provider makes it cancelled, and nobody else is handed it', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, {
      worker: { register: { instance_id: 'one' } },
    });
    await client.ok('cancel', { request_id });
    await worker.next('cancel', { request_id });
    const other = await aWorker(hub.url, service);
    worker.close();
    expect((await client.end(request_id)).body).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    await other.ok('services', {});
    expect(other.all('request')).toEqual([]);
  });
});

test('when its requester disconnects the work goes on, and everything can be had by "watch"', async () => {
  const { worker, client, request_id } = await aHandedRequest(hub.url);
  await worker.ok('chunk', { request_id, data: 'before ' });
  client.close();
  await worker.ok('chunk', { request_id, data: 'after' });
  await worker.ok('result', { request_id, result: 'done' });
  expect(worker.all('cancel')).toEqual([]);
  const watcher = await aClient(hub.url);
  await watcher.ok('watch', { request_id, after_seq: 0 });
  await watcher.end(request_id);
  expect(folded(watcher.events(request_id))).toMatchObject({
    state: 'completed',
    result: 'done',
    streams: { text: { data: ['before ', 'after'] } },
  });
});

describe('too much', () => {
  test('a session has so many open requests and no more, until one of them ends', async () => {
    const service = aName('many');
    const worker = await aWorker(hub.url, service, { register: { capacity: 10_000 } });
    const client = await aClient(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const max = limits['max_open_requests'] as number;
    const request = { to: service, action: 'go', timeout_ms: 30_000 };
    for (let number = 1; number < max; number += 1) client.say('request', request);
    const last = await client.ok('request', request);
    expect(await client.refusal('request', request)).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      details: { limit: 'max_open_requests', max, retry_after_ms: expect.any(Number) },
    });
    const other = await aClient(hub.url);
    await other.ok('request', request);
    await worker.ok('result', { request_id: last.request_id });
    await client.end(last.request_id);
    await client.ok('request', request);
  });

  test('past the bytes that are kept the oldest chunks go, and a cursor that wants them is told of the gap', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const size = Math.min(1_000_000, (limits['max_message_bytes'] as number) - 1_000);
    const count = Math.ceil((limits['max_chunk_bytes'] as number) / size) + 3;
    for (let number = 0; number < count; number += 1) await worker.ok('chunk', { request_id, data: Buffer.alloc(size, number) });
    const watcher = await aClient(hub.url);
    const early = await watcher.ok('watch', { request_id, after_seq: 1 });
    expect(early).toMatchObject({
      mode: 'snapshot',
      gap: true,
      seq: count + 1,
      request: { streams: [{ chunks: count, bytes: count * size }] },
    });
    const late = await aClient(hub.url);
    expect(await late.ok('watch', { request_id, after_seq: count - 1 })).toMatchObject({ mode: 'replay' });
    await worker.ok('result', { request_id, result: 'whole' });
    for (const peer of [watcher, late, client]) expect((await peer.end(request_id)).body.result).toBe('whole');
    expect(watcher.events(request_id).map(({ body }) => body.seq)).toEqual([count + 2]);
    expect(late.events(request_id).map(({ body }) => body.seq)).toEqual([count, count + 1, count + 2]);
    // Who followed all along missed nothing.
    expect(client.all('chunk', request_id)).toHaveLength(count);
  });
});
