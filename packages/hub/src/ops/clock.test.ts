import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SystemClock } from './clock.ts';
import { TurnableClock } from './turnable-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const dayMs = 24 * 60 * 60_000;

test('hub time goes on from where the former hub stood, whatever the wall clock does', () => {
  const clock = new SystemClock(5_000);
  vi.advanceTimersByTime(250);
  vi.setSystemTime(new Date('2001-01-01'));
  expect(clock.elapsed()).toBeCloseTo(5_250);
  expect(clock.now()).toBe(Date.parse('2001-01-01'));
});

test('a delay beyond what timers take is waited for, and not a moment less', () => {
  const clock = new SystemClock();
  const callback = vi.fn();
  clock.after(60 * dayMs, callback);
  vi.advanceTimersByTime(60 * dayMs - 1);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledOnce();
});

test('a cancelled timer never fires, in its second part either', () => {
  const clock = new SystemClock();
  const callback = vi.fn();
  const timer = clock.after(60 * dayMs, callback);
  vi.advanceTimersByTime(59 * dayMs);
  timer.cancel();
  vi.advanceTimersByTime(10 * dayMs);
  expect(callback).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['a hub', new SystemClock()],
  ['a test hub', new TurnableClock()],
])('a timer of %s never comes early, not by a part of a millisecond either', async (_, clock) => {
  vi.useRealTimers();
  const waited: Promise<number>[] = [];
  for (let count = 0; count < 100; count += 1) {
    // A tenth of a millisecond later than the one before; all are set before the first one is due.
    const next = performance.now() + 0.1;
    while (performance.now() < next);
    const setAt = clock.elapsed();
    waited.push(new Promise((resolve) => clock.after(15, () => resolve(clock.elapsed() - setAt))));
  }
  expect(Math.min(...(await Promise.all(waited)))).toBeGreaterThanOrEqual(15);
});
