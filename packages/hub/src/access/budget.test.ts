import { expect, test } from 'vitest';
import { Budget } from './budget.ts';

const rates = { eventsPerSecond: 10, bytesPerSecond: 1_000 };

function say(budget: Budget, times: number, bytes = 1): void {
  for (let at = 0; at < times; at += 1) budget.spend(bytes);
}

test('a burst of one second is free, and what comes after it waits', () => {
  const budget = new Budget(rates, 0);
  say(budget, 9);
  expect(budget.shortage(0)).toBeUndefined();
  say(budget, 1);
  expect(budget.shortage(0)).toEqual({ limit: 'events_per_second', max: 10, retryAfterMs: 100 });
});

test('after the time it was told to wait a peer may go on', () => {
  const budget = new Budget(rates, 0);
  say(budget, 10);
  const shortage = budget.shortage(0);
  expect(budget.shortage(shortage?.retryAfterMs ?? 0)).toBeUndefined();
});

test('bytes have a bound of their own; one message may overdraw it', () => {
  const budget = new Budget(rates, 0);
  say(budget, 1, 3_000);
  expect(budget.shortage(0)).toEqual({ limit: 'bytes_per_second', max: 1_000, retryAfterMs: 2_001 });
  expect(budget.shortage(2_001)).toBeUndefined();
});

test('silence saves up one second and no more', () => {
  const budget = new Budget(rates, 0);
  expect(budget.shortage(3_600_000)).toBeUndefined();
  say(budget, 10);
  expect(budget.shortage(3_600_000)).toMatchObject({ limit: 'events_per_second' });
});
