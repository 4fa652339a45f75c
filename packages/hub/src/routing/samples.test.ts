import { expect, test } from 'vitest';
import { Samples } from './samples.ts';

test('half took at most the one, nineteen of twenty the other, whatever their order', () => {
  const samples = new Samples();
  for (const ms of [500, 100, 400, 200, 300]) samples.add(1_000, ms, 2 * ms);
  expect(samples.took(0)).toEqual({ p50Ms: 300, p95Ms: 500 });
  expect(samples.waited(0)).toEqual({ p50Ms: 600, p95Ms: 1_000 });
});

test('a single one is all of them, and what ended before is none', () => {
  const samples = new Samples();
  samples.add(59_999, 70, 0);
  samples.add(60_000, 90, 10);
  expect([samples.took(60_000), samples.waited(60_000)]).toEqual([
    { p50Ms: 90, p95Ms: 90 },
    { p50Ms: 10, p95Ms: 10 },
  ]);
  expect(samples.took(61_000)).toBeUndefined();
  expect(new Samples().took(0)).toBeUndefined();
});

test('of many only the latest thousand count', () => {
  const samples = new Samples();
  for (let ms = 1; ms <= 3_500; ms += 1) samples.add(0, ms, 0);
  expect(samples.took(0)).toEqual({ p50Ms: 3_000, p95Ms: 3_450 });
});
