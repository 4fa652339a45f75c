/** Attacks by HTTP: on what is read as a request, on what is served as a file, and by the bodies. */

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { anAttackedHub } from '../support/attacked-hub.ts';
import { aClient } from '../support/peer.ts';

const hub = anAttackedHub();
const mib = 1024 ** 2;
const smuggled = 'GET /healthz?smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** How many answers came, and the first one's status. */
function statuses(answer: string): string[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status ?? '');
}

test.each([
  ['two lengths', `Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello${smuggled}`],
  ['a list of lengths', `Content-Length: 5, 6\r\n\r\nhello${smuggled}`],
  ['a length and chunks', `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`],
  ['chunks by another spelling', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['chunks that are not last', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
  ['chunks behind a tab', `Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a size that is no number', `Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size with a sign', `Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size beyond any', `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a chunk longer than it says', `Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['lines that end bare', `Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n${smuggled}`],
  ['a length with a sign', `Content-Length: +5\r\n\r\nhello${smuggled}`],
  ['a length in hexadecimals', `Content-Length: 0x5\r\n\r\nhello${smuggled}`],
  ['a space before the colon', `Content-Length : 5\r\n\r\nhello${smuggled}`],
  ['a folded header', `X-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n${smuggled}`],
  ['a bare line feed in a header', `X-A: 1\nContent-Length: 5\r\n\r\nhello${smuggled}`],
  ['a null in a header', `X-A: 1\0\r\n\r\n${smuggled}`],
  ['another version', `\r\n\r\n`],
])('a request with %s is no request, and nothing is smuggled in it', async (what, rest) => {
  const version = what === 'another version' ? 'HTTP/1.2' : 'HTTP/1.1';
  const answer = await hub.answerTo(`POST /healthz ${version}\r\nHost: localhost\r\n${rest}`);
  expect(statuses(answer)).toHaveLength(1);
  expect(statuses(answer)[0]).toMatch(/^(400|404|413)$/);
  expect(answer).not.toContain('{"ok":true}');
});

test('a body that a resource does not read does not become a request', async () => {
  const paths = ['/', '/healthz', '/api', '/sdk/conduit.js', '/nowhere', '/socket.io/?EIO=4&transport=polling'];
  const length = `Content-Length: ${smuggled.length}`;
  const answers = await Promise.all(
    paths.map(async (path) => await hub.answerTo(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n${smuggled}`)),
  );
  for (const [at, answer] of answers.entries()) expect(statuses(answer), paths[at]).toHaveLength(1);
});

test('headers and addresses beyond 16 KiB are refused', async () => {
  for (const head of [
    `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(20_000)}`,
    `GET / HTTP/1.1\r\nHost: localhost\r\nX-${'x'.repeat(20_000)}: 1`,
    `GET / HTTP/1.1\r\nHost: localhost\r\n${Array(5_000).fill('A: bcd').join('\r\n')}`,
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost`,
    `GET /socket.io/?EIO=4&transport=websocket&x=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost`,
  ]) {
    expect(statuses(await hub.answerTo(`${head}\r\n\r\n`)), head.slice(0, 60)).toEqual(['431']);
  }
});

test.each([
  ['two names of the hub', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example', '403'],
  ['no name of the hub', 'GET /healthz HTTP/1.1', '400'],
  ['a name with a path in it', 'GET /healthz HTTP/1.1\r\nHost: localhost/evil', '403'],
  ['a name with a user in it', 'GET /healthz HTTP/1.1\r\nHost: localhost@rebound.example', '403'],
  ['a method that wants an echo', 'TRACE /healthz HTTP/1.1\r\nHost: localhost\r\nX-Secret: 1', '404'],
  ['a method that nobody knows', 'CONDUIT /healthz HTTP/1.1\r\nHost: localhost', '400'],
])('a request with %s is refused', async (_what, head, status) => {
  const answer = await hub.answerTo(`${head}\r\nConnection: close\r\n\r\n`);
  expect(statuses(answer)).toEqual([status]);
  expect(answer).not.toContain('X-Secret');
});

test('a connection to elsewhere, or to another protocol, is none', async () => {
  expect(await hub.answerTo('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n')).not.toContain(' 200 ');
  for (const path of ['/', '/api/v1/requests', '/socket.io/../', '/socket.iox/?EIO=4&transport=websocket']) {
    const answer = await hub.answerTo(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    expect(answer, path).not.toContain(' 101 ');
  }
});

test('who asks on and on over one connection without reading the answers is cut off', async () => {
  for (const path of ['/', '/api/v1/events', '/api', '/sdk/conduit.js']) {
    const socket = hub.socket();
    socket.pause();
    // Who does not read hears of the end when it writes on.
    while (!socket.destroyed) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1_000));
      expect(await hub.grownBytes(), path).toBeLessThan(50 * mib);
    }
  }
});

test('a body in pieces of one byte weighs as much as a whole one', async () => {
  const polling = `${hub.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string };
  for (const path of ['/api/v1/requests', `/socket.io/?EIO=4&transport=polling&sid=${sid}`]) {
    const socket = hub.socket();
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n`,
    );
    for (let batch = 0; batch < 80; batch += 1) {
      if (!socket.write('1\r\n1\r\n'.repeat(10_000))) await once(socket, 'drain');
    }
    expect(await hub.grownBytes(), path).toBeLessThan(40 * mib);
  }
});

