import { expect, test } from 'vitest';
import type { Hub, RequestSummary, Service } from '../../live/api.ts';
import { attentionOf } from './attention.ts';

function aService(name: string, fields: Partial<Service> = {}): Service {
  return { name, actions: [], providers: [], waiting: 0, paused: false, ...fields };
}

function aProvider(state: Service['providers'][number]['state']): Service['providers'][number] {
  return { session_id: state, state, held: 1, capacity: 2, served: 3, joined_at: '2026-01-02T03:04:05Z' };
}

function aQueued(to: string, reason: string): RequestSummary {
  return { to, live: { waiting: { reason } } } as unknown as RequestSummary;
}

const well: Hub = {
  hub_id: 'north',
  version: '1.2.3',
  epoch: 'e',
  started_at: '2026-01-02T03:04:05Z',
  open_requests: 1,
  connections: 2,
  messages_per_second: { in: 10, out: 20 },
  event_loop_lag_ms: 3,
  memory_bytes: 80_000_000,
};

const startedAt = Date.parse(well.started_at);

const said = (
  services: readonly Service[],
  queued: readonly RequestSummary[] = [],
  { hubs = [well], stalled = [], minute }: Partial<Parameters<typeof attentionOf>[0]> = {},
): readonly string[] => attentionOf({ services, queued, stalled, hubs, minute, now: startedAt + 60_000 }).map(({ what }) => what);

test('nothing is said while everybody has a provider with room', () => {
  expect(said([aService('llm', { providers: [aProvider('ready')], waiting: 2 })], [aQueued('llm', 'at_capacity')])).toEqual([]);
});

test('a service without provider says since when, and how many wait', () => {
  expect(said([aService('llm', { unprovided_ms: 61_000, waiting: 1_200 })], [])).toEqual([
    'llm has had no provider for 1 m 01 s, and 1,200 requests wait',
  ]);
  expect(said([aService('llm')], [])).toEqual(['llm has no provider']);
});

test('a name that was only ever asked for is told once, with all that wait for it', () => {
  const queued = [aQueued('nobody', 'no_provider'), aQueued('nobody', 'no_provider'), aQueued('llm', 'no_provider')];
  expect(said([aService('llm', { providers: [aProvider('draining')] })], queued)).toEqual([
    'No worker has registered “nobody”, and 2 requests wait',
  ]);
});

test('requests whose workers are silent are told by service, with the longest silence', () => {
  const aSilent = (to: string, silent_ms: number) => ({ to, live: { stalled: { silent_ms } } }) as unknown as RequestSummary;
  expect(said([], [], { stalled: [aSilent('llm', 31_000), aSilent('llm', 90_000), aSilent('ocr', 30_000)] })).toEqual([
    '2 running requests of llm have said nothing for 1 m 30 s',
    '1 running request of ocr has said nothing for 30 s',
  ]);
});

test('failures are told where they are more than a few of many', () => {
  const minute = (failed: number, completed: number) => ({ accepted: 0, completed, failed, cancelled: 0, expired: 1 });
  expect(said([], [], { minute: minute(25, 118) })).toEqual(['26 of 144 requests that ended in the last minute failed']);
  expect(said([], [], { minute: minute(1, 0) })).toEqual([]);
  expect(said([], [], { minute: minute(4, 100) })).toEqual([]);
});

test('a paused service, a line longer than the pool, and who does not answer are told', () => {
  const providers = [aProvider('ready'), aProvider('suspect')];
  expect(said([aService('llm', { providers, waiting: 5, paused: true })], [])).toEqual([
    'llm is paused, and 5 requests wait',
    'llm has 5 waiting for 4 places',
    '1 of 2 providers of llm did not acknowledge what they were handed',
  ]);
});

test('a hub that is not ready, or that kept everybody waiting, comes before all else', () => {
  const full = { ...well, trouble: 'the disk of ./conduit-data is full' };
  const late = { ...well, hub_id: 'south', event_loop_lag_ms: 1_240 };
  expect(said([aService('llm')], [], { hubs: [full, { ...well, event_loop_lag_ms: 200 }, late] })).toEqual([
    'The hub north is not ready: the disk of ./conduit-data is full',
    'The hub south was up to 1.2 s late in the last ten seconds',
    'llm has no provider',
  ]);
});

test('a hub that has just started is late, and nobody need look', () => {
  const hubs = [{ ...well, event_loop_lag_ms: 900 }];
  const seen = { services: [], queued: [], stalled: [], minute: undefined, hubs };
  expect(attentionOf({ ...seen, now: startedAt + 10_000 })).toEqual([]);
});
