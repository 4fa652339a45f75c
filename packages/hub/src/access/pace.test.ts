import { expect, test } from 'vitest';
import { Pace } from './pace.ts';
import { Presence } from './presence.ts';

test('a burst of a second is free, and who waits as long as told may come again', () => {
  const pace = new Pace(10);
  for (let time = 0; time < 10; time += 1) expect(pace.visit('a', 0)).toBeUndefined();
  expect(pace.visit('a', 0)).toBe(100);
  expect(pace.visit('b', 0)).toBeUndefined();
  expect(pace.visit('a', 100)).toBeUndefined();
  expect(pace.visit('a', 100)).toBe(100);
});

test('it remembers no more places than it may, those that came last', () => {
  const pace = new Pace(1, 100);
  for (let place = 0; place < 10_000; place += 1) pace.visit(`place-${place}`, 0);
  expect(pace.size).toBe(100);
  expect(pace.visit('place-9999', 0)).toBe(1_000);
  expect(pace.visit('place-0', 0)).toBeUndefined();
});

test('as many as may be here at once find room, and one that leaves makes some', () => {
  const presence = new Presence(2);
  const [leave] = [presence.enter('a'), presence.enter('a'), presence.enter('b')];
  expect([presence.hasRoom('a'), presence.hasRoom('b')]).toEqual([false, true]);
  leave?.();
  leave?.();
  expect(presence.hasRoom('a')).toBe(true);
  presence.enter('a');
  expect(presence.hasRoom('a')).toBe(false);
});

test('who is gone is forgotten', () => {
  const presence = new Presence(1);
  for (let key = 0; key < 1_000; key += 1) presence.enter(String(key))();
  expect(presence.size).toBe(0);
});
