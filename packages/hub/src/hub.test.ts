import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { answers } from './contract/api.ts';
import { type Hub, startHub } from './hub.ts';
import { createLogger } from './ops/logger.ts';

const log = createLogger('silent', 'test');
const leaving: (() => unknown)[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0).reverse()) await leave();
});

async function aHub(): Promise<Hub> {
  const hub = await startHub({ port: 0, memory: true, hubId: 'test' }, log);
  leaving.push(() => hub.close());
  return hub;
}

function aSocket(url: string): Socket {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  leaving.push(() => socket.close());
  return socket;
}

async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the next event of that name carries. */
async function next(socket: Socket, name: string): Promise<unknown> {
  return await new Promise((resolve) => socket.once(name, resolve));
}

/** A provider of `echo` that is handed one request and ends it when the test says so. */
async function aHeldRequest(url: string) {
  const provider = aSocket(url);
  await provider.emitWithAck('register', { type: 'service', name: 'echo' });
  const client = aSocket(url);
  const handed = next(provider, 'request');
  const { request_id } = await client.emitWithAck('request', { to: 'echo', action: 'say', payload: 'hello' });
  await handed;
  return { provider, client, requestId: String(request_id) };
}

test('a hub in memory that is told to leave waits for what is open, and its end still arrives', async () => {
  const hub = await aHub();
  const { provider, client, requestId } = await aHeldRequest(hub.url);
  const goingAway = next(client, 'going_away');
  const ended = next(client, 'result');
  const closed = hub.close();
  expect(await goingAway).toEqual({ reason: 'hub_draining', retry_after_ms: 1_000 });
  const ready = await fetch(`${hub.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { ok: false, reason: 'the hub is stopping' }]);
  expect(await client.emitWithAck('request', { to: 'echo', action: 'say' })).toMatchObject({
    ok: false,
    error: { code: 'hub_draining', retryable: true },
  });
  provider.emit('result', { request_id: requestId, result: 'x'.repeat(500_000) });
  expect(await ended).toMatchObject({ request_id: requestId, state: 'completed' });
  await closed;
});

test('what a slow watcher has not read yet still arrives before the hub leaves', async () => {
  const hub = await aHub();
  const { provider, client, requestId } = await aHeldRequest(hub.url);
  let chunks = 0;
  client.on('chunk', () => (chunks += 1));
  const ended = next(client, 'result');
  const closed = hub.close();
  for (let n = 0; n < 30; n += 1) provider.emit('chunk', { request_id: requestId, data: 'x'.repeat(500_000) });
  provider.emit('result', { request_id: requestId, result: 'done' });
  expect(await ended).toMatchObject({ result: 'done' });
  expect(chunks).toBe(30);
  await closed;
});

test('what was accepted in a folder is there for the next hub, and so is the session that asked', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'conduit-hub-'));
  leaving.push(() => rm(dataDir, { recursive: true }));
  const first = await startHub({ port: 0, dataDir, hubId: 'first' }, log);
  leaving.push(() => first.close());
  const { requestId, client } = await aHeldRequest(first.url);
  const { session_id, session_token } = await client.emitWithAck('register', { type: 'client' });
  await first.close();
  const second = await startHub({ port: 0, dataDir, hubId: 'second' }, log);
  leaving.push(() => second.close());
  const again = aSocket(second.url);
  expect(await again.emitWithAck('register', { type: 'client', resume: { session_id, session_token } })).toMatchObject({
    session_id,
    resumed: true,
    hub_id: 'second',
  });
  expect(await again.emitWithAck('get', { request_id: requestId, include: ['payload'] })).toMatchObject({
    ok: true,
    request: { payload: 'hello', attempt: 1, requester: { session_id } },
  });
});

test('a hub that has started is ready, and its own requests are nowhere', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'conduit-hub-'));
  leaving.push(() => rm(dataDir, { recursive: true }));
  const hub = await startHub({ port: 0, dataDir, hubId: 'test' }, log);
  leaving.push(() => hub.close());
  const get = async (path: string) => await (await fetch(`${hub.url}${path}`)).json();
  expect(await get('/readyz')).toEqual({ ok: true });
  expect(await get('/api/v1/requests')).toMatchObject({ requests: [] });
  expect(await get('/api/v1/services')).toEqual({ services: [] });
  expect(await get('/api/v1/providers')).toEqual({ providers: [] });
  expect(await get('/api/v1/clients')).toEqual({ clients: [] });
  expect(await get('/api/v1/stats')).toMatchObject({ services: 0, clients: 0, hub: { services: 0, providers: 0, clients: 0 } });
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toMatch(/^conduit_probe_duration_seconds 0\.\d+$/m);
  expect(metrics).not.toMatch(/^conduit_requests_accepted_total\{/m);
});

test('a port that is taken is refused with what to do about it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  leaving.push(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await expect(startHub({ port, memory: true }, log)).rejects.toThrow(
    `port ${port} is in use on 127.0.0.1; stop what listens there, or give --port`,
  );
});

test('one port answers plain HTTP and Socket.IO', async () => {
  const hub = await aHub();
  expect(await (await fetch(`${hub.url}/healthz`)).json()).toEqual({ ok: true });
  const client = aSocket(hub.url);
  expect(await client.emitWithAck('register', { type: 'client' })).toMatchObject({ ok: true, hub_id: 'test', protocol: 1 });
  expect(await (await fetch(`${hub.url}/api/v1/hubs`)).json()).toMatchObject({ hubs: [{ connections: 1 }] });
});

test('a hub tells how it fares: what comes and goes, how late its loop is, what it holds', async () => {
  const hub = await aHub();
  const client = aSocket(hub.url);
  for (let count = 0; count < 20; count += 1) await client.emitWithAck('services', {});
  await client.emitWithAck('register', { type: 'client' });
  const { hubs } = answers.hubs.parse(await (await fetch(`${hub.url}/api/v1/hubs`)).json());
  const [{ messages_per_second, event_loop_lag_ms, memory_bytes } = expect.fail()] = hubs;
  // Of so short a life the mean is of what there was.
  expect(messages_per_second.in).toBeGreaterThan(1);
  expect(messages_per_second.in).toBeGreaterThan(messages_per_second.out);
  expect(event_loop_lag_ms).toBeGreaterThanOrEqual(0);
  expect(memory_bytes).toBeGreaterThan(10_000_000);
});

test('a folder that can not be used is refused, and the port is free again', async () => {
  const taken = join(await mkdtemp(join(tmpdir(), 'conduit-hub-')), 'file');
  leaving.push(() => rm(dirname(taken), { recursive: true }));
  await writeFile(taken, '');
  const port = await aFreePort();
  await expect(startHub({ port, dataDir: taken }, log)).rejects.toThrow(taken);
  const hub = await startHub({ port, memory: true }, log);
  await hub.close();
});

test('it can be closed twice', async () => {
  const hub = await aHub();
  await Promise.all([hub.close(), hub.close()]);
});
