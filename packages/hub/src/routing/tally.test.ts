import { expect, test } from 'vitest';
import { Routed } from '../testing/routed.ts';

test('what is open is counted where it shows, and what ended for a minute', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize', { capacity: 2, acks: true });
  worker.inbox.acknowledges = false;
  const [one, two, three] = [hub.request(client), hub.request(client), hub.request(client)];
  expect(hub.router.stats('local').open).toEqual({ queued: 1, assigned: 2, running: 0, cancelling: 0 });
  hub.work(worker, { type: 'progress', requestId: one.id, progress: 0.5 });
  expect(hub.router.stats('local').open).toEqual({ queued: 1, assigned: 1, running: 1, cancelling: 0 });
  hub.cancel(client, two.id);
  hub.clock.advance(400);
  hub.work(worker, { type: 'result', requestId: one.id });
  hub.cancel(client, three.id);
  const stats = hub.router.stats('local');
  expect(stats.open).toEqual({ queued: 0, assigned: 0, running: 0, cancelling: 2 });
  expect(stats.lastMinute).toEqual({ accepted: 3, completed: 1, failed: 0, cancelled: 0, expired: 0 });
  expect(stats.durations).toEqual({ p50Ms: 400, p95Ms: 400 });
  hub.clock.advance(61_000);
  const later = hub.router.stats('local');
  expect(later.lastMinute).toEqual({ accepted: 0, completed: 0, failed: 0, cancelled: 2, expired: 0 });
  hub.clock.advance(61_000);
  expect(hub.router.stats('local')).toEqual({
    open: { queued: 0, assigned: 0, running: 0, cancelling: 0 },
    lastMinute: { accepted: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 },
    services: 1,
    providers: 1,
    clients: 1,
  });
});

test('the numbers of one tenant say nothing of another, and the hub has all', () => {
  const hub = new Routed();
  const foreign = hub.client('foreign', { tenant: 'acme', subject: 'ann', scopes: ['request:*', 'provide:*'] });
  hub.provider('resize', {}, foreign.peer.identity);
  hub.request(foreign);
  expect(hub.router.stats('local').open.assigned).toBe(0);
  expect(hub.router.stats('acme').open.assigned).toBe(1);
  expect(hub.router.stats()).toMatchObject({ open: { assigned: 1 }, services: 1, providers: 1, clients: 1 });
});

test('a hub that comes back counts what it finds open, and does not say that it was accepted now', () => {
  const hub = new Routed();
  hub.provider('resize', { capacity: 1 });
  const client = hub.client();
  hub.request(client);
  hub.request(client);
  hub.restart();
  expect(hub.router.stats('local')).toMatchObject({ open: { queued: 2, assigned: 0 }, lastMinute: { accepted: 0 } });
});
