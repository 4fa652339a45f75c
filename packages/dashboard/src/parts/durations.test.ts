import { expect, test } from 'vitest';
import { agoText, bytesText, durationText, rateText, shareText } from './durations.ts';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [9_949, '9.9 s'],
  [59_400, '59 s'],
  [64_000, '1 m 04 s'],
  [3_600_000, '1 h 00 m'],
  [90_000_000, '1 d 1 h'],
  [-5, '0 ms'],
])('a duration of %d ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [500, 'now'],
  [12_000, '12 s ago'],
  [190_000, '3 m ago'],
  [7_300_000, '2 h ago'],
  [400_000_000, '4 d ago'],
])('what was %d ms ago was %s', (ms, text) => {
  expect(agoText(ms)).toBe(text);
});

test.each([
  [12, '12 B'],
  [1_434, '1.4 KiB'],
  [3 * 1_024 ** 2, '3.0 MiB'],
  [1.5 * 1_024 ** 3, '1.5 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [0, '0'],
  [0.4, '0.4'],
  [9.6, '9.6'],
  [1_239.7, '1,240'],
])('%d times a second are %s', (rate, text) => {
  expect(rateText(rate)).toBe(text);
});

test.each([
  [0, 0, '–'],
  [0, 8, '0 %'],
  [1, 1_000, '<1 %'],
  [1, 3, '33 %'],
  [8, 8, '100 %'],
])('%d of %d are %s', (part, whole, text) => {
  expect(shareText(part, whole)).toBe(text);
});
