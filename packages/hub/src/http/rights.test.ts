/** Two tenants, two subjects in each, and whoever administers, observes or operates: each route lets in whom it should, and nobody else. */

import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from '../contract/api.ts';
import { Asked, type HttpAnswer, identities } from '../testing/asked.ts';

const scopes = {
  // Whose request it is, and whose worker.
  'ann-acme': ['request:llm', 'provide:llm'],
  'bob-acme': ['request:llm'],
  'eye-acme': ['observe:llm'],
  'all-acme': ['observe:*'],
  'root-acme': ['admin', 'request:*'],
  'op-acme': ['operator'],
  'ann-evil': ['request:*', 'provide:*', 'observe:*', 'admin'],
  'bob-evil': ['request:*', 'provide:*'],
};
type Who = keyof typeof scopes;
const everybody = Object.keys(scopes) as Who[];

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Where it streams, `text/event-stream`. */
  readonly accept?: string;
  readonly body?: string;
  /** Who is let in; the others get what stands beside it. */
  readonly allowed: readonly Who[];
  readonly otherwise: number;
  readonly success: number;
}

const follow = ['ann-acme', 'eye-acme', 'all-acme', 'root-acme'] as const;
const act = ['ann-acme', 'root-acme'] as const;
const json = '{}';
const route = (method: Route['method'], path: string, allowed: readonly Who[], more: Partial<Route> = {}): Route => ({
  ...{ method, path, allowed, otherwise: 404, success: 200 },
  ...more,
});
const send = '{"to":"llm","action":"go"}';

/** `:own` is a request of Ann's in acme that runs; `:provider` her worker. */
const routes: readonly Route[] = [
  route('GET', '/requests', everybody),
  route('POST', '/requests', ['ann-acme', 'bob-acme', 'root-acme'], { body: send, success: 202, otherwise: 403 }),
  route('GET', '/requests/:own', follow),
  route('GET', '/requests/:own?include=payload,result,streams', follow),
  route('GET', '/requests/:own/tasks', follow),
  route('GET', '/requests/:own/progress', follow),
  route('GET', '/requests/:own/result', follow, { success: 202 }),
  route('GET', '/requests/:own/payload', follow),
  route('GET', '/requests/:own/events', follow),
  route('GET', '/requests/:own/events', follow, { accept: 'text/event-stream' }),
  route('POST', '/requests/:own/retry', act, { body: json, success: 202 }),
  route('POST', '/requests/:own/cancel', act, { body: json }),
  route('GET', '/services', everybody),
  route('GET', '/services/llm', ['ann-acme', 'bob-acme', 'eye-acme', 'all-acme', 'root-acme']),
  route('GET', '/services/llm/stats', ['ann-acme', 'bob-acme', 'eye-acme', 'all-acme', 'root-acme']),
  route('POST', '/services/llm/pause', ['root-acme'], { otherwise: 403 }),
  route('POST', '/services/llm/resume', ['root-acme'], { otherwise: 403 }),
  route('GET', '/providers', everybody),
  route('POST', '/providers/:provider/drain', ['root-acme'], { otherwise: 403 }),
  route('POST', '/providers/:provider/disconnect', ['root-acme'], { otherwise: 403 }),
  route('GET', '/clients', everybody),
  route('GET', '/hubs', ['op-acme'], { otherwise: 403 }),
  route('GET', '/stats', ['all-acme', 'root-acme', 'op-acme', 'ann-evil'], { otherwise: 403 }),
  route('GET', '/stats/history', ['all-acme', 'root-acme', 'ann-evil'], { otherwise: 403 }),
  route('GET', '/me', everybody),
  route('GET', '/events', everybody, { accept: 'text/event-stream' }),
  route('GET', '/events?topics=stats', ['all-acme', 'root-acme', 'ann-evil'], { otherwise: 403 }),
];

let asked: Asked;
let worker: Socket;
let own: string;
let provider: string;

beforeEach(async () => {
  asked = await Asked.serve({ authenticate: identities(scopes) });
  worker = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  ({ session_id: provider } = await worker.emitWithAck('register', { type: 'service', name: 'llm' }));
  const client = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  const handed = new Promise((resolve) => worker.once('request', resolve));
  ({ request_id: own } = await client.emitWithAck('request', { to: 'llm', action: 'go', payload: 'a secret' }));
  await handed;
});
afterEach(async () => {
  expect(asked.hub.errors).toEqual([]);
  await asked.hub.close();
});

/** Where those of its tenant are told that they may not, to who may in another one it is not there. */
function refusalFor(who: Who, { otherwise, path, method, body }: Route): number {
  if (path === '/hubs' || path.startsWith('/stats') || path === '/events?topics=stats') return 403;
  if (who === 'ann-evil') return 404;
  return who === 'bob-evil' && method === 'POST' && body === send ? 404 : otherwise;
}

const never = '0190a000-0000-7000-8000-00000000ffff';
/** A session is kept so long after its connection went. */
const resumeWindowMs = 15 * 60_000;

const cells = routes.flatMap((one) => everybody.map((who) => [one.method, one.path, who, one] as const));

