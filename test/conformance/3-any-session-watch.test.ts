/** Protocol, section 3: following a request from any number on, and looking at it. */

import { describe, expect, test } from 'vitest';
import { folded } from '../support/folded.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aPeer } from '../support/peer.ts';

const hub = aHubForThisFile();

/** A request with six events behind it, the last of them its end. */
async function aFinishedRequest() {
  const parts = await aHandedRequest(hub.url, { request: { payload: { size: 3 } } });
  const { worker, client, request_id } = parts;
  await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }] });
  await worker.ok('chunk', { request_id, data: 'one' });
  await worker.ok('chunk', { request_id, data: 'two' });
  await worker.ok('task_result', { request_id, task_id: 'a', result: 'A' });
  await worker.ok('result', { request_id, result: 'done' });
  await client.end(request_id);
  return parts;
}

describe('watch', () => {
  test('from 0 on a finished request replays all of it, event 1 too, and nothing follows', async () => {
    const { request_id, client } = await aFinishedRequest();
    const watcher = await aClient(hub.url);
    expect(await watcher.ok('watch', { request_id, after_seq: 0 })).toMatchObject({ ok: true, mode: 'replay' });
    await watcher.end(request_id);
    const events = watcher.events(request_id);
    expect(events.map(({ name }) => name)).toEqual(['status', 'tasks', 'chunk', 'chunk', 'task_result', 'result']);
    expect(folded(events)).toMatchObject({ seq: 6, state: 'completed', result: 'done', tasks: { a: { state: 'completed' } } });
    // What the requester was sent are the same events, but for the first.
    expect(client.events(request_id).map(({ body }) => body)).toEqual(events.slice(1).map(({ body }) => body));
  });

  test('from the middle replays the rest', async () => {
    const { request_id } = await aFinishedRequest();
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 3 });
    await watcher.end(request_id);
    expect(watcher.events(request_id).map(({ body }) => body.seq)).toEqual([4, 5, 6]);
  });

  test('from the last number of an open request gives what comes, none lost and none twice', async () => {
    const { request_id, worker } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, data: 'before' });
    const watcher = await aClient(hub.url);
    expect(await watcher.ok('watch', { request_id, after_seq: 2 })).toMatchObject({ mode: 'replay' });
    await worker.ok('chunk', { request_id, data: 'after' });
    await worker.ok('result', { request_id });
    await watcher.end(request_id);
    expect(watcher.events(request_id).map(({ body }) => body.seq)).toEqual([3, 4]);
  });

  test('without a number gives a snapshot, and then what follows it', async () => {
    const { request_id, worker } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }] });
    await worker.ok('chunk', { request_id, data: 'before' });
    const watcher = await aClient(hub.url);
    const answer = await watcher.ok('watch', { request_id });
    expect(answer).toMatchObject({ ok: true, mode: 'snapshot', seq: 3, request: { request_id, seq: 3, state: 'running' } });
    expect(answer).not.toHaveProperty('gap');
    expect(answer).not.toHaveProperty('reset');
    await worker.ok('result', { request_id, result: 1 });
    await watcher.end(request_id);
    expect(watcher.events(request_id).map(({ body }) => body.seq)).toEqual([4]);
  });

  test('without a number on a finished request gives a snapshot, and nothing follows it', async () => {
    const { request_id } = await aFinishedRequest();
    const watcher = await aClient(hub.url);
    expect(await watcher.ok('watch', { request_id })).toMatchObject({
      mode: 'snapshot',
      seq: 6,
      request: { state: 'completed' },
    });
    await watcher.ok('get', { request_id });
    expect(watcher.events(request_id)).toEqual([]);
  });

  test.each([
    ['a number beyond the last', { after_seq: 999 }],
    ['an epoch that is not this one', { after_seq: 1, epoch: 'another' }],
  ])('%s gets a snapshot that says "reset", and then what follows', async (_what, cursor) => {
    const { request_id, worker } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    const answer = await watcher.ok('watch', { request_id, ...cursor });
    expect(answer).toMatchObject({ mode: 'snapshot', seq: 1, reset: true, request: { seq: 1 } });
    await worker.ok('result', { request_id });
    await watcher.end(request_id);
    expect(watcher.events(request_id).map(({ body }) => body.seq)).toEqual([2]);
  });

  test('with the epoch that "register" told is a replay', async () => {
    const { request_id } = await aFinishedRequest();
    const watcher = aPeer(hub.url);
    const { epoch } = await watcher.ok('register', { type: 'client' });
    expect(await watcher.ok('watch', { request_id, after_seq: 5, epoch })).toMatchObject({ mode: 'replay' });
    expect((await watcher.end(request_id)).body.seq).toBe(6);
  });

  test('a second one moves the cursor', async () => {
    const { request_id } = await aFinishedRequest();
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    await watcher.end(request_id);
    await watcher.ok('watch', { request_id, after_seq: 4 });
    await watcher.end(request_id);
    expect(watcher.events(request_id).map(({ body }) => body.seq)).toEqual([1, 2, 3, 4, 5, 6, 5, 6]);
  });

  test('replaces what the requester follows by itself: nothing comes twice', async () => {
    const { request_id, worker, client } = await aHandedRequest(hub.url);
    await worker.ok('chunk', { request_id, data: 'one' });
    await client.next('chunk', { request_id });
    await client.ok('watch', { request_id, after_seq: 2 });
    await worker.ok('chunk', { request_id, data: 'two' });
    await worker.ok('result', { request_id });
    await client.end(request_id);
    expect(client.events(request_id).map(({ body }) => body.seq)).toEqual([2, 3, 4]);
  });

  test('many watchers get the same events', async () => {
    const { request_id, worker } = await aHandedRequest(hub.url);
    const watchers = await Promise.all(Array.from({ length: 5 }, async () => await aClient(hub.url)));
    for (const watcher of watchers) await watcher.ok('watch', { request_id, after_seq: 0 });
    for (let number = 0; number < 20; number += 1) worker.say('chunk', { request_id, data: String(number) });
    await worker.ok('result', { request_id });
    await Promise.all(watchers.map(async (watcher) => await watcher.end(request_id)));
    const [first, ...others] = watchers.map((watcher) => watcher.events(request_id).map(({ body }) => body));
    expect(first?.length).toBeGreaterThan(2);
    for (const other of others) expect(other).toEqual(first);
  });

  test('of an open request is followed by its live state as it is now', async () => {
    const { request_id, worker } = await aHandedRequest(hub.url);
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }, { task_id: 'b' }] });
    await worker.ok('progress', { request_id, task_id: 'a', progress: 0.25 });
    await worker.ok('progress', { request_id, task_id: 'b', progress: 0.75, message: 'nearly' });
    const watcher = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 0 });
    expect(await watcher.next('progress', { task_id: 'a' })).toMatchObject({ request_id, seq: 2, attempt: 1, progress: 0.25 });
    expect(await watcher.next('progress', { task_id: 'b' })).toMatchObject({ progress: 0.75, message: 'nearly' });
    expect(watcher.heard.findIndex(({ name }) => name === 'progress')).toBeGreaterThan(
      watcher.heard.findIndex(({ name }) => name === 'tasks'),
    );
  });
});

