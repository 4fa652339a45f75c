/** A calm table: columns as wide as what stands in them, the one that gives way cut where the window ends, nothing cut in a pipe. */

import type { Paint, Style } from './paint.ts';
import { columns, plain, plainLine } from './plain.ts';

export interface Column {
  readonly title: string;
  /** It gives way where the window is too narrow. */
  readonly gives?: true;
  readonly isNumber?: true;
  /** Where much is missing it is left out, the lowest first. */
  readonly drops?: number;
}

export type Cell = string | { readonly text: string; readonly style: Style };

export interface Sheet {
  readonly width: number;
  readonly paint: Paint;
}

const gap = 2;
const narrowest = 6;
/** So much of what is too wide may be cut before a column is left out. */
const slack = 8;

export function tableLines(all: readonly Column[], full: readonly (readonly Cell[])[], { width, paint }: Sheet): string[] {
  const isUsed = used(all, full, width);
  const head = all.filter((_, at) => isUsed[at]);
  const rows = full.map((row) => row.filter((_, at) => isUsed[at]));
  const texts = rows.map((row) => row.map((cell) => plain(textOf(cell)).replaceAll(/\s+/g, ' ')));
  const widths = head.map(({ title }, at) => Math.max(columns(title), ...texts.map((row) => columns(row[at] ?? ''))));
  // The widest of those that give way gives first, so that none vanishes while another is long.
  for (let over = total(widths) - width; over > 0; over -= 1) {
    const widest = head.reduce((best, { gives }, at) => (gives && (widths[at] ?? 0) > (widths[best] ?? 0) ? at : best), -1);
    if (widest < 0 || (widths[widest] ?? 0) <= narrowest) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const line = (cells: readonly string[], styleOf: (at: number) => Style | undefined): string => {
    const parts = cells.map((text, at) => {
      const room = widths[at] ?? 0;
      const shown = plainLine(text, room);
      const style = styleOf(at);
      const styled = style === undefined ? shown : paint(style, shown);
      const blanks = ' '.repeat(Math.max(0, room - columns(shown)));
      if (head[at]?.isNumber) return blanks + styled;
      return at === cells.length - 1 ? styled : styled + blanks;
    });
    return parts.join(' '.repeat(gap)).trimEnd();
  };
  return [
    line(
      head.map(({ title }) => title),
      () => 'dim',
    ),
    ...texts.map((row, index) =>
      line(row, (at) => {
        const cell = rows[index]?.[at];
        return typeof cell === 'object' ? cell.style : undefined;
      }),
    ),
  ];
}

/** Which columns are shown: one in which nothing stands tells nothing, and others have no room. */
function used(head: readonly Column[], rows: readonly (readonly Cell[])[], width: number): boolean[] {
  const isUsed = head.map((_, at) => rows.length === 0 || rows.some((row) => textOf(row[at] ?? '') !== ''));
  const widthOf = (at: number): number =>
    Math.max(columns(head[at]?.title ?? ''), ...rows.map((row) => columns(plain(textOf(row[at] ?? '')))));
  const leaving = head.flatMap(({ drops }, at) => (drops === undefined || !isUsed[at] ? [] : [{ at, drops }]));
  for (const { at } of leaving.toSorted((one, other) => one.drops - other.drops)) {
    if (total(head.flatMap((_, one) => (isUsed[one] ? [widthOf(one)] : []))) <= width + slack) break;
    isUsed[at] = false;
  }
  return isUsed;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** The time of day, and the day where it is not today. */
export function timeText(ms: number, now: number): string {
  const then = new Date(ms);
  const time = then.toTimeString().slice(0, 8);
  if (then.toDateString() === new Date(now).toDateString()) return time;
  const day = `${then.getFullYear()}-${padded2(then.getMonth() + 1)}-${padded2(then.getDate())}`;
  return `${day} ${time}`;
}

function padded2(part: number): string {
  return String(part).padStart(2, '0');
}
