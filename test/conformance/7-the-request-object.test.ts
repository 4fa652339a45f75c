/** Protocol, section 7: the request object is the fold of its events, and says no more than was asked for. */

import { describe, expect, test } from 'vitest';
import { folded, joined } from '../support/folded.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker } from '../support/peer.ts';

const hub = aHubForThisFile();

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const inlineBytes = 64 * 1024;

test('folding the events gives the object', async () => {
  const { service, worker, client, request_id } = await aHandedRequest(hub.url, { request: { tags: ['x'] } });
  const other = await aWorker(hub.url, service);
  await worker.ok('chunk', { request_id, data: 'of an attempt that is over' });
  await worker.ok('reject', { request_id });
  await other.next('request', { request_id });
  const say = async (event: string, body: object): Promise<void> =>
    void (await other.ok(event, { request_id, attempt: 2, ...body }));
  await say('tasks', { tasks: [{ task_id: 'a', title: 'A' }, { task_id: 'b', weight: 2 }, { task_id: 'c' }, { task_id: 'd' }] });
  await say('task_result', { task_id: 'a', result: { a: 1 } });
  await say('task_error', { task_id: 'b', error: { code: 'own', message: 'no' } });
  await say('task_result', { task_id: 'c', skipped: true });
  for (const data of ['one ', 'two ', 'three']) await say('chunk', { data });
  await say('chunk', { stream: 'rows', mode: 'items', data: { row: 1 } });
  await say('progress', { task_id: 'd', progress: 0.5 });
  await say('result', { result: { total: 3 } });
  const watcher = await aClient(hub.url);
  await watcher.ok('watch', { request_id, after_seq: 0 });
  await watcher.end(request_id);
  const fold = folded(watcher.events(request_id));
  const { request } = await client.ok('get', { request_id, include: ['streams', 'result'] });
  expect(request).toMatchObject({
    seq: fold.seq,
    state: fold.state,
    attempt: fold.attempt,
    overall: fold.overall,
    result: fold.result,
  });
  expect(request.tasks.length).toBe(4);
  const tasks = request.tasks.map(({ task_id, title, weight, state, result, error }) => [
    task_id,
    {
      state,
      weight,
      ...(title === undefined ? {} : { title }),
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
    },
  ]);
  expect(Object.fromEntries(tasks)).toEqual(fold.tasks);
  expect(request.streams.map(({ stream }) => stream)).toEqual(['text', 'rows']);
  for (const stream of request.streams) {
    expect(stream.chunks).toBe(fold.streams[stream.stream]?.chunks);
    expect(stream.data).toEqual(fold.streams[stream.stream]?.data);
  }
  expect(joined(fold.streams['text']?.data ?? [])).toBe('one two three');
});

describe('a request', () => {
  test('that is open says who asked, who works, since when and how far', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, {
      worker: { register: { instance_id: 'one' } },
      request: { tags: ['x', 'y'] },
    });
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.5, message: 'half' });
    const { request } = await client.ok('get', { request_id });
    expect(request).toMatchObject({
      request_id,
      to: service,
      action: 'go',
      state: 'running',
      attempt: 1,
      overall: 0.5,
      tasks: [{ task_id: 'a', weight: 1, state: 'running', started_at: expect.stringMatching(instant) }],
      streams: [],
      requester: { session_id: client.session.session_id, hub_id: expect.any(String) },
      provider: { session_id: worker.session.session_id, instance_id: 'one', hub_id: expect.any(String) },
      tags: ['x', 'y'],
      created_at: expect.stringMatching(instant),
      assigned_at: expect.stringMatching(instant),
      started_at: expect.stringMatching(instant),
      timings: { queued_ms: expect.any(Number), assigned_ms: expect.any(Number), running_ms: expect.any(Number) },
      seq: 2,
      live: { running: true, progress: { a: { progress: 0.5, message: 'half' } } },
      work_began: true,
    });
    for (const field of ['result', 'error', 'payload', 'finished_at']) expect(request).not.toHaveProperty(field);
  });

  test('that waits says why and where', async () => {
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: aName('absent'), action: 'go', start_timeout_ms: 60_000 });
    const { request } = await client.ok('get', { request_id });
    expect(request).toMatchObject({ state: 'queued', attempt: 0, work_began: false, seq: 1, tasks: [], streams: [] });
    for (const field of ['provider', 'assigned_at', 'started_at']) expect(request).not.toHaveProperty(field);
    await client.next('waiting', { request_id });
    expect((await client.ok('get', { request_id })).request.live.waiting).toEqual({ reason: 'no_provider', position: 1 });
  });

  test.each([
    ['completed', 'result', { result: 'R' }, { result: 'R', overall: 1 }],
    ['failed', 'error', { error: { code: 'own', message: 'no' } }, { error: { code: 'own', message: 'no', retryable: false } }],
  ])('that is %s says when it ended, how, and how long it is kept', async (state, event, body, expected) => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok(event, { request_id, ...body });
    await client.end(request_id);
    const { request } = await client.ok('get', { request_id });
    expect(request).toMatchObject({
      state,
      ...expected,
      finished_at: expect.stringMatching(instant),
      expires_at: expect.stringMatching(instant),
      live: { progress: {} },
    });
    expect(Date.parse(String(request.expires_at))).toBeGreaterThan(Date.parse(String(request.finished_at)));
    expect(request.live).not.toHaveProperty('running');
  });
});

