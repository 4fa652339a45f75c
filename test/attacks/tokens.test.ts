/** Tokens that are worth nothing, end while they are used, or are used for more than they allow, shown to a real hub by socket and by HTTP. */

import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { run } from '../support/command.ts';
import { aFreePort, HubProcess } from '../support/hub-process.ts';
import { aName, aPeer, aWorker, echo, type Peer } from '../support/peer.ts';
import type { WireError } from '../support/wire.ts';

const issuer = 'https://issuer.example';
const audience = 'conduit';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const publicPem = String(publicKey.export({ type: 'spki', format: 'pem' }));
const folder = mkdtempSync(join(tmpdir(), 'conduit-tokens-'));

let hub: HubProcess;

beforeAll(async () => {
  const keyFile = join(folder, 'issuer.pem');
  writeFileSync(keyFile, publicPem);
  const jwt = ['--jwt-key', `RS256:${keyFile}`, '--jwt-issuer', issuer, '--jwt-audience', audience];
  hub = new HubProcess(await aFreePort(), { args: [...jwt, '--log-level', 'trace'] });
  await hub.start();
});
afterAll(async () => {
  await hub?.close();
  rmSync(folder, { recursive: true });
});

interface Jwt {
  readonly header?: object;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signed?: (head: string) => string;
}

function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}

