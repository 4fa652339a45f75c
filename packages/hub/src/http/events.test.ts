import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from '../contract/api.ts';
import { Asked, identities } from '../testing/asked.ts';
import { EventReader } from '../testing/events.ts';

const scopes = {
  'ann-acme': ['request:*', 'provide:*'],
  'root-acme': ['admin'],
  'mallory-evil': ['request:*', 'provide:*', 'observe:*', 'admin', 'operator'],
};
const token = 'ann-acme';
const authorization = `Bearer ${token}`;

let asked: Asked;
let worker: Socket;
let onHanded: (() => void)[];

beforeEach(async () => {
  onHanded = [];
  asked = await Asked.serve({ authenticate: identities(scopes) });
  worker = await asked.hub.connect({ auth: { token } });
  await worker.emitWithAck('register', { type: 'service', name: 'llm' });
  worker.on('request', () => {
    for (const heard of onHanded.splice(0)) heard();
  });
});
afterEach(async () => {
  expect(asked.hub.errors).toEqual([]);
  await asked.hub.close();
});

async function submit(): Promise<string> {
  const handed = new Promise<void>((resolve) => onHanded.push(resolve));
  const { json } = await asked.ask('/requests?to=llm&action=go', { token, method: 'POST' });
  await handed;
  return answers.accepted.parse(json).request_id;
}

async function follow(requestId: string, headers: Record<string, string> = {}): Promise<EventReader> {
  return await EventReader.open(`${asked.hub.url}/api/v1/requests/${requestId}/events`, {
    headers: { authorization, ...headers },
  });
}

const say = async (event: string, body: object): Promise<unknown> => await worker.emitWithAck(event, body);
const chunk = (request_id: string, data: unknown): Promise<unknown> => say('chunk', { request_id, data });

test('a request is followed from its first event to its last, numbers as ids, and live state without one', async () => {
  const id = await submit();
  await chunk(id, 'a');
  const reader = await follow(id);
  expect(reader.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  await reader.until(() => reader.events.length === 3);
  await say('progress', { request_id: id, task_id: 'draw', progress: 0.5 });
  await say('result', { request_id: id, result: { bytes: Buffer.from('hi') } });
  const events = await reader.over();
  expect(reader.others).toEqual(['retry: 2000']);
  expect(events.map(({ event, id: number }) => [event, number])).toEqual([
    ['status', '1'],
    ['chunk', '2'],
    ['running', undefined],
    ['tasks', '3'],
    ['progress', undefined],
    ['result', '4'],
  ]);
  expect(events[4]?.data).toMatchObject({ request_id: id, task_id: 'draw', progress: 0.5, seq: 3 });
  expect(events.at(-1)?.data).toMatchObject({ state: 'completed', result: { bytes: { $base64: 'aGk=' } } });
  expect(asked.hub.streams.size).toBe(0);
});

test('whoever was cut goes on behind the last number that it saw, and is told when nothing more comes', async () => {
  const id = await submit();
  for (const data of ['a', 'b', 'c']) await chunk(id, data);
  const first = await follow(id);
  await first.until(() => first.events.length >= 3);
  first.cut();
  await chunk(id, 'd');
  const second = await follow(id, { 'last-event-id': '3' });
  await second.until(() => second.events.length >= 2);
  await say('result', { request_id: id });
  expect(
    (await second.over()).filter(({ id: number }) => number !== undefined).map(({ event, id: number }) => [event, number]),
  ).toEqual([
    ['chunk', '4'],
    ['chunk', '5'],
    ['result', '6'],
  ]);
  const third = await follow(id, { 'last-event-id': '5' });
  expect((await third.over()).map(({ event }) => event)).toEqual(['result']);
  const fourth = await follow(id, { 'last-event-id': '6' });
  expect(fourth.response.statusCode).toBe(204);
  const beyond = await follow(id, { 'last-event-id': '7' });
  expect(await beyond.over()).toMatchObject([
    { event: 'snapshot', id: '6', data: { reset: true, request: { state: 'completed' } } },
  ]);
});

test('a request is sent and followed in one call', async () => {
  const handed = new Promise<{ request_id: string }>((resolve) => worker.once('request', resolve));
  const reader = await EventReader.open(`${asked.hub.url}/api/v1/requests`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ to: 'llm', action: 'go' }),
  });
  const { request_id } = await handed;
  expect(reader.response.headers.location).toBe(`/api/v1/requests/${request_id}`);
  await chunk(request_id, 'a');
  await say('result', { request_id, result: 1 });
  expect((await reader.over()).map(({ event }) => event)).toEqual(['status', 'chunk', 'result']);
  const { clients } = answers.clients.parse((await asked.ask('/clients', { token: 'root-acme' })).json);
  expect(clients).toHaveLength(1);
});

