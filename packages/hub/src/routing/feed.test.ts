import { expect, test } from 'vitest';
import { Routed } from '../testing/routed.ts';
import type { Topic } from './feed.ts';
import { feedMs, maxFedRequests, stirMs } from './settings.ts';

const root = { tenant: 'local', subject: 'root', scopes: ['admin'] };
const all: readonly Topic[] = ['stats', 'requests', 'services', 'providers'];

function follow(hub: Routed, identity = root, topics = all) {
  const reader = hub.client(undefined, identity);
  const end = hub.router.follow(identity, reader.inbox, topics);
  hub.clock.settle();
  return { inbox: reader.inbox, end };
}

test('whoever begins to follow is told how things stand, and then what changes, twice a second at most', () => {
  const hub = new Routed();
  hub.provider('resize');
  const { inbox } = follow(hub);
  expect(inbox.messages.map(({ name }) => name)).toEqual(['services', 'providers', 'stats']);
  expect(inbox.last('services')).toMatchObject({ services: [{ name: 'resize', providers: [{ state: 'ready' }] }], gone: [] });
  expect(inbox.last('stats')).toMatchObject({ open: { assigned: 0 }, providers: 1 });
  const client = hub.client();
  const requests = [hub.request(client), hub.request(client), hub.request(client)];
  expect(inbox.messages).toHaveLength(3);
  hub.clock.advance(feedMs);
  expect(inbox.all('requests')).toMatchObject([{ requests: requests.map(({ id }) => ({ request_id: id, state: 'assigned' })) }]);
  expect(inbox.last('requests')).not.toHaveProperty('gap');
  expect(inbox.last('services')).toMatchObject({ services: [{ providers: [{ held: 3 }] }] });
  expect(inbox.last('providers')).toMatchObject({ providers: [{ services: [{ service: 'resize', held: 3 }] }] });
  expect(inbox.last('stats')).toMatchObject({ open: { assigned: 3 }, last_minute: { accepted: 3 } });
  const { length } = inbox.messages;
  hub.clock.advance(10 * feedMs);
  expect(inbox.messages).toHaveLength(length);
});

test('of much that happens to one request between two looks the latest is told', () => {
  const hub = new Routed();
  const worker = hub.provider('resize');
  const { inbox } = follow(hub, root, ['requests']);
  const { id } = hub.request(hub.client());
  for (const progress of [0.1, 0.5, 0.9]) hub.work(worker, { type: 'progress', requestId: id, progress });
  hub.clock.advance(feedMs);
  hub.work(worker, { type: 'result', requestId: id });
  hub.clock.advance(feedMs);
  expect(inbox.messages).toMatchObject([
    { name: 'requests', body: { requests: [{ request_id: id, state: 'running', overall: 0.9 }] } },
    { name: 'requests', body: { requests: [{ request_id: id, state: 'completed', overall: 1 }] } },
  ]);
});

test('more requests than it is told of are a gap, and the next look tells what is new then', () => {
  const hub = new Routed();
  hub.provider('resize', { capacity: 10_000 });
  const client = hub.client();
  const { inbox } = follow(hub, root, ['requests']);
  for (let count = 0; count < maxFedRequests + 50; count += 1) hub.request(client);
  hub.clock.advance(feedMs);
  expect(inbox.last('requests')).toMatchObject({ gap: true });
  expect(inbox.last('requests')?.['requests']).toHaveLength(maxFedRequests);
  const { id } = hub.request(client);
  hub.clock.advance(feedMs);
  expect(inbox.last('requests')).toEqual({ requests: [expect.objectContaining({ request_id: id })] });
});

test('who does not read is told nothing more until it has, and then what is so by now', () => {
  const hub = new Routed();
  const worker = hub.provider('resize', { capacity: 10_000 });
  const client = hub.client();
  const { inbox } = follow(hub);
  inbox.unsentBytes = 1_000_000;
  const { length } = inbox.messages;
  const { id } = hub.request(client);
  hub.clock.advance(feedMs);
  hub.work(worker, { type: 'result', requestId: id });
  hub.clock.advance(60 * feedMs);
  expect(inbox.messages).toHaveLength(length);
  inbox.drain();
  hub.clock.advance(feedMs);
  expect(inbox.all('requests')).toMatchObject([{ requests: [{ request_id: id, state: 'completed' }] }]);
  expect(inbox.all('stats')).toHaveLength(2);
});

