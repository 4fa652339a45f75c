/** Protocol, section 3, resume: a session outlives its connection, by its token or, for stock clients, by itself. */

import { describe, expect, test } from 'vitest';
import { folded, oncePerNumber } from '../support/folded.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aName, aPeer, aWorker } from '../support/peer.ts';

const hub = aHubForThisFile();

describe('by its token', () => {
  test('a session comes back as who it was, with a new token', async () => {
    const before = aPeer(hub.url);
    const { session_id, session_token } = await before.ok('register', { type: 'client' });
    before.close();
    const after = aPeer(hub.url);
    const answer = await after.ok('register', { type: 'client', resume: { session_id, session_token } });
    expect(answer).toMatchObject({ session_id, resumed: true });
    expect(answer.session_token).not.toBe(session_token);
  });

  test('it is again the requester: it gets nothing until it watches, and then exactly what it missed', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const { session_id, session_token } = client.session;
    await worker.ok('chunk', { request_id, data: 'seen' });
    const { seq } = await client.next('chunk', { request_id });
    client.close();
    await worker.ok('chunk', { request_id, data: 'missed' });
    const again = aPeer(hub.url);
    expect(await again.ok('register', { type: 'client', resume: { session_id, session_token } })).toMatchObject({
      resumed: true,
    });
    await worker.ok('chunk', { request_id, data: 'not yet' });
    await again.ok('get', { request_id });
    expect(again.events(request_id)).toEqual([]);
    expect(await again.ok('watch', { request_id, after_seq: seq })).toMatchObject({ mode: 'replay' });
    await worker.ok('result', { request_id, result: 'end' });
    await again.end(request_id);
    expect(again.events(request_id).map(({ body }) => [body.seq, body.data ?? body.result])).toEqual([
      [3, 'missed'],
      [4, 'not yet'],
      [5, 'end'],
    ]);
    expect((await again.ok('get', { request_id })).request.requester.session_id).toBe(session_id);
  });

  test('the newest connection wins, and the one before is closed', async () => {
    const before = aPeer(hub.url, { reconnection: false });
    const { session_id, session_token } = await before.ok('register', { type: 'client' });
    const after = aPeer(hub.url);
    expect(await after.ok('register', { type: 'client', resume: { session_id, session_token } })).toMatchObject({
      resumed: true,
    });
    await before.disconnected();
    await after.ok('services', {});
  });

  test('a renewed token works in its turn', async () => {
    let { session_id, session_token } = await aPeer(hub.url).ok('register', { type: 'client' });
    const first = session_id;
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await aPeer(hub.url).ok('register', { type: 'client', resume: { session_id, session_token } });
      expect(answer).toMatchObject({ session_id: first, resumed: true });
      ({ session_id, session_token } = answer);
    }
  });

  test('a token is still taken when a newer one was given but never used: its answer may have been lost', async () => {
    const peer = aPeer(hub.url);
    const { session_id, session_token } = await peer.ok('register', { type: 'client' });
    await peer.ok('register', { type: 'client' });
    const again = await aPeer(hub.url).ok('register', { type: 'client', resume: { session_id, session_token } });
    expect(again).toMatchObject({ session_id, resumed: true });
  });

  test('a token is worth nothing once a newer one was used', async () => {
    const { session_id, session_token } = await aPeer(hub.url).ok('register', { type: 'client' });
    const second = await aPeer(hub.url).ok('register', { type: 'client', resume: { session_id, session_token } });
    const third = await aPeer(hub.url).ok('register', { type: 'client', resume: second });
    expect(third).toMatchObject({ session_id, resumed: true });
    const stolen = await aPeer(hub.url).ok('register', { type: 'client', resume: { session_id, session_token } });
    expect(stolen.resumed).toBe(false);
    expect(stolen.session_id).not.toBe(session_id);
  });

  test("a token that is worth nothing, or is another session's, begins a new session and says so", async () => {
    const one = await aPeer(hub.url).ok('register', { type: 'client' });
    const other = await aPeer(hub.url).ok('register', { type: 'client' });
    const tries = [
      { session_id: one.session_id, session_token: 'worth nothing' },
      { session_id: one.session_id, session_token: other.session_token },
      { session_id: one.session_id, session_token: `${one.session_token}x` },
      { session_id: 'nobody', session_token: one.session_token },
    ];
    for (const resume of tries) {
      const answer = await aPeer(hub.url).ok('register', { type: 'client', resume });
      expect(answer.resumed).toBe(false);
      expect([one.session_id, other.session_id]).not.toContain(answer.session_id);
    }
  });

  test('a provider resumes too', async () => {
    const service = aName('resumed');
    const before = await aWorker(hub.url, service);
    const { session_id, session_token } = before.session;
    before.close();
    const after = aPeer(hub.url);
    const answer = await after.ok('register', { type: 'service', name: service, resume: { session_id, session_token } });
    expect(answer).toMatchObject({ session_id, resumed: true });
    const listed = (await after.ok('services', {})).services.find(({ name }) => name === service);
    expect(listed?.providers.map((provider) => provider.session_id)).toEqual([session_id]);
  });
});

describe('by itself', () => {
  const soon = { reconnectionDelay: 20, reconnectionDelayMax: 20 };

  test('a stock client that was cut off gets what it missed, each number as it was, and all that follows', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, { client: soon });
    await worker.ok('tasks', { request_id, tasks: [{ task_id: 'a' }] });
    await worker.ok('chunk', { request_id, data: 'one ' });
    await client.next('chunk', { request_id });
    client.cut();
    await client.disconnected();
    await worker.ok('chunk', { request_id, data: 'two ' });
    await worker.ok('task_result', { request_id, task_id: 'a', result: 'A' });
    await client.connected();
    await worker.ok('chunk', { request_id, data: 'three' });
    await worker.ok('result', { request_id, result: 'end' });
    await client.end(request_id);
    expect(client.all('registered')).toHaveLength(1);
    const events = oncePerNumber(client.events(request_id));
    expect(events.map(({ body }) => body.seq)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(folded(events, 'assigned')).toMatchObject({
      state: 'completed',
      attempt: 1,
      result: 'end',
      tasks: { a: { state: 'completed', result: 'A' } },
      streams: { text: { data: ['one ', 'two ', 'three'] } },
    });
  });

  test('a stock client that was away when its request ended is told the end', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, { client: { ...soon, reconnectionDelay: 100 } });
    client.cut();
    await client.disconnected();
    await worker.ok('result', { request_id, result: 'while you were away' });
    await client.connected();
    expect((await client.end(request_id)).body.result).toBe('while you were away');
  });

  test('a stock client that changed the session by "register" does not lose its requests when it registers again', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, { client: soon });
    const { session_id } = client.session;
    client.cut();
    await client.disconnected();
    await client.connected();
    // Many clients register on every "connect".
    expect(await client.ok('register', { type: 'client' })).toMatchObject({ session_id, resumed: true });
    await worker.ok('result', { request_id, result: 'mine' });
    expect((await client.end(request_id)).body.result).toBe('mine');
  });

  test('no event carries more than its one object', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, { client: soon });
    await worker.ok('progress', { request_id, progress: 0.5 });
    await worker.ok('result', { request_id });
    await client.end(request_id);
    expect(client.heard.length).toBeGreaterThan(2);
    for (const { name, args } of [...client.heard, ...worker.heard]) expect(args, name).toHaveLength(1);
  });
});