test('what asks to end with its requester ends half a minute after its stream was cut', async () => {
  const handed = new Promise<{ request_id: string }>((resolve) => worker.once('request', resolve));
  const reader = await EventReader.open(`${asked.hub.url}/api/v1/requests`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ to: 'llm', action: 'go', on_requester_gone: 'cancel' }),
  });
  await handed;
  const cancelled = new Promise<{ reason: string }>((resolve) => worker.once('cancel', resolve));
  reader.cut();
  await expect.poll(() => asked.hub.streams.size).toBe(0);
  asked.hub.clock.advance(30_000);
  expect((await cancelled).reason).toBe('requester_gone');
});

test('streams that are cut leave no stream, session or timer behind', async () => {
  const id = await submit();
  const { sessions, timers } = { sessions: await sessionCount(), timers: asked.hub.clock.pendingTimers };
  const readers = await Promise.all(Array.from({ length: 50 }, () => follow(id)));
  const others = await Promise.all(
    Array.from({ length: 50 }, () => EventReader.open(`${asked.hub.url}/api/v1/events`, { headers: { authorization } })),
  );
  for (const reader of readers) await reader.until(() => reader.events.length > 0);
  expect(asked.hub.streams.size).toBe(100);
  for (const reader of [...readers, ...others]) reader.cut();
  await expect.poll(() => asked.hub.streams.size).toBe(0);
  expect(await sessionCount()).toBe(sessions);
  expect(asked.hub.clock.pendingTimers).toBe(timers);
});

async function sessionCount(): Promise<number> {
  return answers.clients.parse((await asked.ask('/clients', { token: 'root-acme' })).json).clients.length;
}

test('a reader that stops is written to no further than a bound, others are served, and it misses nothing when it goes on', async () => {
  const id = await submit();
  const slow = await follow(id);
  const quick = await follow(id);
  await slow.until(() => slow.events.length > 0);
  slow.stopReading();
  const text = 'x'.repeat(100_000);
  for (let count = 0; count < 120; count += 1) await chunk(id, text);
  await say('result', { request_id: id });
  expect(await quick.over()).toHaveLength(122);
  expect(slow.events.length).toBeLessThan(122);
  slow.goOnReading();
  const numbers = (await slow.over()).map(({ id: number }) => Number(number));
  expect(numbers).toEqual(Array.from({ length: 122 }, (_, at) => at + 1));
});

test('a reader that takes nothing for half a minute is cut; one that is only silent is kept alive', async () => {
  const id = await submit();
  const slow = await follow(id);
  const idle = await follow(id);
  await slow.until(() => slow.events.length > 0);
  slow.stopReading();
  const text = 'x'.repeat(500_000);
  for (let count = 0; count < 30; count += 1) await chunk(id, text);
  await idle.until(() => idle.events.length === 31);
  for (let pings = 1; pings <= 3; pings += 1) {
    asked.hub.clock.advance(15_000);
    await idle.until(() => idle.others.length === 1 + pings);
  }
  await expect.poll(() => asked.hub.streams.size).toBe(1);
  expect(idle.others.at(-1)).toBe(': still here');
  expect(idle.isOver).toBe(false);
});

test('events come as a page too, with what is needed for the next', async () => {
  const id = await submit();
  for (const data of ['a', Buffer.from('hi'), 'c']) await chunk(id, data);
  const read = async (query: string) => answers.events.parse((await asked.ask(`/requests/${id}/events${query}`, { token })).json);
  expect(await read('?limit=2')).toMatchObject({
    events: [{ event: 'status', data: { seq: 1 } }, { data: { data: 'a' } }],
    has_more: true,
  });
  expect(await read('?after_seq=2')).toMatchObject({ events: [{ event: 'chunk', data: { seq: 3 } }], has_more: false });
  expect(await read('?after_seq=9')).toEqual({ events: [], has_more: false });
});

