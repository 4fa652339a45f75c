/** Real pictures by real threads. */

import { describe, expect, test } from 'vitest';
import type { Understanding } from '../understand.ts';
import { height, width } from './page.ts';
import { pictures } from './pictures.ts';
import { render } from './render.ts';

const signal = new AbortController().signal;
const figure = { value: '46%', number: '46%', unit: '', context: 'The Sun does the same with 46% of its strength', share: 0.46 };

const usual: Understanding = {
  title: 'The clock in the water',
  source: 'example.com',
  sentences: ['The sea rises and falls twice a day.', 'The cause is gravity.'],
  figures: [figure, { value: '16 metres', number: '16', unit: 'metres', context: 'Its range reaches 16 metres' }],
  words: [{ word: 'tide', count: 12 }],
  wordCount: 700,
};
const hostile: Understanding = {
  title: `<script>&"' ${'w'.repeat(400)}\u0000\u001b`,
  source: 'x'.repeat(300),
  sentences: Array.from({ length: 4 }, () => '</svg><image href="file:///etc/hosts"/> '.repeat(30)),
  figures: Array.from({ length: 5 }, () => ({
    ...figure,
    number: '9'.repeat(60),
    unit: 'µ<&>'.repeat(40),
    context: 'a '.repeat(900),
  })),
  words: Array.from({ length: 10 }, () => ({ word: '<&>'.repeat(40), count: 0 })),
  wordCount: 1e9,
};
const empty: Understanding = { title: '', source: '', sentences: [], figures: [], words: [], wordCount: 0 };

describe.each(pictures)('the picture "$id"', ({ draw }) => {
  test.each([
    ['an article', usual],
    ['an article that means harm', hostile],
    ['an article that says nothing', empty],
  ])('of %s is a PNG of its size', async (_, article) => {
    const steps: string[] = [];
    const picture = await render(draw(article), signal, (step) => steps.push(step));
    expect(picture.png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    expect([picture.png.readUInt32BE(16), picture.png.readUInt32BE(20)]).toEqual([width, height]);
    expect(picture).toMatchObject({ width, height });
    // One message of the protocol carries it.
    expect(picture.png.byteLength).toBeLessThan(1024 ** 2);
    expect(steps).toEqual(['laid out', 'rasterised']);
  });
});

test('text of an article never becomes markup', () => {
  for (const { draw } of pictures) expect(draw(hostile)).not.toMatch(/<script|<image|\p{Cc}(?<!\n)/u);
});

test('the loop goes on while pictures are drawn', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 5);
  await Promise.all(pictures.map(async ({ draw }) => await render(draw(usual), signal, () => {})));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test('a drawing that is stopped rejects, and gives its place to the next', async () => {
  const stop = new AbortController();
  const stopped = Array.from(
    { length: 6 },
    async () => await render('<svg xmlns="http://www.w3.org/2000/svg"/>', stop.signal, () => {}),
  );
  stop.abort();
  for (const outcome of await Promise.allSettled(stopped)) expect(outcome.status).toBe('rejected');
  const [first] = pictures;
  expect((await render(first?.draw(usual) ?? '', signal, () => {})).width).toBe(width);
});
