/** Protocol, section 4: what a provider says of a request it holds, event by event. */

import { describe, expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aWorker, echo } from '../support/peer.ts';

const hub = aHubForThisFile();

describe('tasks', () => {
  test('are declared with a weight of 1, and every event has the full list', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a', title: 'First' }] });
    expect((await client.next('tasks', { request_id })).tasks).toEqual([{ task_id: 'a', title: 'First', weight: 1 }]);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'b', weight: 2.5, parent_id: 'a' }] });
    expect((await client.next('tasks', { request_id })).tasks).toEqual([
      { task_id: 'a', title: 'First', weight: 1 },
      { task_id: 'b', weight: 2.5, parent_id: 'a' },
    ]);
    expect((await client.ok('get', { request_id })).request.tasks).toMatchObject([
      { task_id: 'a', state: 'pending' },
      { task_id: 'b', state: 'pending' },
    ]);
  });

  test('that are declared again keep their state and take the new words', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('task_result', { request_id, task_id: 'a', result: 1 });
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a', title: 'Named later' }, { task_id: 'b' }] });
    expect((await client.ok('get', { request_id })).request.tasks).toMatchObject([
      { task_id: 'a', title: 'Named later', state: 'completed', result: 1 },
      { task_id: 'b', state: 'pending' },
    ]);
  });

  test('have a bound, and one more is refused with it', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const { limits } = await client.ok('register', { type: 'client' });
    const max = limits['max_tasks'] as number;
    await worker.ok('tasks', { request_id, tasks: Array.from({ length: max }, (_, at) => ({ task_id: `t${at}` })) });
    expect(await worker.refusal('tasks', { request_id, tasks: [{ task_id: 'one-more' }] })).toMatchObject({
      code: 'payload_too_large',
      details: { limit: 'max_tasks', max },
    });
    expect((await client.ok('get', { request_id })).request.tasks).toHaveLength(max);
  });
});

describe('progress', () => {
  test('is passed on with all that it says', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }] });
    await worker.ok('progress', {
      request_id,
      task_id: 'a',
      progress: 0.5,
      current: 5,
      total: 10,
      unit: 'pages',
      message: 'halfway',
    });
    expect(await client.next('progress', { request_id })).toMatchObject({
      task_id: 'a',
      progress: 0.5,
      current: 5,
      total: 10,
      unit: 'pages',
      message: 'halfway',
      seq: 2,
      attempt: 1,
    });
  });

  test('of a task that was never declared declares it', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, task_id: 'surprise', progress: 0.5 });
    expect(await client.next('tasks', { request_id })).toMatchObject({ seq: 2, tasks: [{ task_id: 'surprise', weight: 1 }] });
    expect(await client.next('progress', { request_id })).toMatchObject({
      task_id: 'surprise',
      progress: 0.5,
      seq: 2,
      overall: 0.5,
    });
    const { request } = await client.ok('get', { request_id });
    expect(request.tasks).toMatchObject([{ task_id: 'surprise', state: 'running' }]);
    expect(request.live.progress).toMatchObject({ surprise: { progress: 0.5 } });
  });

  test('may be unknown, and then known', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, task_id: 'a', progress: null, message: 'no idea' });
    expect((await client.next('progress', { message: 'no idea' })).progress).toBeNull();
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.3, message: 'now I know' });
    expect((await client.next('progress', { message: 'now I know' })).progress).toBe(0.3);
    await worker.ok('progress', { request_id, task_id: 'a', progress: null, message: 'lost count' });
    expect((await client.next('progress', { message: 'lost count' })).progress).toBe(0.3);
  });

  test('that is lower than before keeps the number, and takes the words', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.6, message: 'first' });
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.2, message: 'second' });
    expect((await client.next('progress', { message: 'second' })).progress).toBe(0.6);
  });

  test('without a fraction is "current" of "total"', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, task_id: 'a', current: 1, total: 4 });
    expect(await client.next('progress', { request_id })).toMatchObject({ progress: 0.25, current: 1, total: 4 });
  });

  test('without a task is of "main", which is in no list of tasks', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('progress', { request_id, progress: 0.5 });
    expect(await client.next('progress', { request_id })).toMatchObject({ task_id: 'main', progress: 0.5, overall: 0.5 });
    const { request } = await client.ok('get', { request_id });
    expect(request).toMatchObject({ tasks: [], overall: 0.5, state: 'running', seq: 1 });
    expect(client.all('tasks')).toEqual([]);
  });

  test('of "main" counts only while no task is declared', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }, { task_id: 'b' }] });
    await worker.ok('progress', { request_id, progress: 0.9 });
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.5 });
    expect(await client.next('progress', { task_id: 'a' })).toMatchObject({ overall: 0.25 });
    expect((await client.ok('get', { request_id })).request.tasks.map(({ task_id }) => task_id)).toEqual(['a', 'b']);
  });
});

