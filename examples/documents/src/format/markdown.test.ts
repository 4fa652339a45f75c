import { expect, test } from 'vitest';
import { analyze } from '../analyze/analyze.ts';
import { extract } from '../extract/extract.ts';
import type { ParsedDocument } from '../parse/document.ts';
import { aShippedDocument } from '../testing/shipped.ts';
import { markdownSections } from './markdown.ts';

const signal = new AbortController().signal;

async function markdownOf(document: ParsedDocument): Promise<string> {
  const analysis = await analyze(document, { signal, onProgress: () => undefined });
  const extraction = await extract(document, { language: analysis.language?.code, signal, onPage: () => undefined });
  return markdownSections({ document, analysis, extraction }).join('');
}

test('the invoice as Markdown, word for word', async () => {
  expect(await markdownOf(await aShippedDocument('rechnung.pdf'))).toMatchInlineSnapshot(`
    "# Rechnung 2026-0117

    PDF in German: 1 page, 107 words, 1 table; 1 minute to read.

    ## Summary

    > Sehr geehrte Frau Brandt, vielen Dank für Ihren Auftrag vom 02.02.2026.
    >
    > Wir haben die Plakate und Programmhefte für Ihr Sommerfest gedruckt und am 12.02.2026 an Ihre Adresse geliefert.
    >
    > Bei Fragen zu dieser Rechnung erreichen Sie uns unter rechnung@lindenhof-druck.example.

    ## Outline

    - Rechnung 2026-0117 (page 1)
      - Leistungen (page 1)
      - Zahlung (page 1)

    ## Dates

    - 2026-02-17: 17. Februar 2026
    - 2026-02-02: 02.02.2026
    - 2026-02-12: 12.02.2026
    - 2026-03-19: 19. März 2026

    ## Money

    - 2,40 € (page 1)
    - 360,00 € (page 1)
    - 1,15 € (page 1)
    - 920,00 € (page 1)
    - 75,00 € (page 1)
    - 450,00 € (page 1)
    - 1.730,00 € (page 1)
    - 2.058,70 € (page 1)

    ## Contacts and links

    - rechnung@lindenhof-druck.example

    ## Table: Leistungen

    | Leistung | Menge | Einzelpreis | Betrag |
    | --- | --- | --- | --- |
    | Plakate, A2, vierfarbig | 150 | 2,40 € | 360,00 € |
    | Programmhefte, 24 Seiten | 800 | 1,15 € | 920,00 € |
    | Gestaltung | 6 | 75,00 € | 450,00 € |
    | Summe |  |  | 1.730,00 € |
    "
  `);
});

test("a document's text never becomes markup", async () => {
  const document: ParsedDocument = {
    type: 'html',
    title: '# <script>alert(1)</script> [x](javascript:alert)',
    pages: 1,
    links: [],
    blocks: [
      { kind: 'heading', level: 1, text: '![x](https://spy.example/x.png)', page: 1 },
      {
        kind: 'table',
        page: 1,
        rows: [
          ['a|b', '`c`'],
          ['*d*', '<img src=x>'],
        ],
      },
    ],
  };
  const markdown = await markdownOf(document);
  expect(markdown).not.toMatch(/(?<!\\)<|(?<!\\)\[|(?<!\\)`/);
  expect(markdown).toContain('| a\\|b | \\`c\\` |');
  expect(markdown.split('\n')[0]).toBe('# \\# \\<script\\>alert(1)\\</script\\> \\[x\\](javascript:alert)');
});

test('long lists are cut short, and say how long they are', async () => {
  const blocks = Array.from({ length: 40 }, (_, at) => ({ kind: 'heading' as const, level: 2, text: `Part ${at}`, page: 1 }));
  const markdown = await markdownOf({ type: 'pdf', title: 'Long', pages: 1, links: [], blocks });
  expect(markdown).toContain('- Part 29 (page 1)\n- … and 10 more\n');
});