function aJwt({ header = { alg: 'RS256' }, claims = {}, signed = byIssuer }: Jwt = {}): string {
  const all = { iss: issuer, aud: audience, sub: 'ann', tenant: 'acme', scope: 'request:* provide:*', exp: nowS() + 600 };
  const head = [header, { ...all, ...claims }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${head}.${signed(head)}`;
}

function byIssuer(head: string): string {
  return sign('sha256', Buffer.from(head), privateKey).toString('base64url');
}

interface Made {
  readonly token: string;
  readonly id: string;
}

async function aToken(subject: string, tenant: string, ...scopes: string[]): Promise<Made> {
  const { stdout, stderr, code } = await run([
    ...['token', 'create', subject, '--tenant', tenant, '--scope', ...scopes],
    ...['--data-dir', hub.dataDir],
  ]);
  if (code !== 0) throw new Error(stderr);
  const token = stdout.trim();
  return { token, id: token.split('_')[1] ?? '' };
}

async function revoke({ id }: Made): Promise<void> {
  expect(await run(['token', 'revoke', id, '--data-dir', hub.dataDir])).toMatchObject({ code: 0 });
}

/** Why the hub does not let a peer in. */
async function refused(peer: Peer): Promise<WireError> {
  return await new Promise((resolve) => {
    peer.socket.on('connect_error', (error: Error & { data?: WireError }) => {
      if (error.data !== undefined) resolve(error.data);
    });
  });
}

async function ask(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
  return await fetch(`${hub.url}/api/v1${path}`, { ...init, headers });
}

async function sendOver(token: string, request: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(request), headers: { 'Content-Type': 'application/json', ...headers } };
  return await ask('/requests', token, init);
}

interface Stream {
  /** Everything it said so far. */
  said(): string;
  /** Resolves once it said this. */
  until(what: string): Promise<void>;
  /** Resolves when the hub has ended it, however. */
  readonly ended: Promise<void>;
}

async function aStream(path: string, token: string): Promise<Stream> {
  const stop = new AbortController();
  closing(() => stop.abort());
  const response = await ask(path, token, { headers: { Accept: 'text/event-stream' }, signal: stop.signal });
  expect(response.status).toBe(200);
  let text = '';
  let heard = (): void => undefined;
  const ended = (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const part of response.body ?? []) {
        text += decoder.decode(part, { stream: true });
        heard();
      }
    } catch {
      // A response that is cut is an end as well.
    }
  })();
  const until = async (what: string): Promise<void> => {
    while (!text.includes(what)) await new Promise<void>((resolve) => (heard = resolve));
  };
  return { said: () => text, until, ended };
}

/** What is promised of everything that a token opened. */
const soonMs = 1_000;

describe('a token that is worth nothing', () => {
  const parts = (): string[] => aJwt().split('.');
  test.each<[what: string, token: () => string | undefined, reason: string]>([
    ['none', () => undefined, 'missing'],
    ['one that nobody made', () => `conduit_0123456789ab_${'x'.repeat(43)}`, 'unknown'],
    ['a word', () => 'password', 'invalid'],
    ['a JWT that has expired', () => aJwt({ claims: { exp: nowS() - 60 } }), 'expired'],
    ['a JWT without a signature, which says alg: none', () => aJwt({ header: { alg: 'none' }, signed: () => '' }), 'invalid'],
    ['a JWT for another audience', () => aJwt({ claims: { aud: 'payroll' } }), 'invalid'],
    ['a JWT of another issuer', () => aJwt({ claims: { iss: 'https://evil.example' } }), 'invalid'],
    [
      'a JWT whose HS256 is signed with the public key',
      () => {
        const signed = (head: string): string => createHmac('sha256', publicPem).update(head).digest('base64url');
        return aJwt({ header: { alg: 'HS256' }, signed });
      },
      'invalid',
    ],
    [
      'a JWT whose claims were changed',
      () => {
        const [head, claims = '', signature] = parts();
        const changed = { ...JSON.parse(String(Buffer.from(claims, 'base64url'))), tenant: 'evil', scope: 'admin operator' };
        return [head, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
      },
      'invalid',
    ],
  ])('%s is refused with its reason', async (_what, make, reason) => {
    const token = make();
    const told = await refused(aPeer(hub.url, token === undefined ? {} : { auth: { token } }));
    expect(told).toMatchObject({ code: 'unauthenticated', retryable: false, details: { reason } });
    const response = await ask('/services', token);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: told });
  });

  test('while the one of the issuer is let in', async () => {
    expect((await ask('/services', aJwt())).status).toBe(200);
    await aPeer(hub.url, { auth: { token: aJwt() } }).ok('services', {});
  });

  test('in the address, by socket, by polling and by HTTP, and nothing of it is logged', async () => {
    const { token } = await aToken('ann', 'acme', 'request:*');
    for (const transports of [['websocket'], ['polling']]) {
      for (const query of [{ token }, { access_token: token }]) {
        expect(await refused(aPeer(hub.url, { query, transports }))).toMatchObject({ details: { reason: 'in_query' } });
      }
    }
    for (const name of ['token', 'access_token']) {
      const response = await ask(`/services?${name}=${token}`);
      expect([response.status, await response.json()]).toMatchObject([401, { error: { details: { reason: 'in_query' } } }]);
    }
    // With its proper place beside it, it is refused all the same.
    expect((await ask(`/services?token=${token}`, token)).status).toBe(401);
    expect(hub.output).not.toContain(token.slice('conduit_0123456789ab_'.length));
  });
});

describe('what a token opened ends with it', () => {
  test('within a second of its revocation: the socket, streams of a request and of the hub, and a call that waits', async () => {
    const made = await aToken('ann', 'acme', 'request:*', 'provide:*', 'observe:*');
    const service = aName('slow');
    const worker = await aWorker(hub.url, service, { auth: { token: made.token }, reconnection: false });
    const waiting = sendOver(made.token, { to: service, action: 'go' }, { Prefer: 'wait=60' });
    const { request_id } = await worker.next('request');
    const client = aPeer(hub.url, { auth: { token: made.token } });
    await client.ok('watch', { request_id });
    const streams = [await aStream('/events', made.token), await aStream(`/requests/${request_id}/events`, made.token)];
    const told = refused(client);
    const ends = [...[client.disconnected(), worker.disconnected(), waiting], ...streams.map(async ({ ended }) => await ended)];
    await revoke(made);
    const revokedAt = performance.now();
    await Promise.all(ends);
    expect(performance.now() - revokedAt).toBeLessThan(soonMs);
    expect(await told).toMatchObject({ code: 'unauthenticated', details: { reason: 'unknown' } });
    const response = await waiting;
    expect([response.status, await response.json()]).toMatchObject([401, { error: { details: { reason: 'unknown' } } }]);
  });

  test('when it expires: a JWT is good for five seconds longer, and no more', async () => {
    const expiresAtS = nowS() + 5;
    const token = aJwt({ claims: { exp: expiresAtS - 5, scope: 'request:* observe:*' } });
    const client = aPeer(hub.url, { auth: { token } });
    await client.ok('register', { type: 'client' });
    const stream = await aStream('/events', token);
    const [told, gone] = [refused(client), client.disconnected()];
    await Promise.all([gone, stream.ended]);
    // Not before: clocks may differ. And soon after.
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAtS * 1_000);
    expect(Date.now()).toBeLessThan(expiresAtS * 1_000 + soonMs);
    expect(await told).toMatchObject({ details: { reason: 'expired' } });
  });

  test("a session's own token, replayed: it opens nothing by itself, and to another subject or other scopes it is none", async () => {
    const made = await aToken('ann', 'acme', 'request:*');
    const [bob, more] = [await aToken('bob', 'acme', 'request:*'), await aToken('ann', 'acme', 'request:*', 'observe:*')];
    const client = aPeer(hub.url, { auth: { token: made.token } });
    const { session_id, session_token } = await client.ok('register', { type: 'client' });
    const gone = client.disconnected();
    await revoke(made);
    await gone;
    const resume = { session_id, session_token };
    expect(await refused(aPeer(hub.url, { auth: { token: made.token, ...resume } }))).toMatchObject({
      details: { reason: 'unknown' },
    });
    expect(await refused(aPeer(hub.url, { auth: { ...resume } }))).toMatchObject({ details: { reason: 'missing' } });
    for (const { token } of [bob, more]) {
      const answer = await aPeer(hub.url, { auth: { token } }).ok('register', { type: 'client', resume });
      expect(answer.resumed).toBe(false);
      expect(answer.session_id).not.toBe(session_id);
    }
  });
});

test('what its scopes do not say is forbidden, in the same words whether the service exists or not', async () => {
  const service = aName('real');
  await aWorker(hub.url, service, { auth: { token: aJwt() } });
  const mute = aJwt({ claims: { sub: 'bob', scope: 'observe:nothing' } });
  const peer = aPeer(hub.url, { auth: { token: mute } });
  const words = (said: unknown, name: string): string => JSON.stringify(said).replaceAll(name, '<name>');
  const forge = aName('absent');
  const [register, other] = [
    await peer.refusal('register', { type: 'service', name: service }),
    await peer.refusal('register', { type: 'service', name: forge }),
  ];
  expect(register).toMatchObject({ code: 'forbidden', details: { scope: `provide:${service}` } });
  expect(words(register, service)).toBe(words(other, forge));
  const [request, unknown] = [
    await peer.refusal('request', { to: service, action: 'go' }),
    await peer.refusal('request', { to: forge, action: 'go' }),
  ];
  expect(request).toMatchObject({ code: 'forbidden', details: { scope: `request:${service}` } });
  expect(words(request, service)).toBe(words(unknown, forge));
  const response = await sendOver(mute, { to: service, action: 'go' });
  expect([response.status, await response.json()]).toEqual([403, { error: request }]);
});

test("a tenant with a service of the same name never sees the other's work: by socket, HTTP, streams, lists or numbers", async () => {
  const service = aName('llm');
  const scope = 'request:* provide:* observe:* admin';
  const [acme, evil] = [aJwt({ claims: { scope } }), aJwt({ claims: { tenant: 'evil', scope } })];
  const thief = await aWorker(hub.url, service, { auth: { token: evil } });
  await thief.ok('services', { watch: true });
  const feed = await aStream('/events', evil);
  await feed.until('event: stats');
  const worker = await aWorker(hub.url, service, { auth: { token: acme }, work: echo });
  const marker = `only-acme-${crypto.randomUUID()}`;
  const request = { to: service, action: 'go', payload: marker, tags: [marker] };
  const client = aPeer(hub.url, { auth: { token: acme } });
  const { body } = await client.finish(request);
  expect(body.result).toBe(marker);
  expect((await sendOver(acme, request, { Prefer: 'wait=30' })).status).toBe(200);
  const { request_id } = body;

  // What came before its own request is all that it was told.
  const own = await sendOver(evil, { to: service, action: 'go' });
  expect(own.status).toBe(202);
  const { request_id: ownId } = await thief.next('request');
  await feed.until(ownId);
  expect(thief.all('request').map((heard) => heard.body.request_id)).toEqual([ownId]);
  const read = async (path: string): Promise<string> => await (await ask(path, evil)).text();
  const everything = [
    feed.said(),
    JSON.stringify(thief.heard.map((heard) => heard.body)),
    JSON.stringify(await thief.ok('services', {})),
  ];
  for (const path of [
    '/requests',
    `/requests?tag=${marker}`,
    `/requests?text=${request_id}`,
    '/services',
    `/services/${service}`,
  ]) {
    everything.push(await read(path));
  }
  for (const path of ['/providers', '/clients', '/stats']) everything.push(await read(path));
  for (const text of everything) {
    for (const secret of [marker, request_id, worker.session.session_id]) expect(text).not.toContain(secret);
  }
  expect(JSON.parse(await read('/stats'))).toMatchObject({ last_minute: { accepted: 1, completed: 0 }, providers: 1 });
  // A request of the other tenant is no place to go on from either.
  expect(await read(`/requests?cursor=${request_id}`)).toBe(await read(`/requests?cursor=${crypto.randomUUID()}`));
  const there = await read(`/requests/${request_id}`);
  const never = crypto.randomUUID();
  expect(there.replaceAll(request_id, '')).toBe((await read(`/requests/${never}`)).replaceAll(never, ''));
});
