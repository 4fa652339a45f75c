import { expect, test } from 'vitest';
import { seeded, seedOf } from './random.ts';

function numbers(seed: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: 2_000 }, () => random());
}

test('the same seed gives the same numbers, another one others', () => {
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7).slice(0, 3)).not.toEqual(numbers(8).slice(0, 3));
});

test.each([0, 1, 2, 0xffff_ffff])('the numbers of seed %i are spread evenly between 0 and 1', (seed) => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const number of numbers(seed)) {
    expect(number).toBeGreaterThanOrEqual(0);
    expect(number).toBeLessThan(1);
    const tenth = Math.floor(number * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 200)).toBeLessThan(70);
});

test('a text has one seed, which others do not share', () => {
  // The published value of FNV-1a for "foobar".
  expect(seedOf('foobar')).toBe(0xbf9c_f968);
  expect(seedOf('request 1')).not.toBe(seedOf('request 2'));
});
