/** The last step: a summary of a document in Markdown, written section by section so that a reader can begin before the end. */

import type { Analysis } from '../analyze/analyze.ts';
import type { Extraction } from '../extract/extract.ts';
import type { ExtractedTable } from '../extract/tables.ts';
import type { ParsedDocument } from '../parse/document.ts';

interface Processed {
  readonly document: Pick<ParsedDocument, 'type' | 'title' | 'pages'>;
  readonly analysis: Analysis;
  readonly extraction: Extraction;
}

/** A summary shows the beginning of long lists; the extraction has all of them. */
const most = { outline: 30, items: 15, rows: 20, tables: 5 } as const;

/** Joined, they are the whole; a section without content is none. */
export function markdownSections({ document, analysis, extraction }: Processed): string[] {
  const { dates, money, emails, links, names, tables } = extraction;
  const people = names.filter(({ kind }) => kind === 'person').map(({ name }) => name);
  const organisations = names.filter(({ kind }) => kind === 'organisation').map(({ name }) => name);
  return [
    `# ${escaped(document.title || 'Untitled document')}\n\n`,
    `${facts(document, analysis)}\n`,
    section('Summary', analysis.keySentences.map((sentence) => `> ${escaped(sentence)}\n`).join('>\n')),
    section('About', analysis.keyPhrases.map(({ phrase, count }) => `${escaped(phrase)} (${count})`).join(', ')),
    section('Outline', outline(analysis)),
    section('Dates', list(dates.map(({ text, date }) => (date === undefined ? text : `${date}: ${text}`)))),
    section('Money', list(money.map(({ text, page }) => `${text} (page ${page})`))),
    section('People', list(people)),
    section('Organisations', list(organisations)),
    section('Contacts and links', list([...emails, ...links])),
    ...tables.slice(0, most.tables).map((table) => section(`Table: ${table.title || `page ${table.page}`}`, tableOf(table))),
  ].filter((text) => text !== '');
}

function facts({ type, pages }: Processed['document'], { language, words, readingMinutes, tables }: Analysis): string {
  const inLanguage = language === null ? '' : ` in ${language.name}`;
  const amount = [counted(pages, 'page'), counted(words, 'word'), counted(tables, 'table')].join(', ');
  return `${type.toUpperCase()}${inLanguage}: ${amount}; ${counted(readingMinutes, 'minute')} to read.`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

function outline({ outline: entries }: Analysis): string {
  const shown = entries.slice(0, most.outline);
  const top = Math.min(...shown.map(({ level }) => level));
  const lines = shown.map(({ level, text, page }) => `${'  '.repeat(level - top)}- ${escaped(text)} (page ${page})`);
  return [...lines, ...rest(entries.length - shown.length)].join('\n');
}

function list(items: readonly string[]): string {
  const shown = items.slice(0, most.items).map((item) => `- ${escaped(item)}`);
  return [...shown, ...rest(items.length - shown.length)].join('\n');
}

function tableOf({ rows }: ExtractedTable): string {
  const [head = [], ...body] = rows;
  const shown = body.slice(0, most.rows);
  const lines = [head, head.map(() => '---'), ...shown].map((row) => `| ${row.map(cell).join(' | ')} |`);
  return [...lines, ...rest(body.length - shown.length).map((line) => `\n${line}`)].join('\n');
}

function rest(count: number): string[] {
  return count > 0 ? [`- … and ${count} more`] : [];
}

function cell(text: string): string {
  return text === '---' ? text : escaped(text).slice(0, 300);
}

function section(title: string, content: string): string {
  return content.trim() === '' ? '' : `\n## ${escaped(title)}\n\n${content.trimEnd()}\n`;
}

/** A document's text stays text: no markup of its own, no HTML, no pictures from elsewhere. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`);
}
