import { expect, test } from 'vitest';
import { columns, padded, plain, plainLine, wrapped } from './plain.ts';

test('what would move the cursor, change the screen or turn the text around is shown, not done', () => {
  expect(plain('a\u001b[2J\u009b31m\u0007\u202eb\r')).toBe('a\\u001b[2J\\u009b31m\\u0007\\u202eb\\u000d');
  expect(plain('two\nlines\tand a tab')).toBe('two\nlines\tand a tab');
});

test('inside JSON it stays JSON of the same value', () => {
  const value = { evil: '\u001b[2J \u009b \u2028 \ufeff' };
  expect(JSON.parse(plain(JSON.stringify(value)))).toEqual(value);
});

test('a line is one line, and no wider than it may be', () => {
  expect(plainLine('  several\n words\r\n here ', 80)).toBe('several words here');
  expect(plainLine('0123456789', 10)).toBe('0123456789');
  expect(plainLine('0123456789a', 10)).toBe('012345678…');
  expect(plainLine('日本語のタイトル', 16)).toBe('日本語のタイトル');
  expect(plainLine('日本語のタイトル', 15)).toBe('日本語のタイト…');
  expect(columns(plainLine('日本語のタイトル', 14))).toBeLessThanOrEqual(14);
  expect(plainLine('x'.repeat(5_000_000), 20)).toBe(`${'x'.repeat(19)}…`);
});

test('width is what a terminal gives: two columns for wide characters and pictures, one for a letter with its accents', () => {
  expect(columns('äöü')).toBe(3);
  expect(columns('e\u0301')).toBe(1);
  expect(columns('日本')).toBe(4);
  expect(columns('👩‍👩‍👧!')).toBe(3);
  expect(padded('日本', 6)).toBe('日本  ');
});

test('a long line is wrapped between its words, and a wide one by its columns', () => {
  expect(wrapped('the quick brown fox jumps', 10)).toEqual(['the quick', 'brown fox', 'jumps']);
  expect(wrapped('0123456789abc', 5)).toEqual(['01234', '56789', 'abc']);
  expect(wrapped('日本語のとても', 5)).toEqual(['日本', '語の', 'とて', 'も']);
  expect(wrapped('', 5)).toEqual(['']);
  expect(wrapped('日本', 1)).toEqual(['日', '本']);
  expect(wrapped('語 '.repeat(300_000), 40).length).toBeGreaterThan(20_000);
});
