/** With the real language model, on the articles of the example and on sentences of one's own. */

import { describe, expect, test } from 'vitest';
import { readArticle } from './article.ts';
import { fetchPage } from './fetch-page.ts';
import { type Figure, figuresOf } from './figure.ts';
import { readSentences } from './language.ts';
import { type Understanding, understand } from './understand.ts';

const signal = new AbortController().signal;

async function understood(name: string): Promise<Understanding> {
  const page = await fetchPage(`article:${name}`, { signal, onProgress: () => {} });
  return await understand(readArticle(page), { signal, onProgress: () => {} });
}

async function figuresIn(text: string): Promise<Figure[]> {
  return (await readSentences([text], { signal, onProgress: () => {} })).flatMap(figuresOf);
}

describe('an article', () => {
  test('is told by four of its own sentences, none of which needs another one', async () => {
    const { sentences } = await understood('tides');
    expect(sentences).toHaveLength(4);
    expect(sentences.join(' ')).toContain('160 billion tonnes of water');
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z](?!hey |t |ut ).*\.$/);
  });

  test('is told by figures with their units and the words around them', async () => {
    const { figures } = await understood('tides');
    expect(figures).toContainEqual({
      value: '160 billion tonnes',
      number: '160 billion',
      unit: 'tonnes',
      context: 'Every tide moves 160 billion tonnes of water through its mouth',
    });
    expect(figures.find(({ value }) => value === '11%')).toMatchObject({ share: 0.11 });
  });

  test('is told by its words, names written as names', async () => {
    const { words } = await understood('tides');
    expect(words.slice(0, 4).map(({ word }) => word)).toEqual(['tide', 'water', 'Earth', 'Moon']);
    expect(words.map(({ count }) => count)).toEqual(words.map(({ count }) => count).sort((one, other) => other - one));
  });

  test('is understood the same way every time', async () => {
    expect(await understood('reefs')).toEqual(await understood('reefs'));
  });

  test('of one short sentence still says something', async () => {
    const article = { url: 'https://example.com/', title: 'Short', paragraphs: ['It rains.'] };
    expect(await understand(article, { signal, onProgress: () => {} })).toMatchObject({
      sentences: ['It rains.'],
      figures: [],
      source: 'example.com',
    });
  });

  test('that is long leaves the loop its turns, and stops when told to', async () => {
    const stop = new AbortController();
    const article = {
      url: 'https://example.com/',
      title: 'Long',
      paragraphs: Array.from({ length: 500 }, () => 'The sea rises. It falls again.'),
    };
    const running = understand(article, { signal: stop.signal, onProgress: () => {} });
    setImmediate(() => stop.abort());
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a figure', () => {
  test.each([
    ['The stream runs at 5 metres per second.', '5 metres per second'],
    ['Electricity costs about $240 per megawatt-hour today.', '$240 per megawatt-hour'],
    ['The whole was built for about €400 million.', '€400 million'],
    ['Four turbines have produced more than 60 gigawatt-hours in all.', '60 gigawatt-hours'],
    ['There are 280,000 square kilometres of reef.', '280,000 square kilometres'],
    ['The day grows longer by 2.3 milliseconds every century.', '2.3 milliseconds'],
    ['The price has fallen by 40% since then.', '40%'],
  ])('is read with its unit: %s', async (sentence, value) => {
    expect((await figuresIn(sentence)).map((figure) => figure.value)).toContain(value);
  });

  test.each(['It opened in 1966.', 'The station has worked since 2018.', 'She bought 7.'])(
    'is not every number: %s',
    async (sentence) => {
      expect(await figuresIn(sentence)).toEqual([]);
    },
  );

  test('keeps its number in a context that had to be cut', async () => {
    const sentence = `The harbour that was built by the fishermen of the old town ${'and of the villages around it '.repeat(4)}holds 4,500 boats.`;
    const [figure] = await figuresIn(sentence);
    expect(figure?.context).toContain('4,500');
    expect(figure?.context.length).toBeLessThan(110);
  });
});
