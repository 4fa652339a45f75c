import { ConduitError } from '@conduit/sdk/protocol/errors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from '../contract/api.ts';
import { Asked, identities } from '../testing/asked.ts';

const scopes = {
  'ann-acme': ['request:*', 'provide:*'],
  'bob-acme': ['observe:crop'],
  'root-acme': ['admin'],
  'op-acme': ['operator'],
  'mallory-evil': ['request:*', 'provide:*', 'observe:*', 'admin'],
};
const known = identities(scopes);

let asked: Asked;

beforeEach(async () => {
  asked = await Asked.serve({
    allowOrigin: ['https://app.example.org'],
    authenticate: (auth) => {
      if (auth['token'] === 'wrong') throw new ConduitError('unauthenticated');
      return known(auth);
    },
  });
});
afterEach(() => asked.hub.close());

async function serve(name: string, token = 'ann-acme'): Promise<string> {
  const worker = await asked.hub.connect({ auth: { token } });
  const { session_id } = await worker.emitWithAck('register', { type: 'service', name, actions: ['go'], capacity: 2 });
  return session_id;
}

test('services are shown with their pools, one or all of the tenant', async () => {
  await serve('a/b:c');
  await serve('crop');
  await serve('crop', 'mallory-evil');
  const { json } = await asked.ask('/services', { token: 'root-acme' });
  expect(answers.services.parse(json).services.map((one) => [one.name, one.providers.length])).toEqual([
    ['a/b:c', 1],
    ['crop', 1],
  ]);
  const one = await asked.ask(`/services/${encodeURIComponent('a/b:c')}`, { token: 'root-acme' });
  expect(answers.service.parse(one.json)).toMatchObject({ name: 'a/b:c', actions: [{ name: 'go' }], paused: false });
  const foreign = await asked.ask('/services/a%2Fb:c', { token: 'mallory-evil' });
  expect([foreign.status, answers.error.parse(foreign.json).error]).toMatchObject([
    404,
    { code: 'service_not_found', message: 'there is no service "a/b:c"' },
  ]);
  expect((await asked.ask('/services/a%20b', { token: 'root-acme' })).status).toBe(400);
});

test('a service tells what it did of late, and with which errors', async () => {
  const worker = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  await worker.emitWithAck('register', { type: 'service', name: 'crop' });
  const client = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  for (const said of ['result', 'error', 'error']) {
    const handed = new Promise<{ request_id: string }>((resolve) => worker.once('request', resolve));
    await client.emitWithAck('request', { to: 'crop', action: 'go' });
    const { request_id } = await handed;
    await worker.emitWithAck(said, { request_id, error: { code: 'no_paper', message: 'none <b>left</b>' } });
  }
  const { json } = await asked.ask('/services/crop/stats', { token: 'bob-acme' });
  expect(answers.serviceStats.parse(json)).toMatchObject({
    service: 'crop',
    open: { queued: 0, assigned: 0, running: 0, cancelling: 0 },
    last_minute: { accepted: 3, completed: 1, failed: 2 },
    last_quarter: { accepted: 3, completed: 1, failed: 2, cancelled: 0, expired: 0 },
    durations: { p50_ms: expect.any(Number), p95_ms: expect.any(Number) },
    queued: { p50_ms: 0, p95_ms: 0 },
    errors: [{ code: 'no_paper', count: 2, last_at: expect.stringMatching(/Z$/) }],
  });
  // Of nothing there are no durations.
  await serve('idle');
  const idle = answers.serviceStats.parse((await asked.ask('/services/idle/stats', { token: 'root-acme' })).json);
  expect(Object.keys(idle)).toEqual(['service', 'open', 'last_minute', 'last_quarter', 'errors']);
});

test('the numbers of a service that somebody may not know of are refused as those of none', async () => {
  await serve('resize');
  const client = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  await client.emitWithAck('request', { to: 'asked-for', action: 'go', start_timeout_ms: 60_000 });
  const refused = async (name: string, token: string): Promise<unknown> => {
    const answer = await asked.ask(`/services/${name}/stats`, { token });
    expect(answer.text).toBe((await asked.ask(`/services/${name}`, { token })).text);
    return [answer.status, answer.text.replaceAll(name, 'never')];
  };
  const none = await refused('never', 'bob-acme');
  expect(none).toEqual([404, expect.stringContaining('service_not_found')]);
  expect(await refused('resize', 'bob-acme')).toEqual(none);
  expect(await refused('resize', 'mallory-evil')).toEqual(none);
  // That somebody waits for a name that nobody registered makes it no service.
  expect(await refused('asked-for', 'root-acme')).toEqual(none);
  expect((await asked.ask('/services/a%20b/stats', { token: 'root-acme' })).status).toBe(400);
});

