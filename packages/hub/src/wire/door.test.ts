import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { Doorman } from '../access/doorman.ts';
import { Hosts } from '../access/hosts.ts';
import { Origins } from '../access/origins.ts';
import { Proxies } from '../access/proxies.ts';
import { callerOf, createHttpServer, guard } from './door.ts';
import { serveSocketIo } from './socketio.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Said {
  readonly allowed?: readonly string[];
  readonly maxAddressRequests?: number;
  readonly maxAddressConnections?: number;
}

/** A door that trusts the proxy on this machine, with Socket.IO and something else behind it. */
async function aDoor({ allowed = [], maxAddressRequests = 1_000, maxAddressConnections = 1_000 }: Said = {}) {
  const server: Server = createHttpServer();
  server.on('request', (_request, response) => response.end('behind the door'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clock = { elapsed: 0 };
  const doorman = new Doorman({
    hosts: new Hosts({ allowed, asksForToken: () => false }),
    origins: new Origins({ allowed, log: { warn: () => undefined } }),
    proxies: new Proxies(['127.0.0.1']),
    maxAddressRequests,
    maxAddressConnections,
    elapsed: () => clock.elapsed,
  });
  const sockets = serveSocketIo({
    server,
    maxMessageBytes: 1024 * 1024,
    accept: () => ({ pid: 'a-pid', start: () => undefined }),
    sessionOpened: (request) => doorman.sessionOpened(callerOf(request)),
    allowedOrigin: () => true,
  });
  guard(server, doorman);
  ends.push(() => sockets.close());
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    clock,
    /** A request as it stands on the wire. @returns the whole answer. */
    async say(head: string): Promise<string> {
      const socket = connect(port, '127.0.0.1');
      socket.end(`${head}\r\n\r\n`);
      let answer = '';
      for await (const data of socket) answer += String(data);
      return answer;
    },
    client(extraHeaders: Record<string, string>, options: object = {}): Socket {
      const client = io(url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 10, extraHeaders, ...options });
      ends.push(() => client.close());
      return client;
    },
  };
}

const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';

test('the SDK may be loaded by pages of every origin, and nothing beside it', async () => {
  const door = await aDoor();
  const asked = async (path: string, host: string): Promise<string> =>
    await door.say(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://pages.example\r\nConnection: close`);
  for (const path of ['/sdk/conduit.mjs', '/sdk/conduit.js?v=1'])
    expect(await asked(path, '127.0.0.1'), path).toContain('behind the door');
  for (const path of ['/sdk', '/sdk/', '/sdk/../api', '/api/v1/sdk/conduit.js', '/sdkx'])
    expect(await asked(path, '127.0.0.1'), path).toMatch(/^HTTP\/1\.1 403/);
  expect(await asked('/sdk/conduit.mjs', 'rebound.example')).toMatch(/^HTTP\/1\.1 403/);
});

test.each([
  ['a request', 'GET / HTTP/1.1\r\nConnection: close'],
  ['polling', 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nConnection: close'],
  ['a WebSocket', `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${upgrade}`],
])('%s under a foreign name or from a foreign page is refused, and told why', async (_what, head) => {
  const door = await aDoor();
  for (const [headers, reason] of [
    ['Host: rebound.example', 'host'],
    ['Host: 127.0.0.1\r\nOrigin: https://evil.example', 'origin'],
    ['Host: localhost\r\nOrigin: null', 'origin'],
    ['Host: rebound.example\r\nOrigin: http://rebound.example', 'host'],
    ['Host: localhost\r\nHost: rebound.example', 'host'],
  ]) {
    const answer = await door.say(`${head}\r\n${headers}`);
    expect(answer, headers).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), headers).toMatchObject({
      error: { code: 'forbidden', retryable: false, details: { reason } },
    });
    expect(answer).not.toContain('evil.example');
  }
});

test('what was told of is let in, under its name and from its pages', async () => {
  const door = await aDoor({ allowed: ['https://hub.example.org'] });
  const answer = await door.say(
    'GET / HTTP/1.1\r\nHost: hub.example.org\r\nOrigin: https://hub.example.org\r\nConnection: close',
  );
  expect(answer).toContain('behind the door');
});

test('a token in the address is refused, and does not come back in the answer', async () => {
  const door = await aDoor();
  for (const query of ['token=secret', 'a=1&access_token=secret']) {
    const answer = await door.say(`GET /api/v1/requests?${query} HTTP/1.1\r\nHost: localhost\r\nConnection: close`);
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(answer).toContain('in_query');
    expect(answer).not.toContain('secret');
  }
  expect(await door.say('GET /?broken_token=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close')).toContain('behind the door');
});

test('an address that asks too often is told when to come back; others and this machine notice nothing', async () => {
  const door = await aDoor({ maxAddressRequests: 5 });
  const from = async (address: string): Promise<Response> =>
    await fetch(door.url, address === '' ? {} : { headers: { 'x-forwarded-for': address } });
  for (let time = 0; time < 5; time += 1) expect((await from('203.0.113.1')).status).toBe(200);
  const refused = await from('10.0.0.1, 203.0.113.1');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused.json()).toEqual({
    error: {
      code: 'rate_limited',
      message: 'too much comes from your address; try again in 200 ms',
      retryable: true,
      details: { limit: 'max_address_requests', max: 5, retry_after_ms: 200 },
    },
  });
  expect((await from('203.0.113.2')).status).toBe(200);
  for (let time = 0; time < 20; time += 1) expect((await from('')).status).toBe(200);
  door.clock.elapsed += 200;
  expect((await from('203.0.113.1')).status).toBe(200);
});

test('three hundred connections from one address are as many as it may have, and a JavaScript client gets in when one leaves', async () => {
  const door = await aDoor({ maxAddressConnections: 20 });
  const headers = { 'x-forwarded-for': '203.0.113.1' };
  const clients = Array.from({ length: 300 }, () => door.client(headers));
  const inside = (): Socket[] => clients.filter(({ connected }) => connected);
  const refused = new Set<Socket>();
  for (const client of clients) client.on('connect_error', () => refused.add(client));
  while (inside().length < 20 || refused.size < 280) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(inside()).toHaveLength(20);
  for (const client of clients) if (!client.connected) client.close();
  const waiting = door.client(headers);
  await new Promise((resolve) => waiting.once('connect_error', resolve));
  const other = door.client({ 'x-forwarded-for': '203.0.113.2' });
  await new Promise<void>((resolve) => other.once('connect', resolve));
  inside()[0]?.close();
  await new Promise<void>((resolve) => waiting.once('connect', resolve));
});