describe('unwatch', () => {
  test('ends what a watcher is sent, and a requester too', async () => {
    const { request_id, worker, client } = await aHandedRequest(hub.url);
    const watcher = await aClient(hub.url);
    const stays = await aClient(hub.url);
    await watcher.ok('watch', { request_id, after_seq: 1 });
    await stays.ok('watch', { request_id, after_seq: 1 });
    await watcher.ok('unwatch', { request_id });
    await client.ok('unwatch', { request_id });
    await worker.ok('chunk', { request_id, data: 'x' });
    await worker.ok('result', { request_id });
    await stays.end(request_id);
    for (const silent of [watcher, client]) {
      await silent.ok('get', { request_id });
      expect(silent.events(request_id)).toEqual([]);
    }
  });
});

describe('get', () => {
  test('answers with the request as it is', async () => {
    const { request_id, service, client } = await aFinishedRequest();
    const { request } = await client.ok('get', { request_id });
    expect(request).toMatchObject({
      request_id,
      to: service,
      action: 'go',
      state: 'completed',
      seq: 6,
      attempt: 1,
      result: 'done',
    });
    expect(request).not.toHaveProperty('payload');
    for (const stream of request.streams) expect(stream).not.toHaveProperty('data');
  });

  test('carries payload, result and streams when asked for', async () => {
    const { request_id, client } = await aFinishedRequest();
    const { request } = await client.ok('get', { request_id, include: ['payload', 'result', 'streams'] });
    expect(request).toMatchObject({ payload: { size: 3 }, result: 'done' });
    expect(request.streams).toMatchObject([{ stream: 'text', mode: 'append', bytes: 6 }]);
    expect(request.streams[0]?.data?.join('')).toBe('onetwo');
  });
});
