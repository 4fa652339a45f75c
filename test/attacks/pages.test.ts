/** Attacks by web pages of elsewhere, which somebody who may reach the hub has opened. */

import { expect, test } from 'vitest';
import { anAttackedHub } from '../support/attacked-hub.ts';
import { aClient, aName, aWorker } from '../support/peer.ts';

const hub = anAttackedHub();

const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
const ways = [
  ['a WebSocket', `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${upgrade}`],
  ['polling', 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nConnection: close'],
  ['a polling body', 'POST /socket.io/?EIO=4&transport=polling&sid=guessed HTTP/1.1\r\nConnection: close\r\nContent-Length: 0'],
  ['the API', 'GET /api/v1/requests HTTP/1.1\r\nConnection: close'],
  [
    'a form',
    'POST /api/v1/requests HTTP/1.1\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0',
  ],
  ['a stream of events', 'GET /api/v1/events HTTP/1.1\r\nConnection: close'],
] as const;

test.each(ways)('%s is refused to pages of elsewhere, of nowhere and under another name', async (_what, head) => {
  const own = `127.0.0.1:${hub.process.port}`;
  for (const [headers, reason] of [
    [`Host: ${own}\r\nOrigin: https://evil.example`, 'origin'],
    [`Host: ${own}\r\nOrigin: null`, 'origin'],
    [`Host: ${own}\r\nOrigin: http://127.0.0.1.evil.example`, 'origin'],
    [`Host: ${own}\r\nOrigin: http://localhost@evil.example`, 'origin'],
    [`Host: ${own}\r\nOrigin:`, 'origin'],
    ['Host: rebound.example', 'host'],
    ['Host: rebound.example\r\nOrigin: http://rebound.example', 'host'],
    ['Host: 127.0.0.1.evil.example', 'host'],
  ]) {
    const answer = await hub.answerTo(`${head}\r\n${headers}\r\n\r\n`);
    expect(answer, headers).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer, headers).toContain(`"reason":"${reason}"`);
    expect(answer.toLowerCase(), headers).not.toContain('access-control-allow-origin');
  }
});

test('what a page may send without asking first starts nothing', async () => {
  const service = aName('target');
  const worker = await aWorker(hub.url, service);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await fetch(`${hub.url}/api/v1/requests?to=${service}&action=go`, {
        method: 'POST',
        headers: { origin, 'content-type': type },
        body: `{"to":"${service}","action":"go"}`,
      });
      expect(answer.status, type).toBe(403);
    }
  }
  // An image, a script or a link says no origin, and asks by GET alone.
  for (const path of [`requests?to=${service}&action=go`, `services/${service}/pause`]) await fetch(`${hub.url}/api/v1/${path}`);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: service, action: 'go' });
  expect(await worker.next('request')).toMatchObject({ request_id });
  expect(worker.all('request')).toHaveLength(1);
});

test('a page that asks first whether it may is told nothing', async () => {
  for (const path of ['/api/v1/requests', '/socket.io/?EIO=4&transport=polling', '/healthz', '/']) {
    const answer = await fetch(hub.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(answer.status, path).toBe(403);
    for (const name of answer.headers.keys()) expect(name, path).not.toMatch(/^access-control/);
  }
});

test('no page of the hub can be framed, sniffed, or run what others wrote', async () => {
  for (const path of [
    '/',
    '/requests',
    '/services/llm',
    '/docs/',
    '/api',
    '/openapi.json',
    '/api/v1/services',
    '/api/init.js',
    '/nowhere',
  ]) {
    const { headers } = await fetch(hub.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toContain("frame-ancestors 'none'");
    expect(/script-src ([^;]*)/.exec(policy)?.[1] ?? '', path).not.toContain('unsafe');
    expect(headers.get('x-frame-options'), path).toMatch(/^(DENY|SAMEORIGIN)$/);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
  }
});

test('nothing is kept in cookies, so that no page can use what somebody else has', async () => {
  for (const path of ['/', '/api', '/api/v1/requests', '/socket.io/?EIO=4&transport=polling']) {
    expect((await fetch(hub.url + path)).headers.get('set-cookie'), path).toBeNull();
  }
});
