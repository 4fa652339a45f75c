import type { Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { localIdentity } from '../access/identity.ts';
import type { Served } from '../testing/served.ts';
import { serve } from '../testing/served.ts';

type Message = Record<string, unknown> & { request_id: string; seq: number };

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function aHub(settings: Parameters<typeof serve>[0] = {}): Promise<Served> {
  const hub = await serve(settings);
  ends.push(() => hub.close());
  return hub;
}

async function ask(client: Socket, name: string, body: unknown): Promise<Record<string, unknown>> {
  return (await client.emitWithAck(name, body)) as Record<string, unknown>;
}

async function event(client: Socket, name: string): Promise<Message> {
  return await new Promise((resolve) => client.once(name, resolve));
}

/** Drops the connection as a network would: the client does not know, and comes back by itself. */
async function cut(client: Socket): Promise<void> {
  const back = new Promise<void>((resolve) => client.once('connect', resolve));
  client.io.engine.close();
  await back;
}

async function aWorker(hub: Served, name = 'resize', more: object = {}): Promise<Socket> {
  const worker = await hub.connect();
  await ask(worker, 'register', { type: 'service', name, ...more });
  return worker;
}

const numbered = new Set(['status', 'tasks', 'chunk', 'task_result', 'task_error', 'result', 'error']);

/** Every event of the log that a client is sent, by its number. */
function collect(client: Socket): Map<number, string> {
  const seen = new Map<number, string>();
  client.onAny((name: string, { seq }: { seq: number }) => {
    if (numbered.has(name)) seen.set(seq, name);
  });
  return seen;
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test('register is answered with who one is and what holds here, and says the same as an event', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  const told = event(client, 'registered');
  const answer = await ask(client, 'register', { type: 'client', name: 'a page' });
  expect(answer).toMatchObject({ ok: true, resumed: false, hub_id: 'hub-1', epoch: 'epoch-1', protocol: 1 });
  expect(answer['limits']).toMatchObject({ max_message_bytes: 1_048_576, max_depth: 64, max_open_requests: 1_000 });
  expect(Object.keys(answer)).toEqual(expect.arrayContaining(['session_id', 'session_token']));
  expect(await told).toEqual(answer);
});

test('a service is told what it still holds', async () => {
  const hub = await aHub();
  const worker = await hub.connect();
  expect(await ask(worker, 'register', { type: 'service', name: 'resize' })).toMatchObject({ ok: true, in_flight: [] });
});

test('the protocol’s example runs as it stands, without an acknowledgement, cut in the middle', async () => {
  const hub = await aHub();
  const worker = await aWorker(hub, 'brightwrapper');
  const socket = await hub.connect();
  socket.emit('register', { type: 'client' });
  socket.emit('request', {
    to: 'brightwrapper',
    action: 'generate-infographics',
    payload: { url: 'https://example.com/article' },
  });
  const seen = collect(socket);
  const { request_id } = await event(worker, 'request');
  worker.emit('task_result', { request_id, task_id: 'first', result: 1 });
  await event(socket, 'task_result');
  socket.io.engine.close();
  worker.emit('task_result', { request_id, task_id: 'second', result: 2 });
  await ask(worker, 'result', { request_id, result: 'done' });
  expect(await event(socket, 'result')).toMatchObject({ request_id, result: 'done', state: 'completed' });
  expect(socket.recovered).toBe(true);
  const numbers = [...seen.keys()].sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, at) => at + (numbers[0] ?? 0)));
  expect([...seen.values()]).toContain('result');
});

test('a request on a connection that never registered is a client’s', async () => {
  const hub = await aHub();
  await aWorker(hub);
  const client = await hub.connect();
  expect(await ask(client, 'request', { to: 'resize', action: 'thumbnail' })).toMatchObject({
    ok: true,
    state: 'assigned',
    seq: 1,
  });
});

test('register followed at once by request works', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  client.emit('register', { type: 'service', name: 'mirror' });
  const accepted = ask(client, 'request', { to: 'mirror', action: 'reflect', payload: { a: 1 } });
  const request = await event(client, 'request');
  expect(request['payload']).toEqual({ a: 1 });
  expect(await accepted).toMatchObject({ ok: true, request_id: request.request_id });
});

test('binary passes through as it is', async () => {
  const hub = await aHub();
  const worker = await aWorker(hub);
  const client = await hub.connect();
  client.emit('request', { to: 'resize', action: 'thumbnail', payload: { image: Buffer.from('pixels') } });
  const request = (await event(worker, 'request')) as Message & { payload: { image: Buffer } };
  expect(Buffer.from(request.payload.image).toString()).toBe('pixels');
  worker.emit('result', { request_id: request.request_id, result: Buffer.from('smaller') });
  const result = (await event(client, 'result')) as Message & { result: Buffer };
  expect(Buffer.from(result.result).toString()).toBe('smaller');
});

