import { expect, test } from 'vitest';
import { hubTenant, localIdentity } from '../access/identity.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Routed } from '../testing/routed.ts';
import { Probe } from './probe.ts';

function aProbe(routed = new Routed(), clock = routed.clock) {
  const changes: (string | undefined)[] = [];
  const { router } = routed;
  const probe = new Probe({
    router,
    clock,
    sessionId: () => crypto.randomUUID(),
    onChange: (trouble) => changes.push(trouble),
  });
  return { routed, router, clock, probe, changes };
}

test('a hub is ready once its own request has come back, and asks again some seconds later', async () => {
  const { probe, clock, changes } = aProbe();
  expect(probe.trouble).toContain('not answered a request of its own yet');
  const first = probe.start();
  clock.settle();
  await first;
  expect([probe.trouble, probe.lastMs]).toEqual([undefined, 0]);
  for (let round = 0; round < 100; round += 1) clock.advance(5_000);
  expect([probe.trouble, changes]).toEqual([undefined, []]);
  probe.close();
});

test('nobody sees it, nobody counts it, and nothing of it is kept', async () => {
  const { routed, probe, clock, router } = aProbe();
  const first = probe.start();
  clock.settle();
  await first;
  for (let round = 0; round < 5; round += 1) clock.advance(5_000);
  const { open, lastMinute, services, providers, clients } = router.stats();
  expect({ open, lastMinute, services, providers, clients }).toEqual({
    open: { queued: 0, assigned: 0, running: 0, cancelling: 0 },
    lastMinute: { accepted: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 },
    services: 0,
    providers: 0,
    clients: 0,
  });
  expect([router.pools(), router.providers(localIdentity), router.clients(localIdentity), router.openCount]).toEqual([
    [],
    [],
    [],
    0,
  ]);
  expect(routed.store.search({ tenant: hubTenant, limit: 100 }, () => undefined)).toEqual([]);
  probe.close();
});

test('a request that does not come back in time says how far it came, until one does', async () => {
  const { probe, clock, router, changes } = aProbe();
  const first = probe.start();
  clock.settle();
  await first;
  router.pause(
    { ...localIdentity, tenant: hubTenant },
    { name: 'probe', isPaused: true },
    { ok: () => undefined, refuse: () => undefined },
  );
  clock.advance(5_000);
  expect(probe.trouble).toBeUndefined();
  clock.advance(2_000);
  expect(probe.trouble).toBe(
    'the hub does not answer a request of its own: it still waited for being handed to its provider after 2000 ms',
  );
  router.pause(
    { ...localIdentity, tenant: hubTenant },
    { name: 'probe', isPaused: false },
    { ok: () => undefined, refuse: () => undefined },
  );
  clock.advance(5_000);
  expect(probe.trouble).toBeUndefined();
  expect(changes).toEqual([expect.stringContaining('being handed'), undefined]);
  probe.close();
});

test('a request that fails says how', async () => {
  const { probe, clock, router } = aProbe();
  const first = probe.start();
  clock.settle();
  await first;
  const owner = { ...localIdentity, tenant: hubTenant };
  const answer = { ok: () => undefined, refuse: () => undefined };
  router.pause(owner, { name: 'probe', isPaused: true }, answer);
  clock.advance(5_000);
  const peer = router.connect('somebody', owner);
  router.find(
    owner,
    { limit: 10 },
    {
      ok: ({ requests }) => {
        for (const { requestId } of requests) router.cancel(peer, { requestId, reason: 'test' }, answer);
      },
      refuse: () => undefined,
    },
  );
  clock.settle();
  expect(probe.trouble).toContain('it ended with {"code":"cancelled"');
  probe.close();
});

test('what the store refuses is said as it says it', async () => {
  const { probe, clock, routed, changes } = aProbe();
  const first = probe.start();
  clock.settle();
  await first;
  const commit = routed.store.commit.bind(routed.store);
  routed.store.commit = () => {
    throw new Error('the disk of ./conduit-data is full');
  };
  clock.advance(7_000);
  expect(probe.trouble).toContain('it still waited for being accepted after 2000 ms');
  clock.advance(5_000);
  expect(probe.trouble).toBe('the hub does not answer a request of its own: The hub cannot write to its store.');
  routed.store.commit = commit;
  clock.advance(60_000);
  expect(probe.trouble).toBeUndefined();
  expect(changes).toEqual([expect.any(String), undefined]);
  probe.close();
});

test('what a killed hub left of it ends in the next one, and leaves nothing', async () => {
  const routed = new Routed();
  const stopped = new FakeClock();
  const before = aProbe(routed, stopped);
  void before.probe.start();
  routed.clock.settle();
  // Its provider's turn never comes.
  expect(routed.store.load().open).toHaveLength(1);
  before.probe.close();
  routed.restart();
  const after = aProbe(routed);
  const first = after.probe.start();
  routed.clock.settle();
  await first;
  routed.clock.advance(120_000);
  expect(after.probe.trouble).toBeUndefined();
  expect(routed.store.load().open).toEqual([]);
  after.probe.close();
});
