import { expect, test } from 'vitest';
import { isWord, spelled, tokensOf } from './words.ts';

test('a text is words, marks and ends of paragraphs, without its quotation marks', () => {
  expect(tokensOf('"Mr. Bennet\'s well-known _joke_," said she;\nno--stop!\n\n\nNext')).toEqual([
    ...['Mr.', "Bennet's", 'well-known', 'joke', ',', 'said', 'she', ';', 'no', '--', 'stop', '!', '\n\n', 'Next'],
  ]);
});

test('words are told from marks', () => {
  expect(tokensOf('Où, in 1813?\n\nYes -- Mrs.').filter(isWord)).toEqual(['Où', 'in', '1813', 'Yes', 'Mrs.']);
});

test('tokens that are put together again are the text', () => {
  const text = 'It is a truth, Mr. Long: he -- a single man -- came!\n\nWhy? Nobody knew.';
  const tokens = tokensOf(text);
  expect(tokens.map((token, at) => spelled(token, tokens[at - 1])).join('')).toBe(text);
});
