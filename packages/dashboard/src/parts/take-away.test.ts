import { expect, test } from 'vitest';
import { takenAway } from './take-away.ts';

test('a text is taken as it is, and everything else as JSON, with its bytes as the API has them', () => {
  expect(takenAway('two\nlines')).toEqual({ text: 'two\nlines', extension: 'txt', type: 'text/plain' });
  const { text, extension } = takenAway({ n: 1, picture: new Uint8Array([1, 2, 255]) });
  expect([JSON.parse(text), extension]).toEqual([{ n: 1, picture: { $base64: 'AQL/' } }, 'json']);
  expect(takenAway(undefined).text).toBe('');
});

test('bytes may be many', () => {
  const bytes = new Uint8Array(1_000_000).fill(7);
  expect(Buffer.from(JSON.parse(takenAway(bytes).text)['$base64'], 'base64').equals(bytes)).toBe(true);
});
