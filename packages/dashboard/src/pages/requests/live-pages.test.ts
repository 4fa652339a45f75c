import { expect, test } from 'vitest';
import type { RequestSummary } from '../../live/api.ts';
import { type Held, heldStill, newIn, type Page, patched, withFresh } from './live-pages.ts';

function aRequest(n: number, state: RequestSummary['state'] = 'running'): RequestSummary {
  const at = new Date(n * 1_000).toISOString();
  return {
    ...{
      request_id: `id-${n}`,
      to: 'llm',
      action: 'chat',
      state,
      attempt: 1,
      overall: 0,
      created_at: at,
      seq: 1,
      work_began: true,
    },
    requester: { session_id: 's', hub_id: 'h' },
    ...{ timings: { queued_ms: 0, total_ms: 0 }, live: {} },
  };
}

const idsOf = (pages: readonly Page[]) => pages.flatMap(({ requests }) => requests.map(({ request_id }) => request_id));

test('what is there changes in its place, goes where it fits no more, and what is new is fresh', () => {
  const pages = [{ requests: [aRequest(3), aRequest(2), aRequest(1)] }];
  const told = [aRequest(2, 'completed'), aRequest(4), aRequest(5, 'failed')];
  const { pages: now, fresh } = patched(pages, told, { state: 'running' });
  expect(idsOf(now)).toEqual(['id-3', 'id-1']);
  expect(fresh.map(({ request_id }) => request_id)).toEqual(['id-4']);
});

test('in a list that stands still nothing comes and nothing goes: what is there changes, and the rest is held by its latest', () => {
  const filters = { state: 'running' };
  const first = heldStill([{ requests: [aRequest(3), aRequest(2)] }], [aRequest(2, 'completed'), aRequest(4), aRequest(5)], {
    filters,
    held: new Map(),
  });
  expect(first.pages).toEqual([{ requests: [aRequest(3), aRequest(2, 'completed')] }]);
  expect(newIn(first.pages, { filters, held: first.held })).toBe(2);
  const second = heldStill(first.pages, [aRequest(4, 'failed')], { filters, held: first.held });
  expect(newIn(second.pages, { filters, held: second.held })).toBe(1);
  const goesOn = patched(second.pages, [...second.held.values()], filters);
  expect(idsOf(withFresh(goesOn.pages, goesOn.fresh))).toEqual(['id-5', 'id-3']);
});

test('however long a list stands still, what it holds is bounded', () => {
  let held: Held = new Map();
  for (let n = 1; n <= 2_000; n += 1) ({ held } = heldStill([{ requests: [] }], [aRequest(n)], { filters: {}, held }));
  expect(held.size).toBe(1_000);
});

test('fresh ones stand where they belong; one that is older than what was loaded waits for its page', () => {
  const pages = [{ requests: [aRequest(9), aRequest(5)], next_cursor: 'id-5' }];
  expect(idsOf(withFresh(pages, [aRequest(7), aRequest(10), aRequest(2), aRequest(9)]))).toEqual([
    'id-10',
    'id-9',
    'id-7',
    'id-5',
  ]);
});

test('however long one looks the list stays short, and goes on where it was cut', () => {
  let pages: readonly Page[] = [{ requests: [] }];
  for (let n = 1; n <= 2_000; n += 1) pages = withFresh(pages, [aRequest(n)]);
  expect(idsOf(pages)).toHaveLength(300);
  expect(idsOf(pages)[0]).toBe('id-2000');
  expect(pages).toEqual([{ requests: expect.anything(), next_cursor: 'id-1701' }]);
});

test('whoever has gone down keeps what was loaded', () => {
  const page = (from: number): Page => ({
    requests: Array.from({ length: 100 }, (_, n) => aRequest(from - n)),
    next_cursor: 'more',
  });
  const pages = withFresh([1_000, 900, 800, 700, 600].map(page), [aRequest(1_001)]);
  expect(pages).toHaveLength(5);
  expect(idsOf(pages)).toHaveLength(501);
});