test('providers are shown with what of them one may know', async () => {
  const crop = await serve('crop');
  const resize = await serve('resize');
  const read = async (token: string) => answers.providers.parse((await asked.ask('/providers', { token })).json).providers;
  expect((await read('ann-acme')).map((one) => one.session_id)).toEqual([crop, resize]);
  expect(await read('bob-acme')).toMatchObject([
    { session_id: crop, subject: 'ann', connected: true, services: [{ service: 'crop', state: 'ready', held: 0, capacity: 2 }] },
  ]);
  expect(await read('mallory-evil')).toEqual([]);
});

test('clients are shown: its own to each, all to whoever may see all', async () => {
  const worker = await serve('crop');
  await asked.hub.connect({ auth: { token: 'bob-acme' } });
  const read = async (token: string) => answers.clients.parse((await asked.ask('/clients', { token })).json).clients;
  expect((await read('root-acme')).map((one) => one.subject)).toEqual(['ann', 'bob']);
  expect(await read('ann-acme')).toMatchObject([{ session_id: worker, connected: true, services: ['crop'] }]);
  expect(await read('mallory-evil')).toEqual([]);
});

test('hubs are for operators', async () => {
  const { json } = await asked.ask('/hubs', { token: 'op-acme' });
  expect(answers.hubs.parse(json).hubs).toMatchObject([{ hub_id: 'hub-1', epoch: 'epoch-1', open_requests: 0 }]);
  const refused = await asked.ask('/hubs', { token: 'root-acme' });
  expect([refused.status, answers.error.parse(refused.json).error.code]).toEqual([403, 'forbidden']);
});

test('numbers are of the tenant, and of the whole hub for an operator', async () => {
  await serve('crop');
  const evil = await asked.hub.connect({ auth: { token: 'mallory-evil' } });
  await evil.emitWithAck('request', { to: 'nobody', action: 'go', start_timeout_ms: 1_000 });
  const stats = answers.stats.parse((await asked.ask('/stats', { token: 'root-acme' })).json);
  expect(stats).toMatchObject({ open: { queued: 0 }, services: 1, providers: 1, clients: 0 });
  expect(stats.hub).toBeUndefined();
  const all = answers.stats.parse((await asked.ask('/stats', { token: 'op-acme' })).json);
  expect(all.hub).toMatchObject({ open: { queued: 1 }, last_minute: { accepted: 1 }, clients: 1 });
  expect((await asked.ask('/stats', { token: 'ann-acme' })).status).toBe(403);
});

test('whoever has no good token is told so, before anything else', async () => {
  for (const headers of [{ Authorization: 'Bearer wrong' }, { Authorization: 'Basic YTpi' }, { Authorization: 'Bearer' }]) {
    for (const path of ['/requests', '/requests/abc', '/nothing', '/stats?x=y']) {
      const { status, json, headers: sent } = await asked.ask(path, { headers });
      expect([status, sent.get('www-authenticate')], path).toEqual([401, 'Bearer']);
      expect(answers.error.parse(json).error.code).toBe('unauthenticated');
    }
  }
});

test('a path where nothing is, and a method that it does not know, are said in the one shape', async () => {
  for (const [path, method] of [
    ['/nothing', 'GET'],
    ['/requests', 'DELETE'],
  ] as const) {
    const { status, json } = await asked.ask(path, { method });
    expect(status).toBe(404);
    expect(answers.error.parse(json).error.message).toBe(`there is nothing at /api/v1${path}`);
  }
});

test('pages of foreign origins may not ask, allowed ones may and may read the answer', async () => {
  const foreign = await asked.ask('/requests', { headers: { Origin: 'https://evil.example' } });
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  const preflight = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' };
  const refused = await asked.ask('/requests', { method: 'OPTIONS', headers: { Origin: 'null', ...preflight } });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  const origin = 'https://app.example.org';
  const allowed = await asked.ask('/requests', { headers: { Origin: origin } });
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  expect(allowed.headers.get('vary')).toContain('Origin');
  expect(allowed.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  // The browser asks before it sends the token.
  const before = await asked.ask('/requests', {
    method: 'OPTIONS',
    headers: { Origin: origin, Authorization: 'Bearer wrong', ...preflight },
  });
  expect([before.status, before.headers.get('access-control-allow-headers')]).toEqual([
    204,
    'Authorization,Content-Type,Idempotency-Key,Last-Event-ID,Prefer',
  ]);
});
