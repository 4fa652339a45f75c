/** Real documents in real threads: what ships with the example, what is broken, and what means harm. */

import { describe, expect, test } from 'vitest';
import { aPdf, aPdfOfPages, aPdfThatUnfolds } from '../testing/pdfs.ts';
import { aShippedDocument } from '../testing/shipped.ts';
import type { ParsedDocument } from './document.ts';
import { readDocument } from './read.ts';

const signal = new AbortController().signal;

async function read(bytes: Uint8Array, url?: string): Promise<ParsedDocument> {
  return await readDocument(url === undefined ? { bytes } : { bytes, url }, { signal, onPage: () => undefined });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('the annual report', () => {
  test('has its headings, on their pages and levels', async () => {
    const { type, title, pages, blocks } = await aShippedDocument('annual-report.pdf');
    expect({ type, title, pages }).toEqual({ type: 'pdf', title: 'Annual Report 2025', pages: 5 });
    const headings = blocks.flatMap((block) => (block.kind === 'heading' ? [`${block.page} ${block.level} ${block.text}`] : []));
    expect(headings).toEqual([
      '1 1 Annual Report 2025',
      '1 2 Letter from the chair',
      '2 2 What we produced',
      '2 3 Turbines',
      '2 3 Solar roofs',
      '3 2 What we earned',
      '3 3 Debt',
      '4 2 What comes next',
      '4 3 Costs of the second battery',
      '4 3 Risks',
      '5 2 General meeting and contact',
    ]);
  });

  test('has its tables row by row, cells of two lines made whole', async () => {
    const { blocks } = await aShippedDocument('annual-report.pdf');
    const [produced, , costs] = blocks.filter((block) => block.kind === 'table');
    expect(produced).toMatchObject({
      page: 2,
      rows: [
        ['Source', '2024 (MWh)', '2025 (MWh)', 'Change'],
        ['Wind turbines', '14,120', '16,210', '+14.8%'],
        ['Solar roofs', '4,890', '4,730', '-3.3%'],
        ['Biogas plant', '320', '520', '+62.5%'],
        ['Total', '19,330', '21,460', '+11.0%'],
      ],
    });
    expect(costs).toMatchObject({
      page: 4,
      rows: [
        ['Part', 'Supplier', 'Price'],
        ['Cells and racks', 'Voltaic Corp', '$1,640,000'],
        ['Converters', 'Northwind Services Ltd', '$420,000'],
        ['Foundations', 'Marsh & Sons', '$95,000'],
      ],
    });
  });

  test('has its paragraphs without the line at the foot of each page, and its links', async () => {
    const { blocks, links } = await aShippedDocument('annual-report.pdf');
    const texts = blocks.flatMap((block) => (block.kind === 'paragraph' ? [block.text] : []));
    expect(texts).toHaveLength(16);
    expect(texts.join('\n')).not.toMatch(/page \d of 5/);
    // Divided at its hyphen by the end of a line.
    expect(texts).toContain(
      'Questions about this report are answered by Dr. Amina Okafor, amina.okafor@northbay-energy.example, telephone 555 0142.',
    );
    expect(links).toEqual(['https://northbay-energy.example/figures']);
  });

  test('tells each page as it is read', async () => {
    const pages: string[] = [];
    const bytes = await aPdfOfPages(3, (page) => `Page ${page}`);
    await readDocument({ bytes }, { signal, onPage: (page, of) => pages.push(`${page} of ${of}`) });
    expect(pages).toEqual(['1 of 3', '2 of 3', '3 of 3']);
  });
});

test('the minutes have what stands in their main part, and links made whole', async () => {
  const { type, title, pages, blocks, links } = await aShippedDocument('minutes.html');
  expect({ type, title, pages }).toEqual({ type: 'html', title: 'Minutes of the harbour council', pages: 1 });
  expect(blocks.map(({ kind }) => kind).join(' ')).toBe(
    'heading paragraph heading paragraph paragraph table paragraph heading paragraph heading paragraph paragraph heading paragraph',
  );
  expect(blocks.find(({ kind }) => kind === 'table')).toMatchObject({
    rows: [
      ['Company', 'Price', 'Duration'],
      ['Delta Marine Ltd', '£412,000', '9 weeks'],
      ['Brightwater Group', '£389,500', '14 weeks'],
      ['Coastal Works Inc', '£455,000', '8 weeks'],
    ],
  });
  expect(links).toEqual([
    'mailto:harbour@northbay.example',
    'https://northbay.example/harbour/survey-2026.pdf',
    'https://tides.example/northbay',
  ]);
});

describe('what can not be read', () => {
  test.each([
    ['no bytes', 'empty_document', new Uint8Array()],
    ['a picture', 'unsupported_document', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['an Office document', 'unsupported_document', bytesOf('PK\u0003\u0004 and the rest')],
    ['plain text', 'unsupported_document', bytesOf('a < b, and nothing more')],
    ['a PDF that is only a header', 'broken_document', bytesOf('%PDF-1.7\n')],
    ['noise in the clothes of a PDF', 'broken_document', bytesOf(`%PDF-1.7\n${'obj << endobj ('.repeat(5_000)}`)],
    ['a page made by a script', 'empty_document', bytesOf('<html><div id="root"></div><script>draw()</script></html>')],
    ['a page without a bottom', 'broken_document', bytesOf(`<html>${'<div>'.repeat(300_000)}`)],
    ['a table without an end', 'document_too_large', bytesOf(`<table>${'<tr><td>a<td>b'.repeat(60_000)}`)],
  ])('%s is refused as %s', async (_, code, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: 'ConduitError', code });
  });

  test('a PDF with a password', async () => {
    const bytes = await aPdf((pdf) => pdf.text('secret'), { userPassword: 'open sesame', pdfVersion: '1.7' });
    await expect(read(bytes)).rejects.toMatchObject({ code: 'encrypted_document' });
  });

  test('a PDF of pictures', async () => {
    const bytes = await aPdf((pdf) => pdf.rect(100, 100, 200, 200).fill('teal'));
    await expect(read(bytes)).rejects.toMatchObject({ code: 'empty_document', message: expect.stringContaining('recognition') });
  });

  test('a PDF of more pages than a book', async () => {
    const bytes = await aPdfOfPages(501, () => 'x');
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'document_too_large',
      message: expect.stringContaining('501 pages'),
    });
  });

  test('a PDF that was cut off in the middle; one that lacks only its end is read', async () => {
    const whole = await aPdfOfPages(4, (page) => `Page ${page} of the whole`);
    const half = whole.subarray(0, whole.byteLength / 2);
    await expect(read(half)).rejects.toMatchObject({ code: 'broken_document', message: expect.stringContaining('sent whole') });
    const almost = await read(whole.subarray(0, whole.byteLength * 0.98));
    expect(almost.blocks).toHaveLength(4);
  });

  test('what takes too long', async () => {
    const bytes = await aPdfOfPages(2, () => 'x');
    const reading = readDocument({ bytes }, { signal, onPage: () => undefined, timeoutMs: 1 });
    await expect(reading).rejects.toMatchObject({ code: 'document_too_slow' });
  });
});

test('a reading that is stopped ends between two pages, with the reason of the stop', async () => {
  const stop = new AbortController();
  const bytes = await aPdfOfPages(400, (page) => `Page ${page} ${'and on '.repeat(200)}`);
  const pages: number[] = [];
  const onPage = (page: number): void => {
    pages.push(page);
    if (page === 3) stop.abort(new Error('told to stop'));
  };
  await expect(readDocument({ bytes }, { signal: stop.signal, onPage })).rejects.toThrow('told to stop');
  expect(pages.at(-1)).toBeLessThan(400);
});

test('the loop goes on while a document keeps its reader busy', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 5);
  await expect(read(aPdfThatUnfolds(150))).rejects.toMatchObject({ code: 'document_too_large' });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(50);
});
