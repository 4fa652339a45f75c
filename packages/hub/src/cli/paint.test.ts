import { expect, test } from 'vitest';
import { hasColours, isScreen, painter } from './paint.ts';

const terminal = { isTTY: true, hasColors: () => true };
const pipe = {};

test('colours are for terminals, and the variables that people set decide', () => {
  expect([hasColours(terminal, {}), hasColours(pipe, {})]).toEqual([true, false]);
  expect(hasColours({ isTTY: true, hasColors: () => false }, {})).toBe(false);
  expect([hasColours(terminal, { NO_COLOR: '1' }), hasColours(terminal, { NO_COLOR: '' })]).toEqual([false, true]);
  expect([hasColours(pipe, { FORCE_COLOR: '1' }), hasColours(terminal, { FORCE_COLOR: '0' })]).toEqual([true, false]);
  expect(hasColours(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
});

test('a style goes around text, and around nothing it does not', () => {
  const paint = painter(terminal, {});
  expect([paint('red', 'no'), paint('red', '')]).toEqual(['\u001b[31mno\u001b[39m', '']);
  expect(painter(pipe, {})('red', 'no')).toBe('no');
});

test('a dumb terminal is written to line by line', () => {
  expect([isScreen(terminal, { TERM: 'xterm' }), isScreen(terminal, { TERM: 'dumb' }), isScreen(pipe, {})]).toEqual([
    true,
    false,
    false,
  ]);
});
