/** A calm table: columns as wide as what stands in them, the one that gives way cut where the window ends, nothing cut in a pipe. */

import type { Paint, Style } from './paint.ts';
import { columns, plain, plainLine } from './plain.ts';

export interface Column {
  readonly title: string;
  /** It gives way where the window is too narrow. */
  readonly gives?: true;
  readonly isNumber?: true;
}

export type Cell = string | { readonly text: string; readonly style: Style };

export interface Sheet {
  readonly width: number;
  readonly paint: Paint;
}

const gap = 2;
const narrowest = 6;

export function tableLines(all: readonly Column[], full: readonly (readonly Cell[])[], { width, paint }: Sheet): string[] {
  // A column in which nothing stands tells nothing.
  const isUsed = all.map((_, at) => full.length === 0 || full.some((row) => textOf(row[at] ?? '') !== ''));
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