describe('chunk', () => {
  test('goes to the stream "text", appends, and is counted from 0', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    for (const data of ['Once ', 'upon ', '']) await worker.ok('chunk', { request_id, data });
    for (const [index, data] of ['Once ', 'upon ', ''].entries()) {
      expect(await client.next('chunk', { request_id })).toMatchObject({
        stream: 'text',
        mode: 'append',
        index,
        data,
        seq: index + 2,
      });
    }
  });

  test('streams are counted each on their own, and know their task', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, stream: 'left', data: 'l0' });
    await worker.ok('chunk', { request_id, stream: 'right', data: 'r0', task_id: 'a' });
    await worker.ok('chunk', { request_id, stream: 'left', data: 'l1' });
    expect(await client.next('chunk', { stream: 'right' })).toMatchObject({ index: 0, task_id: 'a' });
    expect(await client.next('chunk', { stream: 'left' })).toMatchObject({ index: 0 });
    expect(await client.next('chunk', { stream: 'left' })).toMatchObject({ index: 1, data: 'l1' });
    expect((await client.ok('get', { request_id })).request.streams).toMatchObject([
      { stream: 'left', mode: 'append', chunks: 2, bytes: 4 },
      { stream: 'right', mode: 'append', chunks: 1, bytes: 2 },
    ]);
  });

  test('the first chunk fixes the mode of its stream', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, stream: 'state', mode: 'replace', data: { page: 1 } });
    await worker.ok('chunk', { request_id, stream: 'state', data: { page: 2 } });
    await worker.ok('chunk', { request_id, stream: 'rows', mode: 'items', data: [1, 2] });
    expect(await worker.refusal('chunk', { request_id, stream: 'state', mode: 'append', data: 'x' })).toMatchObject({
      code: 'invalid_message',
      details: { path: 'mode' },
    });
    expect(await client.next('chunk', { stream: 'state', index: 1 })).toMatchObject({ mode: 'replace', data: { page: 2 } });
    expect(await client.next('chunk', { stream: 'rows' })).toMatchObject({ mode: 'items', data: [1, 2] });
  });

  test.each([
    ['strings take no binary', 'text', Buffer.from('x')],
    ['binary takes no strings', Buffer.from('x'), 'text'],
  ])('in one appended stream %s', async (_what, first, second) => {
    const { worker, request_id } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, data: first });
    expect(await worker.refusal('chunk', { request_id, data: second })).toMatchObject({
      code: 'invalid_message',
      details: { path: 'data' },
    });
  });

  test.each([[{ a: 1 }], [[1]], [5], [null], [true]])('an appended stream takes no %j', async (data) => {
    const { worker, request_id } = await aHandedRequest(hub.url);
    expect(await worker.refusal('chunk', { request_id, data })).toMatchObject({
      code: 'invalid_message',
      details: { path: 'data' },
    });
  });
});

describe('task_result and task_error', () => {
  test('a task is done with its own result, and the request goes on', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }, { task_id: 'b' }] });
    await worker.ok('task_result', { request_id, task_id: 'a', result: { pages: 3 } });
    expect(await client.next('task_result', { request_id })).toMatchObject({
      task_id: 'a',
      result: { pages: 3 },
      seq: 3,
      overall: 0.5,
    });
    await worker.ok('task_result', { request_id, task_id: 'b', skipped: true });
    expect(await client.next('task_result', { request_id })).toMatchObject({ task_id: 'b', skipped: true, seq: 4 });
    const { request } = await client.ok('get', { request_id });
    expect(request.state).toBe('running');
    expect(request.tasks).toMatchObject([
      { task_id: 'a', state: 'completed', result: { pages: 3 }, finished_at: expect.any(String) },
      { task_id: 'b', state: 'skipped' },
    ]);
  });

  test('a task fails alone, with the code of its error or "provider_error"', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('task_error', { request_id, task_id: 'a', error: { message: 'no luck' } });
    await worker.ok('task_error', { request_id, task_id: 'b', error: { code: 'page_gone', message: 'gone' } });
    expect(await client.next('task_error', { task_id: 'a' })).toMatchObject({
      error: { code: 'provider_error', message: 'no luck' },
    });
    expect(await client.next('task_error', { task_id: 'b' })).toMatchObject({ error: { code: 'page_gone', message: 'gone' } });
    await worker.ok('result', { request_id, result: 'all the same' });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'all the same' });
    expect((await client.ok('get', { request_id })).request.tasks.map(({ state }) => state)).toEqual(['failed', 'failed']);
  });

  test.each([
    ['progress', { progress: 1 }],
    ['task_result', { result: 'again' }],
    ['task_error', { error: { message: 'after all' } }],
    ['chunk', { data: 'late' }],
  ])('"%s" about a task that has ended is an invalid message', async (event, body) => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('task_result', { request_id, task_id: 'a', result: 'first' });
    expect(await worker.refusal(event, { request_id, task_id: 'a', ...body })).toMatchObject({ code: 'invalid_message' });
    await worker.ok('result', { request_id });
    await client.end(request_id);
    expect(client.events(request_id).map(({ name }) => name)).toEqual(['tasks', 'task_result', 'result']);
    expect((await client.ok('get', { request_id })).request.tasks).toMatchObject([{ state: 'completed', result: 'first' }]);
  });
});

