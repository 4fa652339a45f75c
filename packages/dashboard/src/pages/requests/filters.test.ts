import { expect, test } from 'vitest';
import page from '../../../../../docs/dashboard.md?raw';
import type { RequestSummary } from '../../live/api.ts';
import { filtersOf, fits, queryOf, readFilters, typedOf } from './filters.ts';

test('terms narrow, and other words are looked for', () => {
  expect(filtersOf('state:failed  service:llm nightly run')).toEqual({ state: 'failed', service: 'llm', text: 'nightly run' });
  expect(filtersOf('unknown:thing')).toEqual({ text: 'unknown:thing' });
  expect(filtersOf('service:')).toEqual({ text: 'service:' });
  expect(filtersOf('  ')).toEqual({});
});

test('the terms of docs/dashboard.md are terms', () => {
  const [, typed = ''] = /^```text\n(.*)\n```$/m.exec(page) ?? [];
  const { text, ...terms } = filtersOf(typed);
  expect([Object.keys(terms), text]).toEqual([['state', 'service', 'tag', 'since'], undefined]);
});

test('what was typed is an address, and typed again from it', () => {
  const filters = filtersOf('state:queued,running tag:a:b words');
  expect(readFilters(String(new URLSearchParams(filters)))).toEqual(filters);
  expect(filtersOf(typedOf(filters))).toEqual(filters);
  expect(readFilters('?state=&other=1')).toEqual({});
});

const summary = {
  to: 'llm',
  action: 'write',
  state: 'running',
  tags: ['user-42'],
  requester: { session_id: 's1', subject: 'ann', hub_id: 'h' },
  error: { code: 'no_ink', message: '', retryable: false },
  timings: { queued_ms: 0, total_ms: 30_000 },
  live: {},
} as unknown as RequestSummary;

test.each([
  ['state:running', true],
  ['state:queued,running', true],
  ['state:failed', false],
  ['service:llm action:write tag:user-42 requester:ann', true],
  ['requester:s1', true],
  ['tag:user-4', false],
  ['USER-4', true],
  ['error:no_ink longer:30s', true],
  ['error:no_paper', false],
  ['longer:31s', false],
  ['is:stalled', false],
  ['nobody', false],
])('%s fits: %s', (typed, expected) => {
  expect(fits(summary, filtersOf(typed))).toBe(expected);
});

test.each([
  ['90s', '9910000'],
  ['1h', '6400000'],
  ['1700000000000', '1700000000000'],
  ['1970-01-01T00:00:01Z', '1000'],
  ['yesterday', 'yesterday'],
])('since:%s asks the hub for since=%s', (since, expected) => {
  expect(Object.fromEntries(queryOf({ since, state: 'failed' }, 10_000_000))).toEqual({ state: 'failed', since: expected });
});

test.each([
  ['longer:500ms', 'min_duration_ms=500'],
  ['longer:2m', 'min_duration_ms=120000'],
  ['longer:long', 'min_duration_ms=long'],
  ['is:stalled', 'stalled=true'],
  ['is:blue', 'stalled=blue'],
  ['error:no_ink', 'error=no_ink'],
])('%s asks the hub for %s', (typed, expected) => {
  expect(String(queryOf(filtersOf(typed), 0))).toBe(expected);
});
