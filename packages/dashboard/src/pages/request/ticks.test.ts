import { expect, test } from 'vitest';
import { ticksOf } from './ticks.ts';

test.each([
  [1, [0, 1]],
  [7, [0, 2, 4, 6]],
  [304, [0, 100, 200, 300]],
  [2_900, [0, 1_000, 2_000]],
  [6_300, [0, 2_000, 4_000, 6_000]],
  [64_000, [0, 15_000, 30_000, 45_000, 60_000]],
  [200_000, [0, 60_000, 120_000, 180_000]],
  [3 * 3_600_000, [0, 3_600_000, 7_200_000, 10_800_000]],
])('%i ms have their marks at %j', (wholeMs, marks) => {
  expect(ticksOf(wholeMs)).toEqual(marks);
});

test('however long it takes, there are at least two marks and at most six', () => {
  for (let wholeMs = 1; wholeMs < 400 * 86_400_000; wholeMs = Math.ceil(wholeMs * 1.37)) {
    const marks = ticksOf(wholeMs);
    expect([wholeMs, marks.length >= 2 && marks.length <= 6]).toEqual([wholeMs, true]);
  }
});
