/** Protocol, section 6: numbered events and live state, as requesters and watchers get them. */

import { describe, expect, test } from 'vitest';
import { folded } from '../support/folded.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aWorker } from '../support/peer.ts';
import { numberedEvents } from '../support/wire.ts';

const hub = aHubForThisFile();

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('every event', () => {
  test('carries the request, its number, the attempt, the instant and how far the whole is', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }, { task_id: 'b' }] });
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.5 });
    await worker.ok('chunk', { request_id, data: 'x' });
    await worker.ok('task_result', { request_id, task_id: 'a' });
    await worker.ok('task_error', { request_id, task_id: 'b', error: { message: 'no' } });
    await worker.ok('result', { request_id });
    await watcher.end(request_id);
    const heard = watcher.heard.filter(({ body }) => body.request_id === request_id);
    expect(new Set(heard.map(({ name }) => name))).toEqual(
      new Set(['status', 'tasks', 'progress', 'chunk', 'task_result', 'task_error', 'result']),
    );
    for (const { name, body } of heard) {
      expect(body, name).toMatchObject({
        seq: expect.any(Number),
        attempt: 1,
        at: expect.stringMatching(instant),
        overall: expect.any(Number),
      });
    }
    await client.end(request_id);
    const [, ...others] = watcher.events(request_id).map(({ body }) => body);
    expect(client.events(request_id).map(({ body }) => body)).toEqual(others);
  });

  test('that is numbered has the next number, from 1, and the terminal one is the last', async () => {
    const { worker, request_id } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    const count = 200;
    for (let number = 0; number < count; number += 1) {
      worker.say('progress', { request_id, task_id: `t${number % 7}`, progress: number / count });
      worker.say('chunk', { request_id, data: `${number} ` });
    }
    await worker.ok('result', { request_id, result: count });
    await watcher.end(request_id);
    await watcher.ok('get', { request_id });
    const events = watcher.events(request_id);
    expect(events.map(({ body }) => body.seq)).toEqual(Array.from({ length: events.length }, (_, at) => at + 1));
    expect(events.at(-1)?.name).toBe('result');
    expect(events.filter(({ name }) => name === 'result' || name === 'error')).toHaveLength(1);
    expect(watcher.heard.at(-1)?.name).toBe('result');
    const text = folded(events).streams['text']?.data.join('');
    expect(text).toBe(Array.from({ length: count }, (_, number) => `${number} `).join(''));
  });
});

describe('status', () => {
  test('tells the first state as event 1, and to whom it is assigned', async () => {
    const { worker, request_id } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    const status = await watcher.next('status');
    expect(status).toMatchObject({ seq: 1, attempt: 1, state: 'assigned', overall: 0 });
    expect(status.provider).toMatchObject({ session_id: worker.session.session_id });
  });

  test('tells why a request waits, and who takes it then', async () => {
    const service = aName('later');
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: service, action: 'go', start_timeout_ms: 60_000 });
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    expect(await watcher.next('status')).toMatchObject({ seq: 1, attempt: 0, state: 'queued', reason: 'no_provider' });
    const worker = await aWorker(hub.url, service, { register: { instance_id: 'one' } });
    const { session_id } = worker.session;
    for (const peer of [watcher, client]) {
      const status = await peer.next('status', { seq: 2 });
      expect(status).toMatchObject({ attempt: 1, state: 'assigned', provider: { session_id, instance_id: 'one' } });
    }
  });

  test('tells everybody that a request is being cancelled, and by whom', async () => {
    const { client, request_id, worker } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 1 });
    await client.ok('cancel', { request_id, reason: 'enough' });
    const { session_id } = client.session;
    for (const peer of [watcher, client]) {
      expect(await peer.next('status')).toMatchObject({ state: 'cancelling', by: { session_id } });
    }
    await worker.ok('error', { request_id, error: { code: 'cancelled', message: 'stopped' } });
    expect((await watcher.end(request_id)).body).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
  });
});

