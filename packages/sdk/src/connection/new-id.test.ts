/** Ids that hubs take, and that sort by their time. */

import { expect, test, vi } from 'vitest';
import { newId } from './new-id.ts';

test('an id is a UUID of version 7, and no two are alike', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(ids).size).toBe(1_000);
});

test('an id begins with its moment, so that later ones sort after earlier ones', () => {
  vi.useFakeTimers({ now: 0x0123456789ab });
  const first = newId();
  vi.advanceTimersByTime(1);
  const second = newId();
  vi.useRealTimers();
  expect(first.startsWith('01234567-89ab-7')).toBe(true);
  expect(second > first).toBe(true);
});
