import { afterEach, expect, test } from 'vitest';
import { type MessageCounts, Pulse } from './pulse.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A pulse whose time is the test's; only how late the loop is, is Node's to say. */
function aPulse() {
  const state = { now: 0, received: 0, sent: 0 };
  const counts = (): MessageCounts => ({ received: state.received, sent: state.sent });
  const pulse = new Pulse(counts, () => state.now);
  ends.push(() => pulse.close());
  return {
    pulse,
    state,
    /** Seconds in which so much comes and goes. */
    pass(seconds: number, each: MessageCounts): void {
      for (let second = 0; second < seconds; second += 1) {
        state.now += 1_000;
        state.received += each.received;
        state.sent += each.sent;
        pulse.look();
      }
    },
  };
}

test('messages a second are the mean of the last ten seconds, and of all there was before', () => {
  const { pulse, state, pass } = aPulse();
  expect(pulse.messagesPerSecond).toEqual({ in: 0, out: 0 });
  pass(2, { received: 30, sent: 60 });
  expect(pulse.messagesPerSecond).toEqual({ in: 30, out: 60 });
  state.now += 1_000;
  expect(pulse.messagesPerSecond).toEqual({ in: 20, out: 40 });
  pulse.look();
  pass(9, { received: 100, sent: 0 });
  pass(1, { received: 0, sent: 50 });
  expect(pulse.messagesPerSecond).toEqual({ in: 90, out: 5 });
  pass(10, { received: 0, sent: 0 });
  expect(pulse.messagesPerSecond).toEqual({ in: 0, out: 0 });
});

test('a look that comes late tells for ten seconds how late', () => {
  const { pulse, state, pass } = aPulse();
  pass(1, { received: 0, sent: 0 });
  state.now += 400;
  pass(1, { received: 0, sent: 0 });
  expect(pulse.worstLagMs).toBeGreaterThanOrEqual(400);
  pass(9, { received: 0, sent: 0 });
  expect(pulse.worstLagMs).toBeGreaterThanOrEqual(400);
  expect(pulse.takeLag().max).toBeGreaterThanOrEqual(400);
  pass(2, { received: 0, sent: 0 });
  expect(pulse.worstLagMs).toBeLessThan(400);
  expect(pulse.takeLag().max).toBeLessThan(400);
});

test('a loop that stands still is told as late as that, to whoever takes the lag and to whoever looks', async () => {
  const { pulse, pass } = aPulse();
  const standStill = (ms: number): void => {
    for (const until = performance.now() + ms; performance.now() < until; );
  };
  // Of the first time after each beginning Node can't say how long it was.
  let max = 0;
  while (max < 50) {
    for (let times = 0; times < 3; times += 1) {
      standStill(100);
      await new Promise(setImmediate);
    }
    ({ max } = pulse.takeLag());
  }
  expect(max).toBeLessThan(10_000);
  pass(1, { received: 0, sent: 0 });
  // Both are of the same histogram, whose steps are a thousandth wide.
  expect(pulse.worstLagMs / max).toBeCloseTo(1, 2);
});