describe('contents', () => {
  test('small results stand in the object, large and binary ones come when asked for', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const large = 'x'.repeat(inlineBytes + 1);
    await worker.ok('task_result', { request_id, task_id: 'small', result: 'x'.repeat(1_000) });
    await worker.ok('task_result', { request_id, task_id: 'large', result: large });
    await worker.ok('task_result', { request_id, task_id: 'binary', result: Buffer.from([1, 2]) });
    await worker.ok('result', { request_id, result: large });
    await client.end(request_id);
    const { request } = await client.ok('get', { request_id });
    expect(request.tasks).toMatchObject([
      { task_id: 'small', result: 'x'.repeat(1_000) },
      { task_id: 'large', result_omitted: true },
      { task_id: 'binary', result_omitted: true },
    ]);
    expect(request).toMatchObject({ result_omitted: true });
    expect(request).not.toHaveProperty('result');
    expect((await client.ok('get', { request_id, include: ['result'] })).request.result).toBe(large);
    const watcher = aPeer(hub.url);
    expect((await watcher.ok('watch', { request_id })).request).toMatchObject({ result_omitted: true });
    await watcher.ok('watch', { request_id, after_seq: 0 });
    expect((await watcher.next('task_result', { task_id: 'large' })).result).toBe(large);
    expect((await watcher.next('task_result', { task_id: 'binary' })).result).toEqual(Buffer.from([1, 2]));
    expect((await watcher.end(request_id)).body.result).toBe(large);
  });

  test('a binary result comes when asked for', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, { request: { payload: { in: Buffer.from([7]) } } });
    await worker.ok('result', { request_id, result: { picture: Buffer.from([1, 2, 3]) } });
    await client.end(request_id);
    const { request } = await client.ok('get', { request_id, include: ['result', 'payload'] });
    expect(request.result).toEqual({ picture: Buffer.from([1, 2, 3]) });
    expect(request.payload).toEqual({ in: Buffer.from([7]) });
  });

  test('one answer has room for ten attachments: where payload and result have more, the result comes alone', async () => {
    const six = (first: number): Buffer[] => Array.from({ length: 6 }, (_, at) => Buffer.from([first + at]));
    const { worker, client, request_id } = await aHandedRequest(hub.url, { request: { payload: six(0) } });
    await worker.ok('result', { request_id, result: six(10) });
    await client.end(request_id);
    const both = (await client.ok('get', { request_id, include: ['payload', 'result'] })).request;
    expect(both).toMatchObject({ payload: six(0), result_omitted: true });
    expect(both).not.toHaveProperty('result');
    expect((await client.ok('get', { request_id, include: ['result'] })).request.result).toEqual(six(10));
  });

  test('a payload that was left out is null, a result that was left out is absent', async () => {
    const { worker, client, request_id, handed } = await aHandedRequest(hub.url);
    expect(handed.payload).toBeNull();
    await worker.ok('result', { request_id });
    await client.end(request_id);
    const { request } = await client.ok('get', { request_id, include: ['payload', 'result'] });
    expect(request.payload).toBeNull();
    expect(request).not.toHaveProperty('result');
    expect(request).not.toHaveProperty('result_omitted');
  });

  test('streams come up to the size of a message, and say when more is kept', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const size = Math.floor((limits['max_message_bytes'] as number) / 2);
    for (let number = 0; number < 4; number += 1)
      await worker.ok('chunk', { request_id, data: String(number).repeat(size - 1_000) });
    const [stream] = (await client.ok('get', { request_id, include: ['streams'] })).request.streams;
    expect(stream).toMatchObject({ stream: 'text', chunks: 4, truncated: true });
    expect(stream?.data?.length).toBeGreaterThan(0);
    expect(stream?.data?.length).toBeLessThan(4);
    expect(stream?.data?.[0]).toBe('0'.repeat(size - 1_000));
  });
});
