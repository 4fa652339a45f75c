/** What the documents that ship with the example name, all of it. */

import { describe, expect, test } from 'vitest';
import type { ParsedDocument } from '../parse/document.ts';
import { aShippedDocument } from '../testing/shipped.ts';
import { type Extraction, extract } from './extract.ts';

const signal = new AbortController().signal;

async function extracted(document: ParsedDocument, language: string | undefined): Promise<Extraction> {
  return await extract(document, { language, signal, onPage: () => undefined });
}

function amounts({ money }: Extraction): string[] {
  return money.map(({ currency, amount, page }) => `${page}: ${currency} ${amount}`);
}

test('the annual report names its dates, once each and on their first page', async () => {
  const { dates } = await extracted(await aShippedDocument('annual-report.pdf'), 'en');
  expect(dates.map(({ date, page }) => `${page}: ${date}`)).toEqual([
    '1: 2025-01-01',
    '1: 2025-12-31',
    '1: 2025-06-14',
    '1: 2025-11-07',
    '2: 2025-03-03',
    '2: 2025-05-20',
    '3: 2025-09-30',
    '3: 2029-06-30',
    '4: 2026-04-13',
    '4: 2026-02',
    '5: 2026-06-13',
    '5: 2026-05-15',
  ]);
});

test('the annual report names its money, in its text and in its tables', async () => {
  const extraction = await extracted(await aShippedDocument('annual-report.pdf'), 'en');
  expect(amounts(extraction).slice(0, 6)).toEqual([
    '2: USD 310000',
    '3: USD 3420000',
    '3: USD 186500',
    '3: USD 2710000',
    '3: USD 896500',
    '3: USD 45',
  ]);
  expect(amounts(extraction)).toContain('3: USD -1090400');
  expect(amounts(extraction)).toContain('3: EUR 1200000');
  expect(amounts(extraction)).toHaveLength(20);
});

test('the annual report names people, organisations, addresses, and has three tables', async () => {
  const { names, emails, links, tables, isCut } = await extracted(await aShippedDocument('annual-report.pdf'), 'en');
  expect(names.filter(({ kind }) => kind === 'person')).toEqual([
    { name: 'Dr. Amina Okafor', kind: 'person', page: 1 },
    { name: 'Mr. Lars Lindqvist', kind: 'person', page: 1 },
    { name: 'Ms. Helen Marsh', kind: 'person', page: 1 },
  ]);
  expect(names.flatMap(({ name, kind }) => (kind === 'organisation' ? [name] : []))).toEqual([
    'Northbay Energy Cooperative',
    'Northwind Services Ltd',
    'Coastal Development Bank',
    'University of Northbay',
  ]);
  expect(emails).toEqual(['board@northbay-energy.example', 'amina.okafor@northbay-energy.example']);
  expect(links).toEqual(['https://northbay-energy.example/figures']);
  expect(tables.map(({ title, page, rows }) => `${page}: ${title} (${rows.length})`)).toEqual([
    '2: What we produced (5)',
    '3: What we earned (7)',
    '4: Costs of the second battery (4)',
  ]);
  expect(isCut).toBe(false);
});

test('the German invoice is read the continental way', async () => {
  const extraction = await extracted(await aShippedDocument('rechnung.pdf'), 'de');
  expect(extraction.dates.map(({ text, date }) => `${text} = ${date}`)).toEqual([
    '17. Februar 2026 = 2026-02-17',
    '02.02.2026 = 2026-02-02',
    '12.02.2026 = 2026-02-12',
    '19. März 2026 = 2026-03-19',
  ]);
  expect(amounts(extraction)).toEqual([
    '1: EUR 2.4',
    '1: EUR 360',
    '1: EUR 1.15',
    '1: EUR 920',
    '1: EUR 75',
    '1: EUR 450',
    '1: EUR 1730',
    '1: EUR 2058.7',
  ]);
  expect(extraction).toMatchObject({ emails: ['rechnung@lindenhof-druck.example'], names: [] });
});

test('the minutes name what stands behind their links too', async () => {
  const { emails, links, names } = await extracted(await aShippedDocument('minutes.html'), 'en');
  expect(emails).toEqual(['harbour@northbay.example']);
  expect(links).toEqual(['https://northbay.example/harbour/survey-2026.pdf', 'https://tides.example/northbay']);
  expect(names.map(({ name }) => name)).toEqual(['Ms. Helen Marsh', 'Captain Joseph Adeyemi', 'Delta Marine Ltd']);
});

describe('a document that names too much', () => {
  test('gives as much as fits into a result, and says so', async () => {
    const cell = 'x'.repeat(50);
    const document: ParsedDocument = {
      type: 'html',
      title: '',
      pages: 1,
      links: [],
      blocks: [
        ...Array.from({ length: 300 }, (_, at) => ({ kind: 'paragraph' as const, text: `It cost $${at}.`, page: 1 })),
        { kind: 'table', page: 1, rows: Array.from({ length: 5_000 }, () => [cell, cell]) },
      ],
    };
    const extraction = await extracted(document, 'en');
    expect(extraction.isCut).toBe(true);
    expect(extraction.money).toHaveLength(200);
    expect(JSON.stringify(extraction).length).toBeLessThan(300_000);
  });

  test('stops when told to', async () => {
    const stop = new AbortController();
    const document = await aShippedDocument('annual-report.pdf');
    const onPage = (page: number): void => void (page === 2 && stop.abort(new Error('told to stop')));
    await expect(extract(document, { language: 'en', signal: stop.signal, onPage })).rejects.toThrow('told to stop');
  });
});