describe('overall', () => {
  test('is the weighted roll-up of the tasks, and 1 only when the request is completed', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'small' }, { task_id: 'big', weight: 3 }] });
    await worker.ok('progress', { request_id, task_id: 'big', progress: 0.5 });
    expect((await client.next('progress', { task_id: 'big' })).overall).toBeCloseTo(0.375);
    await worker.ok('task_result', { request_id, task_id: 'small' });
    expect((await client.next('task_result', { task_id: 'small' })).overall).toBeCloseTo(0.625);
    await worker.ok('task_result', { request_id, task_id: 'big' });
    const all = (await client.next('task_result', { task_id: 'big' })).overall;
    expect(all).toBeGreaterThan(0.625);
    expect(all).toBeLessThan(1);
    await worker.ok('result', { request_id });
    expect((await client.end(request_id)).body.overall).toBe(1);
  });

  test('counts an ended task as done, however it ended', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: ['a', 'b', 'c', 'd'].map((task_id) => ({ task_id })) });
    await worker.ok('task_error', { request_id, task_id: 'a', error: { message: 'no' } });
    expect((await client.next('task_error')).overall).toBeCloseTo(0.25);
    await worker.ok('task_result', { request_id, task_id: 'b', skipped: true });
    expect((await client.next('task_result')).overall).toBeCloseTo(0.5);
  });

  test('takes a task with children of its own through them', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const tasks = [
      { task_id: 'group', weight: 5 },
      { task_id: 'one', parent_id: 'group' },
      { task_id: 'two', parent_id: 'group' },
    ];
    await worker.ok('tasks', { request_id, tasks });
    await worker.ok('progress', { request_id, task_id: 'one', progress: 0.5 });
    expect((await client.next('progress', { task_id: 'one' })).overall).toBeCloseTo(0.25);
  });

  test('never falls within an attempt, also when tasks are added, and starts over with a new one', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    const other = await aWorker(hub.url, service);
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.8 });
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'b', weight: 10 }] });
    expect((await client.next('tasks', { seq: 3 })).overall).toBeGreaterThanOrEqual(0.8);
    await worker.ok('reject', { request_id });
    await other.next('request', { request_id });
    expect(await client.next('status', { attempt: 2 })).toMatchObject({ overall: 0 });
    await other.ok('result', { request_id, attempt: 2 });
    await client.end(request_id);
    folded(client.events(request_id), 'assigned');
  });
});

describe('the end', () => {
  test('carries timings that fit together', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, progress: 0.5 });
    await worker.ok('result', { request_id });
    const { timings } = (await client.end(request_id)).body;
    expect(timings).toEqual({
      queued_ms: expect.any(Number),
      assigned_ms: expect.any(Number),
      running_ms: expect.any(Number),
      total_ms: expect.any(Number),
    });
    const sum = Number(timings?.queued_ms) + Number(timings?.assigned_ms) + Number(timings?.running_ms);
    expect(Math.abs(sum - Number(timings?.total_ms))).toBeLessThanOrEqual(3);
  });

  test('of a request that never began has no time at work', async () => {
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: aName('absent'), action: 'go', start_timeout_ms: 100 });
    const { name, body } = await client.end(request_id);
    expect(name).toBe('error');
    expect(body).toMatchObject({ state: 'expired', attempt: 0, error: { code: 'expired', retryable: true } });
    expect(body.timings).not.toHaveProperty('running_ms');
    expect(body.timings?.total_ms).toBeGreaterThanOrEqual(90);
  });
});

describe('live state', () => {
  test('has the number of the last event before it and none of its own', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, data: 'x' });
    await worker.ok('progress', { request_id, progress: 0.5 });
    expect((await client.next('progress')).seq).toBe(2);
    await worker.ok('chunk', { request_id, data: 'y' });
    expect((await client.next('chunk', { index: 1 })).seq).toBe(3);
    expect(numberedEvents).not.toContain('progress');
  });

  test('of a task comes at most about 10 times a second, and its latest value before the task ends', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }] });
    const count = 500;
    const startedAt = performance.now();
    for (let number = 1; number <= count; number += 1)
      worker.say('progress', { request_id, task_id: 'a', progress: number / count });
    await worker.ok('task_result', { request_id, task_id: 'a' });
    await client.next('task_result');
    const seconds = (performance.now() - startedAt) / 1_000;
    const told = client.all('progress', request_id);
    expect(told.length).toBeGreaterThan(0);
    // The first at once, the last before the task's end, and ten a second between.
    expect(told.length).toBeLessThanOrEqual(2 + Math.ceil(seconds * 10));
    expect(told.at(-1)?.body.progress).toBe(1);
    const order = client.heard.map(({ name }) => name).filter((name) => name === 'progress' || name === 'task_result');
    expect(order.at(-1)).toBe('task_result');
  });

  test('tells those who wait their place, and again when it changes', async () => {
    const service = aName('queue');
    const client = await aClient(hub.url);
    const ask = async (): Promise<string> =>
      (await client.ok('request', { to: service, action: 'go', start_timeout_ms: 60_000 })).request_id;
    const [first, second] = [await ask(), await ask()];
    expect(await client.next('waiting', { request_id: second })).toMatchObject({ reason: 'no_provider', position: 2, seq: 1 });
    await client.ok('cancel', { request_id: first });
    expect(await client.next('waiting', { request_id: second, position: 1 })).toMatchObject({ reason: 'no_provider' });
    expect((await client.ok('get', { request_id: second })).request.live.waiting).toEqual({ reason: 'no_provider', position: 1 });
  });

  test('of an attempt that is over is gone', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, task_id: 'old', progress: 0.9 });
    const other = await aWorker(hub.url, service);
    await worker.ok('reject', { request_id });
    await other.next('request', { request_id });
    const { request } = await client.ok('get', { request_id });
    expect(request).toMatchObject({ attempt: 2, tasks: [], streams: [], overall: 0, live: { progress: {} } });
  });
});
