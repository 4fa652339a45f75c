/** Makes headings, paragraphs and tables of a document's lines, by the size of the letters and the distance of the lines. */

import { type Block, tidy } from './document.ts';
import { type Line, lineText } from './lines.ts';
import type { PageLines } from './running-lines.ts';
import { cellsOf, tableAt } from './tables.ts';

/** Letters that are larger than the text by this are a heading's. */
const headingSize = 1.12;
const longestHeading = 200;
/** Code within a text is a little smaller, a footnote or a caption much. */
const otherSize = 1.18;
/** Lines that are further apart, in units of the letter's size, belong to two paragraphs. */
const paragraphGap = 1.75;
/** A mark or a number, as items of lists begin. */
const itemStart = /^(?:[•◦▪‣·–*-]|\d{1,3}[.)]|[a-z]\))\s/u;

/** What begins a paragraph, and the lines that have been joined to it. */
interface Open {
  readonly lines: string[];
  readonly page: number;
  readonly size: number;
  /** Whether it is the first of a page or a column. */
  readonly isAtTop: boolean;
  y: number;
}

export function blocksOf(pages: readonly PageLines[]): Block[] {
  const bodySize = commonSize(pages);
  const levels = headingLevels(pages, bodySize);
  const blocks: Block[] = [];
  for (const { page, lines } of pages) {
    let open: Open | undefined;
    let above = 0;
    const close = (): void => {
      if (open !== undefined) addText(blocks, open, levels);
      open = undefined;
    };
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at];
      if (line === undefined) continue;
      const table = tableAt(lines, at);
      if (table !== undefined) {
        close();
        blocks.push({ kind: 'table', rows: cellsOf(table.rows), page });
        at += table.lines - 1;
      } else if (open !== undefined && belongs(open, line, levels)) {
        open.lines.push(lineText(line));
        open.y = line.y;
      } else {
        close();
        open = { lines: [lineText(line)], page, size: roundedSize(line), isAtTop: line.y > above, y: line.y };
      }
      above = lines[at]?.y ?? 0;
    }
    close();
  }
  return blocks;
}

function addText(blocks: Block[], { lines, page, size, isAtTop }: Open, levels: readonly number[]): void {
  const text = tidy(joined(lines));
  if (text === '') return;
  const level = levels.indexOf(size) + 1;
  if (level > 0 && text.length <= longestHeading)
    return void blocks.push({ kind: 'heading', level: Math.min(level, 6), text, page });
  const last = blocks.at(-1);
  // A sentence that goes on after the turn of a page or a column.
  if (last?.kind === 'paragraph' && isAtTop && !/[.!?:…”"')\]]$/u.test(last.text) && /^\p{Ll}/u.test(text)) {
    blocks[blocks.length - 1] = { ...last, text: joined([last.text, text]) };
  } else {
    blocks.push({ kind: 'paragraph', text, page });
  }
}

function belongs(open: Open, line: Line, levels: readonly number[]): boolean {
  const gap = open.y - line.y;
  const size = roundedSize(line);
  const isAlike =
    levels.indexOf(size) === levels.indexOf(open.size) && Math.max(size, open.size) < otherSize * Math.min(size, open.size);
  return isAlike && gap > 0 && gap < paragraphGap * open.size && !itemStart.test(lineText(line));
}

/** Words that were divided at the end of a line become whole; an address keeps the hyphen that is its own. */
function joined(lines: readonly string[]): string {
  return lines.map((line, at) => withEnd(line, lines[at + 1])).join('');
}

function withEnd(line: string, below: string | undefined): string {
  if (below === undefined) return line;
  const divided = /(\S+)-$/u.exec(line.slice(-longestWord))?.[1];
  if (divided === undefined || !/^\p{Ll}/u.test(below)) return `${line} `;
  return /^[\p{L}(„“"']+$/u.test(divided) ? line.slice(0, -1) : line;
}

const longestWord = 80;

/** The size that most of the letters have. */
function commonSize(pages: readonly PageLines[]): number {
  const letters = new Map<number, number>();
  for (const { lines } of pages) {
    for (const line of lines) letters.set(roundedSize(line), (letters.get(roundedSize(line)) ?? 0) + lineText(line).length);
  }
  const [most] = [...letters].sort(([, one], [, other]) => other - one);
  return most?.[0] ?? 0;
}

/** The sizes of headings, the largest first. */
function headingLevels(pages: readonly PageLines[], bodySize: number): number[] {
  const sizes = new Set(pages.flatMap(({ lines }) => lines.map(roundedSize)));
  return [...sizes].filter((size) => size > bodySize * headingSize).sort((one, other) => other - one);
}

/** Half points: the same letters come out a little different from line to line. */
function roundedSize({ size }: Line): number {
  return Math.round(size * 2) / 2;
}
