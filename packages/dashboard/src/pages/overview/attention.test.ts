import { expect, test } from 'vitest';
import type { RequestSummary, Service } from '../../live/api.ts';
import { attentionOf } from './attention.ts';

function aService(name: string, fields: Partial<Service> = {}): Service {
  return { name, actions: [], providers: [], waiting: 0, paused: false, ...fields };
}

function aProvider(state: Service['providers'][number]['state']): Service['providers'][number] {
  return { session_id: state, state, held: 1, capacity: 2, joined_at: '2026-01-02T03:04:05Z' };
}

function aQueued(to: string, reason: string): RequestSummary {
  return { to, live: { waiting: { reason } } } as unknown as RequestSummary;
}

const said = (
  services: readonly Service[],
  queued: readonly RequestSummary[] = [],
  stalled: readonly RequestSummary[] = [],
): readonly string[] => attentionOf({ services, queued, stalled, now: 0 }).map(({ what }) => what);

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
  expect(said([], [], [aSilent('llm', 31_000), aSilent('llm', 90_000), aSilent('ocr', 30_000)])).toEqual([
    '2 running requests of llm have said nothing for 1 m 30 s',
    '1 running request of ocr has said nothing for 30 s',
  ]);
});

test('a paused service, a line longer than the pool, and who does not answer are told', () => {
  const providers = [aProvider('ready'), aProvider('suspect')];
  expect(said([aService('llm', { providers, waiting: 5, paused: true })], [])).toEqual([
    'llm is paused, and 5 requests wait',
    'llm has 5 waiting for 4 places',
    '1 of 2 providers of llm did not acknowledge what they were handed',
  ]);
});