test('what somebody may not see has no events, with the same bytes as what never was', async () => {
  const id = await submit();
  const never = '00000000-0000-7000-8000-000000000000';
  for (const accept of ['text/event-stream', 'application/json']) {
    const ask = async (one: string) => await asked.ask(`/requests/${one}/events`, { token: 'mallory-evil', headers: { accept } });
    const [refused, unknown] = [await ask(id), await ask(never)];
    expect([refused.status, refused.text]).toEqual([404, unknown.text.replace(never, id)]);
  }
  const bad = await asked.ask(`/requests/${id}/events`, {
    token,
    headers: { accept: 'text/event-stream', 'last-event-id': 'x' },
  });
  expect([bad.status, answers.error.parse(bad.json).error.message]).toEqual([
    400,
    'Last-Event-ID must be the id of an event, a whole number',
  ]);
});

test("the hub's own life is told to each of its tenant, and of another nothing", async () => {
  const open = async (who: string, query = '') =>
    await EventReader.open(`${asked.hub.url}/api/v1/events${query}`, { headers: { authorization: `Bearer ${who}` } });
  const [root, foreign, some] = [
    await open('root-acme'),
    await open('mallory-evil'),
    await open('root-acme', '?topics=requests'),
  ];
  await root.until(() => root.events.length === 3);
  expect(root.events.map(({ event }) => event)).toEqual(['services', 'providers', 'stats']);
  const id = await submit();
  asked.hub.clock.advance(500);
  await some.until(() => some.events.length > 0);
  expect(some.events).toMatchObject([{ event: 'requests', data: { requests: [{ request_id: id, state: 'assigned' }] } }]);
  expect(some.events[0]).not.toHaveProperty('id');
  await foreign.until(() => foreign.events.length > 0);
  expect(foreign.events.map(({ event }) => event)).toEqual(['services', 'providers', 'stats']);
  expect(JSON.stringify(foreign.events)).not.toContain(id);
  const refused = await asked.ask('/events?topics=stats', { token });
  expect([refused.status, answers.error.parse(refused.json).error.code]).toEqual([403, 'forbidden']);
  const unknown = await asked.ask('/events?topics=weather', { token });
  expect(answers.error.parse(unknown.json).error.message).toContain('topics must be one or more of stats, requests');
});

test('a stream ends with the token that opened it, and no longer holds it when it is over', async () => {
  const held = new Set<() => void>();
  const hub = await Asked.serve({
    hold: (_identity, end) => {
      held.add(end);
      return () => void held.delete(end);
    },
  });
  try {
    const [revoked, cut] = [
      await EventReader.open(`${hub.hub.url}/api/v1/events`),
      await EventReader.open(`${hub.hub.url}/api/v1/events`),
    ];
    expect(held.size).toBe(2);
    cut.cut();
    await expect.poll(() => held.size).toBe(1);
    for (const end of held) end();
    await revoked.over();
    await expect.poll(() => hub.hub.streams.size).toBe(0);
    expect(held.size).toBe(0);
  } finally {
    await hub.hub.close();
  }
});

test('a hub that leaves says so to whoever follows, and ends', async () => {
  const id = await submit();
  const readers = [await follow(id), await EventReader.open(`${asked.hub.url}/api/v1/events`, { headers: { authorization } })];
  for (const reader of readers) await reader.until(() => reader.events.length > 0);
  asked.hub.streams.close({ reason: 'hub_draining', retry_after_ms: 1_000 });
  for (const reader of readers) {
    expect((await reader.over()).at(-1)).toEqual({
      event: 'going_away',
      data: { reason: 'hub_draining', retry_after_ms: 1_000 },
    });
  }
});

test('a service is paused and resumed, a provider drained and disconnected, by whoever administers the tenant', async () => {
  const act = async (path: string, who = 'root-acme') => await asked.ask(path, { token: who, method: 'POST' });
  expect(answers.service.parse((await act('/services/llm/pause')).json).paused).toBe(true);
  expect(answers.service.parse((await act('/services/llm/resume')).json).paused).toBe(false);
  const [provider] = answers.providers.parse((await asked.ask('/providers', { token: 'root-acme' })).json).providers;
  const path = `/providers/${provider?.session_id}`;
  for (const one of ['/services/llm/pause', `${path}/drain`, `${path}/disconnect`]) {
    expect((await act(one, token)).status).toBe(403);
    expect((await act(one, 'mallory-evil')).status).toBe(404);
  }
  const drained = new Promise((resolve) => worker.once('drain', resolve));
  expect(answers.done.parse((await act(`${path}/drain`)).json)).toEqual({ ok: true });
  expect(await drained).toEqual({ name: 'llm' });
  const left = new Promise((resolve) => worker.once('disconnect', resolve));
  expect(answers.done.parse((await act(`${path}/disconnect`)).json)).toEqual({ ok: true });
  await left;
});
