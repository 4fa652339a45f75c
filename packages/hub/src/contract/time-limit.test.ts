import { expect, test } from 'vitest';
import { within } from './time-limit.ts';

test('what is done in time gives what it gives, nothing among it', () => {
  expect(within(1_000, () => 7)).toEqual({ value: 7 });
  expect(within(1_000, () => undefined)).toEqual({ value: undefined });
});

test('what takes too long is broken off, and the next one runs', () => {
  expect(
    within(20, () => {
      for (;;);
    }),
  ).toBeUndefined();
  expect(within(1_000, () => 'next')).toEqual({ value: 'next' });
});

test('what fails, fails as it would without', () => {
  const error = new RangeError('too deep');
  expect(() =>
    within(1_000, () => {
      throw error;
    }),
  ).toThrow(error);
});
