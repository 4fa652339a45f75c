import { describe, expect, test } from 'vitest';
import { TrigramModel } from './model.ts';
import { seeded } from './random.ts';
import { paragraphEnd, tokensOf } from './words.ts';

const text = 'The cat sat. The cat ran. The cat ran. A dog sat down. My dog ran home.\n\nIt ended.';
const likeliest = { temperature: 0, random: () => 0 };

function model(of = text): TrigramModel {
  return new TrigramModel(tokensOf(of));
}

/** How often each is drawn. */
function drawn(context: readonly string[], temperature: number): Record<string, number> {
  const choice = { temperature, random: seeded(1) };
  const cats = model();
  const counts: Record<string, number> = {};
  for (let at = 0; at < 3_000; at += 1) {
    const token = cats.next(context, choice);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts;
}

describe('what comes next', () => {
  test('is what most often followed the last two words', () => {
    expect(model().next(['The', 'cat'], likeliest)).toBe('ran');
    expect(model().next(['A', 'dog'], likeliest)).toBe('sat');
  });

  test('follows the last word alone, where the two never stood together', () => {
    expect(model().next(['My', 'cat'], likeliest)).toBe('ran');
    expect(model().next(['unheard', 'sat'], likeliest)).toBe('.');
  });

  test('is any word of the text, where the last one is unknown', () => {
    expect(model().next(['unheard', 'of'], likeliest)).toBe('.');
    expect(Object.keys(drawn(['of'], 1)).sort()).toEqual([...new Set(tokensOf(text))].sort());
  });

  test('begins as a paragraph does, where nothing was said', () => {
    expect(Object.keys(drawn([], 1)).sort()).toEqual(['It', 'The']);
  });

  test('is drawn as often as it stood there, at temperature 1', () => {
    const { ran = 0, sat = 0, ...others } = drawn(['The', 'cat'], 1);
    expect(others).toEqual({});
    expect(ran / sat).toBeGreaterThan(1.7);
    expect(ran / sat).toBeLessThan(2.3);
  });

  test('is more often the likeliest the lower the temperature is, and more even the higher', () => {
    const share = (temperature: number): number => (drawn(['The', 'cat'], temperature)['ran'] ?? 0) / 3_000;
    expect(share(0.2)).toBeGreaterThan(0.95);
    expect(share(2)).toBeLessThan(0.63);
    expect(share(0.01)).toBe(1);
  });

  test('leaves what it knows of two words now and then, so that it does not recite', () => {
    expect(drawn(['A', 'dog'], 1)['ran']).toBeGreaterThan(300);
    expect(drawn(['A', 'dog'], 1)['sat']).toBeGreaterThan(1_500);
  });
});

test('whatever the seed and the temperature, there is no word that the text has not got', () => {
  const cats = model();
  const known = new Set(tokensOf(text));
  for (let seed = 0; seed < 100; seed += 1) {
    const choice = { temperature: (seed % 21) / 10, random: seeded(seed) };
    const said = ['quite', 'unknown'];
    for (let at = 0; at < 100; at += 1) {
      const token = cats.next(said, choice);
      expect(known).toContain(token);
      said.push(token);
    }
  }
});

test('a word is known by any spelling, and told in the text’s own', () => {
  expect(model().known('CAT')).toBe('cat');
  expect(model().known('the')).toBe('The');
  expect(model().known('bird')).toBeUndefined();
});

test('the last word of a text has an end after it', () => {
  expect(model('one two').next(['one', 'two'], likeliest)).toBe(paragraphEnd);
});

test('a text without words teaches nothing', () => {
  expect(() => model('... !')).toThrow(RangeError);
});