test('a body beyond 1 MiB is refused, whatever it says of its length', async () => {
  const large = 'x'.repeat(1.1 * mib);
  const head = 'POST /api/v1/requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
  for (const rest of [
    `Content-Length: ${large.length}\r\n\r\n${large}`,
    'Content-Length: 99999999999999\r\n\r\n{',
    `Transfer-Encoding: chunked\r\n\r\n${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`,
  ]) {
    const answer = await hub.answerTo(head + rest);
    expect(statuses(answer), rest.slice(0, 40)).toEqual(['413']);
    expect(answer).toContain('max_message_bytes');
  }
});

test.each([
  [
    '400,000 lists in one another',
    `{"to":"others","action":"go","payload":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
    'max_depth',
  ],
  [
    'more keys than values are allowed',
    `{"to":"others","action":"go","payload":{${Array.from({ length: 100_001 }, (_, at) => `"${at.toString(36)}":0`)}}}`,
    'max_values',
  ],
])('a body with %s is refused with its limit', async (_what, body, limit) => {
  const answer = await fetch(`${hub.url}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body,
  });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ error: { code: 'payload_too_large', details: { limit } } });
});

test('no path leads out of what the hub serves', async () => {
  const secret = `${hub.process.dataDir}/hub.json`;
  const ways = ['..', '%2e%2e', '..%2f', '..%5c', '....//', '%252e%252e', '..;', '.%00.', '\\..'];
  const starts = [
    '/',
    '/sdk/',
    '/api/',
    '/socket.io/',
    '/api/v1/',
    '/assets/',
    '/docs/',
    '/docs/assets/',
    '/sdk/conduit.js/',
    '/api/swagger-ui.css/',
  ];
  const ends = ['etc/passwd', 'package.json', 'conduit.sqlite', '%2fetc%2fpasswd'];
  const paths = starts.flatMap((start) =>
    ways.flatMap((way) => ends.map((end) => `${start}${Array(8).fill(way).join('/')}/${end}`)),
  );
  for (const path of [
    ...paths,
    `/sdk/${secret}`,
    `//${secret}`,
    'file:///etc/passwd',
    '/\\etc\\passwd',
    '/%00/etc/passwd',
    '/sdk/%00',
    '/sdk/%ff',
  ]) {
    const answer = await hub.answerTo(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer, path).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer, path).not.toMatch(/root:|"dependencies"|SQLite format/);
  }
});

test('the same Idempotency-Key with another body sends nothing', async () => {
  const post = async (payload: unknown): Promise<Response> =>
    await fetch(`${hub.url}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'pay-once' },
      body: JSON.stringify({ to: 'others', action: 'go', payload }),
    });
  const [first, same, other] = [await post(1), await post(1), await post(2)];
  const { request_id } = (await first.json()) as { request_id: string };
  expect(await same.json()).toMatchObject({ request_id });
  expect(other.status).toBe(409);
  expect(await other.json()).toMatchObject({ error: { code: 'duplicate_request' } });
});

test('what a query or a header says at length does not come back at length', async () => {
  const long = 'x'.repeat(10_000);
  for (const [path, headers] of [
    [`/api/v1/requests?${long}=1`, {}],
    [`/api/v1/requests?state=${long}`, {}],
    [`/api/v1/requests/${long}`, {}],
    [`/api/v1/services/${long}`, {}],
    ['/api/v1/requests', { authorization: long }],
    ['/api/v1/events', { 'last-event-id': long }],
  ] as const) {
    const answer = await fetch(hub.url + path, { headers });
    if (answer.headers.get('content-type')?.includes('event-stream')) await answer.body?.cancel();
    else expect((await answer.text()).length, path.slice(0, 40)).toBeLessThan(9_000);
  }
  expect(await (await aClient(hub.url)).ok('services', {})).toMatchObject({ ok: true });
});
