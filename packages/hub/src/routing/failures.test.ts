import { expect, test } from 'vitest';
import { Failures } from './failures.ts';

const stepMs = 10_000;
const quarterMs = 15 * 60_000;
const at = (elapsed: number) => ({ at: 1_000_000 + elapsed, elapsed });

test('twenty codes are told apart, and all others together', () => {
  const failures = new Failures();
  for (let code = 0; code < 500; code += 1) failures.add(`code-${code}`, at(code));
  failures.add('code-7', at(1_000));
  const told = failures.list(1_000);
  expect(told.length).toBe(21);
  expect(told.slice(0, 2)).toEqual([
    { code: 'other', count: 480, lastAt: 1_000_499 },
    { code: 'code-7', count: 2, lastAt: 1_001_000 },
  ]);
});

test('a code that is over makes room for another', () => {
  const failures = new Failures();
  for (let code = 0; code < 20; code += 1) failures.add(`old-${code}`, at(0));
  failures.add('new', at(stepMs));
  failures.add('new', at(quarterMs));
  expect(failures.list(quarterMs)).toEqual([
    { code: 'new', count: 1, lastAt: 1_000_000 + quarterMs },
    { code: 'other', count: 1, lastAt: 1_000_000 + stepMs },
  ]);
  expect(failures.list(3 * quarterMs)).toEqual([]);
});