test.each(cells)('%s %s, asked by %s', async (method, path, who, one) => {
  const { accept = 'application/json', body, allowed, success } = one;
  const ask = async (request: string, session: string): Promise<HttpAnswer> =>
    await asked.ask(path.replace(':own', request).replace(':provider', session), {
      token: who,
      method,
      headers: { Accept: accept, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
    });
  const answer = await ask(own, provider);
  expect(answer.status).toBe(allowed.includes(who) ? success : refusalFor(who, one));
  // What somebody may not see appears nowhere: not in lists, not in refusals.
  const sees = (follow as readonly Who[]).includes(who);
  if (!sees && path !== '/requests/:own') expect(answer.text.replaceAll(`there is no request ${own}`, '')).not.toContain(own);
  if (!sees) expect(answer.text).not.toContain('a secret');
  // What is refused is refused as if it were not there: the bytes are those of an id that never was.
  if (answer.status >= 400) {
    const other = await ask(never, never);
    expect([other.status, other.text]).toEqual([answer.status, answer.text.replaceAll(own, never).replaceAll(provider, never)]);
  }
  if (who.endsWith('-evil') && answer.status < 400) expect(answer.text).not.toMatch(/llm|acme/);
});

test.each(['bob-acme', 'root-acme', 'ann-evil', 'bob-evil'] as const)(
  'a list goes on from a request of Ann, for %s, only where it may see that one',
  async (who) => {
    const headers = { 'Content-Type': 'application/json' };
    const sent = (token: Who) =>
      asked.ask('/requests', { token, method: 'POST', headers, body: '{"to":"llm","action":"go","start_timeout_ms":60000}' });
    const older = (await sent(who)).json;
    const hers = (await sent('ann-acme')).json as { request_id: string };
    const found = await asked.ask(`/requests?cursor=${hers.request_id}`, { token: who });
    if (who === 'root-acme')
      return expect(found.json).toMatchObject({
        requests: [{ request_id: (older as { request_id: string }).request_id }, { request_id: own }],
      });
    expect(found.json).toEqual({ requests: [] });
  },
);

test('a tag that looks like an id is found by its words, whatever ids others have', async () => {
  const start = own.slice(0, 13);
  const worker2 = await asked.hub.connect({ auth: { token: 'bob-acme' } });
  const { request_id } = await worker2.emitWithAck('request', { to: 'llm', action: 'go', tags: [start] });
  const found = await asked.ask(`/requests?text=${start}`, { token: 'bob-acme' });
  expect(found.json).toMatchObject({ requests: [{ request_id }] });
});

test('a provider that leaves is gone for whoever was told of it, and for nobody else', async () => {
  const told = (who: Who): string[] => {
    const heard: string[] = [];
    const outlet = {
      ...{ unsentBytes: 0, onDrain: () => undefined, close: () => undefined, sendForAck: () => undefined },
      send: (name: string, body: object) => void heard.push(JSON.stringify([name, body])),
    };
    const [subject = '', tenant = ''] = who.split('-');
    asked.hub.router.follow({ tenant, subject, scopes: scopes[who] }, outlet, ['providers']);
    return heard;
  };
  const heard = new Map(everybody.map((who) => [who, told(who)]));
  worker.close();
  const isGone = () => asked.hub.sockets.connections === 1;
  while (!isGone()) await new Promise(setImmediate);
  asked.hub.clock.advance(resumeWindowMs + 1_000);
  for (const [who, said] of heard) {
    expect(
      said.some((text) => text.includes(provider)),
      who,
    ).toBe((follow as readonly Who[]).includes(who));
  }
});

test('whoever owns a worker is not told whose requests it holds, and whoever observes them is', async () => {
  const bobs = await asked.hub.connect({ auth: { token: 'bob-evil' } });
  const { session_id } = await bobs.emitWithAck('register', { type: 'service', name: 'llm', capacity: 2 });
  const [anns, mine] = await Promise.all(
    ['ann-evil', 'bob-evil'].map(async (token) => {
      const client = await asked.hub.connect({ auth: { token } });
      return (await client.emitWithAck('request', { to: 'llm', action: 'go' })) as { request_id: string };
    }),
  );
  const read = async (token: Who) => {
    const { json, text } = await asked.ask('/providers', { token });
    const [provider] = answers.providers.parse(json).providers;
    return { held: provider?.services[0]?.held, ids: provider?.working_on.map(({ request_id }) => request_id), text };
  };
  const bob = await read('bob-evil');
  expect(bob).toMatchObject({ held: 2, ids: [mine?.request_id] });
  expect(bob.text).not.toContain(anns?.request_id);
  const observer = await read('ann-evil');
  expect(new Set(observer.ids)).toEqual(new Set([anns?.request_id, mine?.request_id]));
  expect((await asked.ask('/providers', { token: 'root-acme' })).text).not.toContain(session_id);
});

test('the table has every route there is', () => {
  const here = new Set(
    routes.map(
      ({ method, path }) =>
        `${method} ${path.replace(/\?.*/, '').replace(':own', ':request_id').replace('/llm', '/:name').replace(':provider', ':session_id')}`,
    ),
  );
  const served = asked.hub.app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
    .map(({ method, path }) => `${method} ${path.slice('/api/v1'.length)}`);
  expect([...here].toSorted()).toEqual([...new Set(served)].toSorted());
});
