/** Breaks text into lines as a typesetter would: nothing leaves its column, and no word stands alone on the last line. */

import { textWidth, type Weight } from './font.ts';

export interface Column {
  readonly size: number;
  readonly weight?: Weight;
  /** How wide a line may be, in pixels. */
  readonly room: number;
  /** Lines beyond these are cut, and the last one ends in an ellipsis. */
  readonly most?: number;
}

export interface Fitted {
  readonly size: number;
  readonly lines: readonly string[];
}

export function breakLines(text: string, column: Column): string[] {
  const lines = greedy(text, column);
  const { most = Number.POSITIVE_INFINITY, room } = column;
  if (lines.length > most) return cut(lines, { ...column, most });
  // The narrowest column with as many lines is the balanced one; a quarter of that way is enough against a lonely word.
  for (const share of [0.97, 0.94, 0.91, 0.88, 0.85]) {
    const last = lines.at(-1) ?? '';
    if (lines.length === 1 || textWidth(last, column) > room * 0.3) return lines;
    const narrower = greedy(text, { ...column, room: room * share });
    if (narrower.length > lines.length) return lines;
    lines.splice(0, lines.length, ...narrower);
  }
  return lines;
}

/** The largest of the sizes at which the text needs at most `most` lines, and at most `height` with its leading. */
export function fit(
  text: string,
  column: Omit<Column, 'size'> & { readonly sizes: readonly number[]; readonly height?: number; readonly leading?: number },
): Fitted {
  const { sizes, most = Number.POSITIVE_INFINITY, height = Number.POSITIVE_INFINITY, leading = 1.25 } = column;
  const { most: _, ...endless } = column;
  for (const size of sizes) {
    const lines = breakLines(text, { ...endless, size });
    if (lines.length <= most && lines.length * size * leading <= height) return { size, lines };
  }
  const size = sizes.at(-1) ?? 24;
  const lowest = Math.max(1, Math.floor(height / (size * leading)));
  return { size, lines: breakLines(text, { ...endless, size, most: Math.min(most, lowest) }) };
}

function greedy(text: string, column: Column): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((one) => pieces(one, column))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || textWidth(longer, column) <= column.room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A word wider than the column, an address for example, is broken where the column ends. */
function pieces(word: string, column: Column): string[] {
  if (textWidth(word, column) <= column.room) return [word];
  const parts = [''];
  for (const character of word) {
    const longer = `${parts.at(-1)}${character}`;
    if (textWidth(longer, column) <= column.room || longer.length === 1) parts[parts.length - 1] = longer;
    else parts.push(character);
  }
  return parts;
}

function cut(lines: readonly string[], column: Column & { readonly most: number }): string[] {
  let last = lines[column.most - 1] ?? '';
  while (last.includes(' ') && textWidth(`${last}…`, column) > column.room) last = last.slice(0, last.lastIndexOf(' '));
  return [...lines.slice(0, column.most - 1), `${last.replace(/[\s.,;:–-]+$/, '')}…`];
}