test('a refusal without an acknowledgement arrives as `refused`, and says which request it is about', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  const request_id = '0190d3b4-7a52-7bd0-8f3e-0d5a5d2f9a10';
  client.emit('cancel', { request_id });
  expect(await event(client, 'refused')).toMatchObject({ event: 'cancel', request_id, error: { code: 'request_not_found' } });
});

test('an event that goes through and wants no acknowledgement gets none', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  const names: string[] = [];
  client.onAny((name: string) => names.push(name));
  client.emit('services', {});
  client.emit('register', { type: 'client' });
  await event(client, 'registered');
  expect(names).toEqual(['registered']);
});

test('text and binary weigh what they are', async () => {
  const hub = await aHub();
  const worker = await aWorker(hub);
  const client = await hub.connect();
  client.emit('request', { to: 'resize', action: 'thumbnail' });
  const { request_id } = await event(worker, 'request');
  await ask(worker, 'chunk', { request_id, data: 'müde' });
  await ask(worker, 'chunk', { request_id, stream: 'picture', data: Buffer.alloc(1_000) });
  const answer = (await ask(client, 'get', { request_id })) as { request: { streams: { stream: string; bytes: number }[] } };
  expect(answer.request.streams.map(({ stream, bytes }) => [stream, bytes])).toEqual([
    ['text', 5],
    ['picture', 1_000],
  ]);
});

test('a stock client that was cut off is the session it was, and says so when it registers again', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  const before = await ask(client, 'register', { type: 'client' });
  await cut(client);
  const after = await ask(client, 'register', { type: 'client' });
  expect(after).toMatchObject({ session_id: before['session_id'], resumed: true });
});

test('a stock worker that was cut off is back in its pool without a word', async () => {
  const hub = await aHub();
  const worker = await aWorker(hub);
  const client = await hub.connect();
  await cut(worker);
  client.emit('request', { to: 'resize', action: 'thumbnail' });
  expect(await event(worker, 'request')).toMatchObject({ service: 'resize' });
});

test('a token brings the session to another connection, which gets nothing until it watches', async () => {
  const hub = await aHub();
  const worker = await aWorker(hub);
  const first = await hub.connect();
  const { session_id, session_token } = await ask(first, 'register', { type: 'client' });
  const { request_id } = await ask(first, 'request', { to: 'resize', action: 'thumbnail' });
  first.close();
  const second = await hub.connect();
  const seen = collect(second);
  const resumed = await ask(second, 'register', { type: 'client', resume: { session_id, session_token } });
  expect(resumed).toMatchObject({ ok: true, session_id, resumed: true });
  expect(resumed['session_token']).not.toBe(session_token);
  await ask(worker, 'chunk', { request_id, data: 'one' });
  await ask(worker, 'chunk', { request_id, data: 'two' });
  await settled();
  expect(seen.size).toBe(0);
  expect(await ask(second, 'watch', { request_id, after_seq: 1 })).toEqual({ ok: true, mode: 'replay' });
  await settled();
  expect([...seen]).toEqual([
    [2, 'chunk'],
    [3, 'chunk'],
  ]);
});

test('the newest connection wins; the one before is closed and may come back as somebody new', async () => {
  const hub = await aHub();
  const first = await hub.connect();
  const { session_id, session_token } = await ask(first, 'register', { type: 'client' });
  const second = await hub.connect();
  const gone = event(first, 'disconnect');
  const back = event(first, 'connect');
  await ask(second, 'register', { type: 'client', resume: { session_id, session_token } });
  expect(await gone).toBe('transport close');
  await back;
  expect(first.recovered).toBe(false);
  const again = await ask(first, 'register', { type: 'client' });
  expect(again['session_id']).not.toBe(session_id);
  expect(second.connected).toBe(true);
});

test('a token is worth something until its successor surely arrived, and then nothing any more', async () => {
  const hub = await aHub();
  const resume = async (session_token: unknown): Promise<Record<string, unknown>> => {
    const client = await hub.connect();
    return await ask(client, 'register', { type: 'client', resume: { session_id, session_token } });
  };
  const { session_id, session_token: oldest } = await ask(await hub.connect(), 'register', { type: 'client' });
  await resume(oldest);
  // As if the answer with the new token had been lost on its way.
  const { session_token: newer } = await resume(oldest);
  const { session_token: newest } = await resume(newer);
  expect(await resume(oldest)).toMatchObject({ ok: true, resumed: false });
  expect(await resume(newest)).toMatchObject({ ok: true, resumed: true, session_id });
});

test('a heartbeat that is answered vouches for the token that was sent before it', async () => {
  const hub = await aHub({ timing: { heartbeatMs: 30 } });
  const first = await hub.connect();
  const { session_id, session_token: former } = await ask(first, 'register', { type: 'client' });
  await ask(first, 'register', { type: 'client' });
  await new Promise((resolve) => setTimeout(resolve, 150));
  const second = await hub.connect();
  const answer = await ask(second, 'register', { type: 'client', resume: { session_id, session_token: former } });
  expect(answer).toMatchObject({ ok: true, resumed: false });
});

