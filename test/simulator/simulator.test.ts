/** The simulator proves itself: it repeats, it finds nothing where nothing is, and it finds each bug that was planted. */

import { expect, test } from 'vitest';
import { plants } from './plants.ts';
import { run } from './run.ts';

const seedsOfAPlant = 40;

test('the same seed gives the same world, message by message', () => {
  const [first, again, other] = [run(11), run(11), run(12)];
  expect(again).toEqual(first);
  expect(other.digest).not.toBe(first.digest);
});

test('twenty worlds keep every promise', () => {
  for (let seed = 5_001; seed <= 5_020; seed += 1) {
    const { violations, requests } = run(seed);
    expect(violations, `seed ${seed}`).toEqual([]);
    expect(requests).toBeGreaterThan(20);
  }
});

test.each(plants)('a planted bug is found: %s', (plant) => {
  const seeds = Array.from({ length: seedsOfAPlant }, (_, at) => at + 1);
  expect(seeds.some((seed) => run(seed, { plant }).violations.length > 0)).toBe(true);
});
