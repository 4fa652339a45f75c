/** With the real language model, on the documents that ship with the example. */

import { describe, expect, test } from 'vitest';
import type { ParsedDocument } from '../parse/document.ts';
import { aShippedDocument } from '../testing/shipped.ts';
import { type Analysis, analyze } from './analyze.ts';

const signal = new AbortController().signal;

async function analyzed(name: string): Promise<Analysis> {
  return await analyze(await aShippedDocument(name), { signal, onProgress: () => undefined });
}

function aDocument(texts: readonly string[]): ParsedDocument {
  return {
    type: 'html',
    title: '',
    pages: 1,
    blocks: texts.map((text) => ({ kind: 'paragraph', text, page: 1 })),
    links: [],
  };
}

describe('an English report', () => {
  test('is measured', async () => {
    expect(await analyzed('annual-report.pdf')).toMatchObject({
      language: { code: 'en', name: 'English' },
      words: 701,
      characters: 4040,
      readingMinutes: 3,
      headings: 11,
      paragraphs: 16,
      tables: 3,
    });
  });

  test('is about what it says often, in phrases where it says phrases', async () => {
    const { keyPhrases } = await analyzed('annual-report.pdf');
    expect(keyPhrases).toHaveLength(10);
    expect(keyPhrases.slice(0, 4)).toEqual([
      { phrase: 'electricity', count: 8 },
      { phrase: 'general meeting', count: 4 },
      { phrase: 'second battery', count: 4 },
      { phrase: 'solar roofs', count: 4 },
    ]);
  });

  test('is told by its own sentences, in their order', async () => {
    const { keySentences } = await analyzed('annual-report.pdf');
    expect(keySentences).toEqual([
      'Northbay Energy Cooperative owns wind turbines, solar roofs and one large battery on the coast of Northbay.',
      'The three turbines at Gull Point delivered more electricity than ever before, and for the first time the cooperative sold more electricity than its members used.',
      'The cooperative produced 21,460 megawatt-hours of electricity in 2025, which is eleven per cent more than in the year before.',
    ]);
  });

  test('has an outline', async () => {
    const { outline } = await analyzed('minutes.html');
    expect(outline.map(({ level, text }) => `${level} ${text}`)).toEqual([
      '1 Minutes of the harbour council',
      '2 Dredging of the channel',
      '2 Fees for visitors',
      '3 Exceptions',
      '2 Next meeting',
    ]);
  });
});

test('a German invoice is known as German, and gets no English phrases', async () => {
  expect(await analyzed('rechnung.pdf')).toMatchObject({
    language: { code: 'de', name: 'German' },
    words: 107,
    readingMinutes: 1,
    keyPhrases: [],
  });
});

test.each([
  ['fr', 'Le conseil du port se réunit demain soir à la mairie pour parler des bateaux qui restent dans la baie.'],
  ['es', 'El consejo del puerto se reúne mañana por la tarde en el ayuntamiento para hablar de los barcos de la bahía.'],
  ['ja', '港の会議は明日の夜に町役場で開かれます。漁船のことを話し合います。次の会議は来月です。港の会議は明日の夜です。'],
])('a text is known to be in the language %s', async (code, text) => {
  expect((await analyze(aDocument([text]), { signal, onProgress: () => undefined })).language?.code).toBe(code);
});

test('a text of a few words is in no language that one could name', async () => {
  const analysis = await analyze(aDocument(['OK 17']), { signal, onProgress: () => undefined });
  expect(analysis).toMatchObject({ language: null, words: 2, readingMinutes: 1, keySentences: [] });
});

test('a point after a title or a number ends no sentence', async () => {
  const sentence = 'On Monday Dr. Okafor showed the members of the board the turbines of the cooperative.';
  const text = `${sentence} The members liked the turbines. The board liked the members.`;
  expect((await analyze(aDocument([text]), { signal, onProgress: () => undefined })).keySentences).toEqual([sentence]);
});

describe('a long text', () => {
  const long = aDocument([
    'The sea rises. '.repeat(20_000),
    ...Array.from({ length: 2_000 }, (_, at) => `The boat of ${at} returns. It leaves.`),
  ]);

  test('tells how much of it is done, upwards and not too often', async () => {
    const fractions: number[] = [];
    await analyze(long, { signal, onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
    expect(fractions.length).toBeGreaterThan(40);
    expect(fractions.length).toBeLessThanOrEqual(50);
    expect(fractions.at(-1)).toBeGreaterThan(0.95);
  });

  test('leaves the loop its turns, and stops when told to', async () => {
    const stop = new AbortController();
    const running = analyze(long, { signal: stop.signal, onProgress: () => undefined });
    setImmediate(() => stop.abort());
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});
