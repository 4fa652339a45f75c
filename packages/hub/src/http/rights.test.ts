/** Two tenants, two subjects in one of them, and whoever administers, observes or operates: each route lets in whom it should, and nobody else. */

import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Asked, identities } from '../testing/asked.ts';

const scopes = {
  // Whose request it is, and whose worker.
  'ann-acme': ['request:llm', 'provide:llm'],
  'bob-acme': ['request:llm'],
  'eye-acme': ['observe:llm'],
  'all-acme': ['observe:*'],
  'root-acme': ['admin', 'request:*'],
  'op-acme': ['operator'],
  'ann-evil': ['request:*', 'provide:*', 'observe:*', 'admin'],
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

/** Administrators of another tenant, where its own are told that they may not: to them it is not there. */
function refusalFor(who: Who, { otherwise, path }: Route): number {
  if (who !== 'ann-evil') return otherwise;
  return path === '/hubs' ? 403 : 404;
}

const cells = routes.flatMap((one) => everybody.map((who) => [one.method, one.path, who, one] as const));

test.each(cells)('%s %s, asked by %s', async (method, path, who, one) => {
  const { accept = 'application/json', body, allowed, success } = one;
  const answer = await asked.ask(path.replace(':own', own).replace(':provider', provider), {
    token: who,
    method,
    headers: { Accept: accept, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status).toBe(allowed.includes(who) ? success : refusalFor(who, one));
  // What somebody may not see appears nowhere: not in lists, not in refusals.
  const sees = (follow as readonly Who[]).includes(who);
  if (!sees && path !== '/requests/:own') expect(answer.text.replaceAll(`there is no request ${own}`, '')).not.toContain(own);
  if (!sees) expect(answer.text).not.toContain('a secret');
  // A refusal repeats what was asked, and nothing else.
  if (who === 'ann-evil' && answer.status < 400) expect(answer.text).not.toMatch(/llm|acme/);
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