describe('result', () => {
  test('completes the request: tasks under way are completed, those never begun skipped', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: ['done', 'begun', 'never'].map((task_id) => ({ task_id })) });
    await worker.ok('task_result', { request_id, task_id: 'done' });
    await worker.ok('progress', { request_id, task_id: 'begun', progress: 0.5 });
    await worker.ok('result', { request_id, result: [1, 2] });
    const { name, body } = await client.end(request_id);
    expect(name).toBe('result');
    expect(body).toMatchObject({ state: 'completed', result: [1, 2], overall: 1, timings: { total_ms: expect.any(Number) } });
    expect(body.tasks).toMatchObject([
      { task_id: 'begun', state: 'completed' },
      { task_id: 'never', state: 'skipped' },
    ]);
    expect((await client.ok('get', { request_id })).request.tasks.map(({ state }) => state)).toEqual([
      'completed',
      'completed',
      'skipped',
    ]);
  });

  test('needs no value', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('result', { request_id });
    const { body } = await client.end(request_id);
    expect(body.state).toBe('completed');
    expect(body.result).toBeUndefined();
  });
});

describe('error', () => {
  test('fails the request as the provider says, and its open tasks are cancelled', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: ['done', 'begun', 'never'].map((task_id) => ({ task_id })) });
    await worker.ok('task_result', { request_id, task_id: 'done' });
    await worker.ok('progress', { request_id, task_id: 'begun', progress: 0.5 });
    const error = { code: 'page_gone', message: 'the page is gone', retryable: true, details: { status: 404 } };
    await worker.ok('error', { request_id, error });
    const { name, body } = await client.end(request_id);
    expect(name).toBe('error');
    expect(body).toMatchObject({ state: 'failed', error, timings: { total_ms: expect.any(Number) } });
    expect(body.overall).toBeLessThan(1);
    expect(body.tasks).toMatchObject([
      { task_id: 'begun', state: 'cancelled' },
      { task_id: 'never', state: 'cancelled' },
    ]);
  });

  test('without a code is a "provider_error", which no retry helps', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('error', { request_id, error: { message: 'broken' } });
    expect((await client.end(request_id)).body.error).toEqual({ code: 'provider_error', message: 'broken', retryable: false });
  });
});

describe('reject', () => {
  test('hands the request to another provider, as a new attempt', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    const other = await aWorker(hub.url, service, { work: echo });
    await worker.ok('reject', { request_id, reason: 'out of memory' });
    await other.next('request', { request_id, attempt: 2 });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
    const states = client.all('status', request_id).map(({ body }) => [body.state, body.reason, body.attempt]);
    expect(states).toMatchObject([
      ['queued', 'rejected', 1],
      ['assigned', undefined, 2],
    ]);
    expect(worker.all('request', request_id)).toHaveLength(1);
  });

  test('does not ask the same one again for 5 s; asked again, it must say which attempt it means', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const rejectedAt = performance.now();
    await worker.ok('reject', { request_id });
    const again = await worker.nextHeard('request', { request_id, attempt: 2 });
    expect(again.atMs - rejectedAt).toBeGreaterThan(4_800);
    expect(await worker.refusal('progress', { request_id, progress: 0.5 })).toMatchObject({
      code: 'invalid_message',
      details: { path: 'attempt' },
    });
    expect(await worker.refusal('progress', { request_id, progress: 0.5, attempt: 1 })).toMatchObject({ code: 'not_assigned' });
    await worker.ok('result', { request_id, attempt: 2, result: 'now' });
    expect((await client.end(request_id)).body).toMatchObject({ result: 'now', attempt: 2 });
  });

  test('of a request that is being cancelled is its end', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    const other = await aWorker(hub.url, service);
    await client.ok('cancel', { request_id });
    await worker.next('cancel', { request_id });
    await worker.ok('reject', { request_id });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'cancelled', attempt: 1 });
    await other.ok('services', {});
    expect(other.all('request')).toEqual([]);
  });
});
