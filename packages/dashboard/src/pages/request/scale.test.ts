import { expect, test } from 'vitest';
import { canFold, scaleOf } from './scale.ts';

const second = 1_000;
/** Sixteen steps of 60 ms, one that takes 105 s, and a short one. */
const begun = 1_700_000_000_000;
const moments = [...Array.from({ length: 17 }, (_, n) => begun + n * 60), begun + 105 * second, begun + 105 * second + 60];
const whole = { from: begun, to: begun + 105 * second + 60 };

test('without folds moments are as far apart as they are in time', () => {
  const { shareOf, marks, folds } = scaleOf({ from: 0, to: 10 * second }, []);
  expect([-1, 0, 2_500, 10_000, 20_000].map(shareOf)).toEqual([0, 0, 0.25, 1, 1]);
  expect(marks.map(({ text }) => text)).toEqual(['0 ms', '2.0 s', '4.0 s', '6.0 s', '8.0 s', '10 s']);
  expect(folds).toEqual([]);
});

test('what is much longer than the rest is folded, and what is short can be told apart', () => {
  expect(canFold(whole, moments)).toBe(true);
  const { shareOf, folds } = scaleOf(whole, moments);
  expect(folds.map(({ text }) => text)).toEqual(['1 m 44 s']);
  const shares = moments.map(shareOf);
  expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  expect(shareOf(begun + 60)).toBeGreaterThan(0.04);
});

test('marks and the lengths of folds don’t run into one another', () => {
  const { marks, folds } = scaleOf(whole, moments);
  const at = [...marks.map(({ share }) => share), ...folds.map(({ from, to }) => (from + to) / 2)].toSorted((a, b) => a - b);
  for (const [index, share] of at.slice(1).entries()) expect(share - (at[index] ?? 0)).toBeGreaterThanOrEqual(0.07);
});

test.each([
  ['few of them', [0, 10, 20]],
  ['about as long as one another', [0, 1_000, 2_500, 4_000, 6_000, 8_000]],
])('stretches that are %s are not folded', (_, some) => {
  expect(canFold({ from: 0, to: 10 * second }, some)).toBe(false);
});

test('nothing that lasts no time is drawn too', () => {
  expect(scaleOf({ from: begun, to: begun + 1 }, [begun, begun, begun + 1]).shareOf(begun)).toBe(0);
});