test('providers are told as they come, leave and are forgotten', () => {
  const hub = new Routed();
  const { inbox } = follow(hub, root, ['providers']);
  expect(inbox.messages).toEqual([{ name: 'providers', body: { providers: [], gone: [] } }]);
  const worker = hub.provider('resize');
  hub.clock.advance(feedMs);
  const { sessionId } = worker.peer;
  expect(inbox.last('providers')).toMatchObject({ providers: [{ session_id: sessionId, connected: true }], gone: [] });
  hub.leave(worker);
  hub.clock.advance(feedMs);
  expect(inbox.last('providers')).toMatchObject({ providers: [{ session_id: sessionId, connected: false }], gone: [] });
  hub.router.forget(worker.peer);
  hub.clock.advance(feedMs);
  expect(inbox.last('providers')).toEqual({ providers: [], gone: [sessionId] });
});

test('a provider that answers a heartbeat is told again, and so is one whose work went on, but less often than what changes', () => {
  const hub = new Routed();
  const busy = hub.provider('resize');
  const idle = hub.provider('crop');
  const { id } = hub.request(hub.client());
  const { inbox } = follow(hub, root, ['providers']);
  hub.clock.advance(stirMs);
  const { length } = inbox.messages;
  const told = () => inbox.messages.slice(length).flatMap(({ body }) => body['providers']);
  hub.router.heartbeatAnswered(idle.peer);
  for (let at = 1; at <= 40; at += 1) {
    hub.clock.advance(stirMs / 10);
    hub.work(busy, { type: 'progress', requestId: id, progress: at / 50 });
  }
  hub.clock.advance(stirMs);
  const sessions = told().map((provider) => (provider as { session_id: string }).session_id);
  expect(sessions.filter((one) => one === idle.peer.sessionId)).toHaveLength(1);
  expect(sessions.filter((one) => one === busy.peer.sessionId)).toHaveLength(5);
  expect(told().at(-1)).toMatchObject({ working_on: [{ request_id: id, overall: 0.8 }] });
  // Nothing stirs by itself.
  const { length: after } = inbox.messages;
  hub.clock.advance(10 * stirMs);
  expect(inbox.messages).toHaveLength(after);
});

test('whoever may not see a provider is not told that it stirred', () => {
  const hub = new Routed();
  const worker = hub.provider('resize', {}, { tenant: 'local', subject: 'ann', scopes: ['provide:*'] });
  const { id } = hub.request(hub.client());
  const bobs = follow(hub, { tenant: 'local', subject: 'bob', scopes: ['observe:crop'] }, ['providers']);
  const theirs = follow(hub, { ...root, tenant: 'acme' }, ['providers']);
  hub.router.heartbeatAnswered(worker.peer);
  hub.work(worker, { type: 'progress', requestId: id, progress: 0.5 });
  hub.clock.advance(2 * stirMs);
  for (const { inbox } of [bobs, theirs])
    expect(inbox.messages).toEqual([{ name: 'providers', body: { providers: [], gone: [] } }]);
});

test('each follows its own and what it may observe, and nothing of another tenant', () => {
  const hub = new Routed();
  hub.provider('resize');
  const own = { tenant: 'local', subject: 'local', scopes: ['request:crop'] };
  const bob = { tenant: 'local', subject: 'bob', scopes: ['observe:crop'] };
  const foreign = { tenant: 'acme', subject: 'root', scopes: ['admin'] };
  const topics: readonly Topic[] = ['requests', 'services', 'providers'];
  const [mine, bobs, theirs] = [follow(hub, own, topics), follow(hub, bob, topics), follow(hub, foreign)];
  const nothing = { services: [], gone: [] };
  const { id } = hub.request(hub.client());
  hub.clock.advance(feedMs);
  expect(mine.inbox.last('requests')).toMatchObject({ requests: [{ request_id: id }] });
  // Not of a service that its token does not name, but of the provider that is its own.
  expect(mine.inbox.all('services')).toEqual([nothing]);
  expect(mine.inbox.all('providers')).not.toEqual([]);
  expect(bobs.inbox.all('services')).toEqual([nothing]);
  expect(bobs.inbox.messages).toHaveLength(2);
  expect(theirs.inbox.messages.map(({ name }) => name)).toEqual(['services', 'providers', 'stats']);
  expect(theirs.inbox.last('services')).toEqual(nothing);
  expect(theirs.inbox.last('providers')).toEqual({ providers: [], gone: [] });
  const numbers = follow(hub, bob, ['stats']);
  hub.clock.advance(feedMs);
  expect(numbers.inbox.messages).toEqual([]);
});

test('whoever stops following leaves nothing behind, and hears nothing more', () => {
  const hub = new Routed();
  const before = hub.clock.pendingTimers;
  const one = follow(hub);
  const other = follow(hub);
  const { length } = one.inbox.messages;
  one.end();
  hub.provider('resize');
  hub.clock.advance(feedMs);
  expect(one.inbox.messages).toHaveLength(length);
  expect(other.inbox.all('services')).toHaveLength(2);
  other.end();
  expect(hub.clock.pendingTimers).toBe(before);
});
