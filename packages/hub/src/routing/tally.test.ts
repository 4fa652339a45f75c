import type { ServiceStats } from '@conduit/sdk/protocol/overview';
import { expect, test } from 'vitest';
import { localIdentity } from '../access/identity.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { anOrigin } from '../testing/requests.ts';
import { Routed } from '../testing/routed.ts';
import { newRecord } from './record.ts';
import { Registry } from './registry.ts';
import { Tally } from './tally.ts';

const minuteMs = 60_000;

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

/** The numbers of a service as its tenant's clients are told them. */
function statsOf(hub: Routed, service = 'resize'): ServiceStats {
  const stats = hub.router.serviceStats(localIdentity, service);
  if (stats === undefined) throw new Error(`nobody knows ${service}`);
  return stats;
}

test('a service has its own numbers: what is open, what happened, how long it took and waited', () => {
  const hub = new Routed();
  const client = hub.client();
  hub.provider('crop');
  const worker = hub.provider('resize', { capacity: 1 });
  const [one, two] = [hub.request(client), hub.request(client)];
  expect(statsOf(hub).open).toEqual({ queued: 1, assigned: 1, running: 0, cancelling: 0 });
  hub.clock.advance(400);
  hub.work(worker, { type: 'result', requestId: one.id });
  hub.clock.advance(200);
  hub.work(worker, { type: 'result', requestId: two.id });
  const happened = { accepted: 2, completed: 2, failed: 0, cancelled: 0, expired: 0 };
  const nothing = { accepted: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 };
  const open = { queued: 0, assigned: 0, running: 0, cancelling: 0 };
  const times = { durations: { p50Ms: 400, p95Ms: 600 }, queued: { p50Ms: 0, p95Ms: 400 } };
  const stats = { service: 'resize', open, lastMinute: happened, lastQuarter: happened, ...times, errors: [] };
  expect(statsOf(hub)).toEqual(stats);
  expect(statsOf(hub, 'crop')).toEqual({ service: 'crop', open, lastMinute: nothing, lastQuarter: nothing, errors: [] });
  hub.clock.advance(5 * minuteMs);
  expect(statsOf(hub)).toEqual({ ...stats, lastMinute: nothing });
  hub.clock.advance(10 * minuteMs);
  expect(statsOf(hub)).toEqual({ service: 'resize', open, lastMinute: nothing, lastQuarter: nothing, errors: [] });
});

test('what failed and what expired is told by its code, and what was cancelled is no error', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize', { capacity: 3 });
  const fail = (code: string) => {
    const { id } = hub.request(client);
    hub.work(worker, { type: 'error', requestId: id, error: { code, message: 'no', retryable: false } });
  };
  const cancelled = hub.request(client);
  hub.cancel(client, cancelled.id);
  hub.work(worker, { type: 'error', requestId: cancelled.id, error: { code: 'stopped', message: 'no', retryable: false } });
  fail('no_paper');
  fail('jammed');
  hub.clock.advance(1_000);
  fail('no_paper');
  const lastAt = hub.clock.now();
  expect(statsOf(hub).errors).toEqual([
    { code: 'no_paper', count: 2, lastAt },
    { code: 'jammed', count: 1, lastAt: lastAt - 1_000 },
  ]);
  hub.leave(worker);
  hub.request(client, { startTimeoutMs: 1_000 });
  hub.clock.advance(1_000);
  expect(statsOf(hub)).toMatchObject({ lastQuarter: { failed: 3, expired: 1, cancelled: 1 } });
  expect(statsOf(hub).errors.map(({ code, count }) => [code, count])).toEqual([
    ['no_paper', 2],
    ['expired', 1],
    ['jammed', 1],
  ]);
  hub.clock.advance(15 * minuteMs);
  expect(statsOf(hub).errors).toEqual([]);
});

test('the service of one tenant says nothing of the one of another by the same name', () => {
  const hub = new Routed();
  const identity = { tenant: 'acme', subject: 'ann', scopes: ['request:*', 'provide:*'] };
  hub.provider('resize', {}, identity);
  hub.provider('resize');
  hub.request(hub.client('foreign', identity));
  expect(statsOf(hub).lastQuarter.accepted).toBe(0);
  expect(hub.router.serviceStats(identity, 'resize')).toMatchObject({ open: { assigned: 1 }, lastQuarter: { accepted: 1 } });
});

test('a service counts what a former hub left open, and neither that it was accepted now nor what ended before', () => {
  const hub = new Routed();
  const worker = hub.provider('resize', { capacity: 1 });
  const client = hub.client();
  const ended = hub.request(client);
  hub.work(worker, { type: 'result', requestId: ended.id });
  hub.request(client);
  hub.restart();
  expect(statsOf(hub)).toMatchObject({ open: { queued: 1 }, lastQuarter: { accepted: 0, completed: 0 } });
  const next = hub.provider('resize');
  const [handed] = next.inbox.all('request');
  hub.work(next, { type: 'result', requestId: String(handed?.['request_id']) });
  expect(statsOf(hub)).toMatchObject({
    open: { queued: 0, assigned: 0, running: 0 },
    lastQuarter: { accepted: 0, completed: 1 },
  });
});

/** A tally without a hub, and the life of a request in it. */
function aTally() {
  const clock = new FakeClock();
  const registry = new Registry(10_000);
  const tally = new Tally({ clock, registry });
  let count = 0;
  const open = (to: string) => {
    count += 1;
    const record = newRecord(anOrigin(`r${count}`, { to, createdElapsed: clock.elapsed() }));
    tally.note(record);
    return () => {
      record.state = 'completed';
      tally.note(record);
    };
  };
  return { clock, registry, tally, open };
}

test('names that nobody provides leave nothing behind, however many are asked for', () => {
  const { tally, open } = aTally();
  const end = open('asked-first');
  for (let name = 0; name < 5_000; name += 1) open(`nobody-${name}`)();
  expect(tally.serviceCount).toBeLessThanOrEqual(256);
  expect(tally.serviceStats('local', 'asked-first').open.queued).toBe(1);
  end();
  expect(tally.openCount).toBe(0);
});

test('a service is kept while something of it is open, and for a quarter of an hour', () => {
  const { clock, registry, tally, open } = aTally();
  const names = Array.from({ length: 600 }, (_, at) => `service-${at}`);
  for (const name of names) registry.provide('local', name, 0);
  const [busy, ...others] = names;
  const end = open(String(busy));
  for (const name of others.slice(0, 299)) open(name)();
  clock.advance(16 * minuteMs);
  for (const name of others.slice(299)) open(name)();
  // The 299 are over.
  expect(tally.serviceCount).toBeLessThanOrEqual(512);
  expect(tally.serviceStats('local', String(busy)).open.queued).toBe(1);
  expect(tally.serviceStats('local', 'service-599').lastQuarter.completed).toBe(1);
  end();
  expect(tally.serviceStats('local', String(busy)).lastQuarter.completed).toBe(1);
});
