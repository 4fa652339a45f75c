import type { ProviderSession } from '@conduit/sdk/protocol/overview';
import { expect, test } from 'vitest';
import { Answer, Routed } from '../testing/routed.ts';

const root = { tenant: 'local', subject: 'root', scopes: ['admin'] };
const ann = { tenant: 'local', subject: 'ann', scopes: ['request:*', 'provide:*'] };

function workOf(hub: Routed, identity = root): ProviderSession['workingOn'] {
  return hub.router.providers(identity).flatMap(({ workingOn }) => workingOn);
}

test('a provider shows what it works on, since when and how far it is, the oldest first', () => {
  const hub = new Routed();
  const worker = hub.provider('resize');
  const client = hub.client();
  const first = hub.request(client);
  const assignedAt = hub.clock.now();
  hub.clock.advance(1_000);
  const second = hub.request(client, { action: 'crop' });
  hub.work(worker, { type: 'progress', requestId: first.id, progress: 0.25 });
  expect(workOf(hub)).toEqual([
    { requestId: first.id, service: 'resize', action: 'thumbnail', sinceAt: assignedAt, overall: 0.25 },
    { requestId: second.id, service: 'resize', action: 'crop', sinceAt: assignedAt + 1_000, overall: 0 },
  ]);
  hub.work(worker, { type: 'result', requestId: first.id });
  expect(workOf(hub)).toMatchObject([{ requestId: second.id }]);
  hub.work(worker, { type: 'reject', requestId: second.id });
  expect(workOf(hub)).toEqual([]);
});

test('of a session with several services the work of all is in one order, and no more than ten of it', () => {
  const hub = new Routed();
  const worker = hub.provider('resize', { capacity: 100 });
  hub.router.registerService(worker.peer, { type: 'service', name: 'blur', capacity: 100 }, new Answer());
  hub.clock.settle();
  const client = hub.client();
  const sent = Array.from({ length: 24 }, (_, index) => {
    hub.clock.advance(1);
    return hub.request(client, { to: index % 2 === 0 ? 'blur' : 'resize' }).id;
  });
  expect(workOf(hub).map(({ requestId }) => requestId)).toEqual(sent.slice(0, 10));
});

test('a request that has a new attempt is in the hands of its new provider alone, from the beginning', () => {
  const hub = new Routed();
  const lost = hub.provider('resize');
  const { id } = hub.request(hub.client());
  hub.work(lost, { type: 'progress', requestId: id, progress: 0.75 });
  const other = hub.provider('resize');
  hub.clock.advance(5_000);
  hub.leave(lost);
  expect(hub.router.providers(root)).toMatchObject([
    { sessionId: lost.peer.sessionId, connected: false, workingOn: [] },
    { sessionId: other.peer.sessionId, workingOn: [{ requestId: id, sinceAt: hub.clock.now(), overall: 0 }] },
  ]);
});

test('a worker that comes back after the hub’s restart shows what it has gone on with', () => {
  const hub = new Routed();
  const said = { instanceId: 'one' };
  const before = hub.provider('resize', said);
  const { id } = hub.request(hub.client());
  const assignedAt = hub.clock.now();
  hub.work(before, { type: 'progress', requestId: id, progress: 0.5, attempt: 1, n: 1 });
  hub.clock.advance(2_000);
  hub.restart();
  expect(workOf(hub)).toEqual([]);
  const back = hub.provider('resize', { ...said, inFlight: [{ requestId: id, attempt: 1 }] });
  expect(workOf(hub)).toMatchObject([{ requestId: id, sinceAt: assignedAt, overall: 0.5 }]);
  hub.work(back, { type: 'result', requestId: id, attempt: 1, n: 2 });
  expect(workOf(hub)).toEqual([]);
});

test('what the hub has ended is not work any more, though it still takes a place', () => {
  const hub = new Routed();
  hub.provider('resize');
  hub.request(hub.client(), { timeoutMs: 1_000 });
  hub.clock.advance(1_000);
  expect(hub.router.providers(root)).toMatchObject([{ services: [{ held: 1 }], workingOn: [] }]);
});

test('whoever owns a worker sees what it asked of it itself, behind whatever others asked', () => {
  const hub = new Routed();
  hub.provider('resize', { capacity: 100 }, ann);
  const stranger = hub.client();
  for (let count = 0; count < 15; count += 1) hub.request(stranger);
  const own = hub.request(hub.client(undefined, ann));
  expect(hub.router.providers(ann)).toMatchObject([{ services: [{ held: 16 }], workingOn: [{ requestId: own.id }] }]);
  expect(workOf(hub)).toHaveLength(10);
  expect(workOf(hub, { ...root, tenant: 'acme' })).toEqual([]);
});

test('when a session was seen last stays known when it is gone, and how fast it answered does not', () => {
  const hub = new Routed();
  const worker = hub.provider('resize');
  const seenAt = hub.clock.now();
  worker.inbox.roundTripMs = 12.5;
  expect(hub.router.providers(root)).toMatchObject([{ lastSeenAt: seenAt, roundTripMs: 12.5 }]);
  hub.clock.advance(20_000);
  hub.leave(worker);
  const [gone] = hub.router.providers(root);
  expect(gone).toMatchObject({ connected: false, lastSeenAt: seenAt });
  expect(gone).not.toHaveProperty('roundTripMs');
  expect(hub.router.clients(root)).toMatchObject([{ connected: false, lastSeenAt: seenAt }]);
});