test('a token that is worth nothing makes a new session, and the answer says so', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  const { session_id } = await ask(client, 'register', { type: 'client' });
  const forged = `${String(session_id)}.1.${'A'.repeat(43)}`;
  const answer = await ask(await hub.connect(), 'register', { type: 'client', resume: { session_id, session_token: forged } });
  expect(answer).toMatchObject({ ok: true, resumed: false });
  expect(answer['session_id']).not.toBe(session_id);
});

test('nobody else is a session by its pid or its token', async () => {
  const hub = await aHub({ authenticate: ({ token }) => ({ ...localIdentity, subject: String(token) }) });
  const alice = await hub.connect({ auth: { token: 'alice' } });
  const { session_id, session_token } = await ask(alice, 'register', { type: 'client' });
  const pid: unknown = Reflect.get(alice, '_pid');
  const mallory = await hub.connect({ auth: { token: 'mallory', pid } });
  const answer = await ask(mallory, 'register', { type: 'client', resume: { session_id, session_token } });
  expect(answer).toMatchObject({ ok: true, resumed: false });
  expect(answer['session_id']).not.toBe(session_id);
  expect(alice.connected).toBe(true);
});

test('a stock client comes back to a restarted hub and gets the end of what it asked for', async () => {
  const before = await serve();
  const client = await before.connect();
  await ask(await before.connect(), 'register', { type: 'service', name: 'resize' });
  const { request_id } = await ask(client, 'request', { to: 'resize', action: 'thumbnail' });
  const { session_id } = await ask(client, 'register', { type: 'client' });
  const pid: unknown = Reflect.get(client, '_pid');
  await before.close();
  const hub = await aHub({ store: before.store });
  const back = await hub.connect({ auth: { pid } });
  const result = event(back, 'result');
  const worker = await hub.connect();
  worker.emit('register', { type: 'service', name: 'resize' });
  expect(await event(worker, 'request')).toMatchObject({ request_id });
  worker.emit('result', { request_id, result: 7 });
  expect(await result).toMatchObject({ request_id, result: 7 });
  expect(await ask(back, 'register', { type: 'client' })).toMatchObject({ session_id, resumed: true });
});

test('whatever a session says is a sign of it: a message, an acknowledgement, the answer to a heartbeat', async () => {
  const hub = await aHub({ timing: { heartbeatMs: 30 } });
  const worker = await aWorker(hub, 'resize', { acks: true });
  const seenAt = () => hub.router.providers(localIdentity)[0]?.lastSeenAt;
  const seenNow = async (): Promise<void> => {
    while (seenAt() !== hub.clock.now()) await new Promise(setImmediate);
  };
  // A heartbeat, whenever the next one comes.
  hub.clock.advance(1_000);
  await seenNow();
  worker.on('request', (_request: unknown, acknowledge: () => void) => acknowledge());
  hub.clock.advance(1_000);
  await ask(worker, 'services', {});
  expect(seenAt()).toBe(hub.clock.now());
  const client = await hub.connect();
  await ask(client, 'request', { to: 'resize', action: 'go' });
  hub.clock.advance(1_000);
  await seenNow();
});

test('a session is forgotten after a quarter of an hour, and one that never said a word at once', async () => {
  const hub = await aHub();
  const idle = hub.clock.pendingTimers;
  const silent = await hub.connect();
  silent.close();
  const client = await hub.connect();
  const { session_id, session_token } = await ask(client, 'register', { type: 'client' });
  client.close();
  await settled();
  expect(hub.clock.pendingTimers).toBe(idle + 1);
  hub.clock.advance(15 * 60_000 - 1);
  expect(hub.clock.pendingTimers).toBeGreaterThan(0);
  hub.clock.advance(1);
  const back = await hub.connect();
  // Its token still names it: like after a restart it is taken in again, with nothing that it held.
  expect(await ask(back, 'register', { type: 'client', resume: { session_id, session_token } })).toMatchObject({ resumed: true });
});

test('a hub that leaves says so to everybody, takes nothing new, and says so to whoever comes', async () => {
  const hub = await aHub();
  const client = await hub.connect();
  const told = event(client, 'going_away');
  hub.sessions.sayGoingAway('hub_draining', 1_000);
  hub.router.drain('kept', () => undefined);
  expect(await told).toEqual({ reason: 'hub_draining', retry_after_ms: 1_000 });
  const refusal = { ok: false, error: { code: 'hub_draining', retryable: true } };
  expect(await ask(client, 'register', { type: 'client' })).toMatchObject(refusal);
  expect(await ask(client, 'request', { to: 'resize', action: 'thumbnail' })).toMatchObject(refusal);
  const late = await hub.raw();
  await late.connect();
  await late.until(() => late.received.some((text) => text.includes('going_away')));
});
