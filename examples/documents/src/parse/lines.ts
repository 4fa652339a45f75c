/** Puts the pieces of text that a PDF page holds together as lines: pieces on one base line, with gaps where columns are. */

/** A piece of text where the page puts it, as PDF.js gives it; lengths in points, the origin at the bottom left. */
export interface Piece {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly size: number;
}

/** Text without a gap: a whole line of a paragraph, or one cell of a row. */
export interface Cell {
  text: string;
  readonly x: number;
  end: number;
}

export interface Line {
  readonly y: number;
  /** Of its longest piece: an item's mark is often smaller than its text. */
  readonly size: number;
  readonly cells: readonly Cell[];
}

interface OpenLine {
  readonly y: number;
  size: number;
  /** Letters of the longest piece. */
  longest: number;
  readonly cells: Cell[];
}

/** Wider than any space between words, narrower than what divides columns; in units of the letter's size. */
const columnGap = 1.2;
/** Where no space was written, a gap of this is one. */
const spaceGap = 0.18;
/** Raised and lowered letters, footnote numbers above all, belong to their line. */
const sameLine = 0.4;

/** A row's cell may have so many lines of its own before the next cell comes, back at the height of the first. */
const tallestRow = 6;

/** In the order in which the page holds them, which is that of reading, two columns included. */
export function linesOf(pieces: readonly Piece[]): Line[] {
  const lines: OpenLine[] = [];
  for (const piece of pieces) {
    if (piece.text.trim() === '') continue;
    const line = lines.slice(-tallestRow).findLast((one) => isOn(one, piece));
    if (line === undefined) {
      lines.push({ y: piece.y, size: piece.size, longest: piece.text.length, cells: [cellOf(piece)] });
      continue;
    }
    addTo(line.cells, piece, line.size);
    if (piece.text.length > line.longest) {
      line.size = piece.size;
      line.longest = piece.text.length;
    }
  }
  return lines;
}

function addTo(cells: Cell[], piece: Piece, size: number): void {
  const last = cells.at(-1);
  const gap = piece.x - (last?.end ?? 0);
  if (last === undefined || gap > columnGap * size) return void cells.push(cellOf(piece));
  last.text += (gap > spaceGap * size && !last.text.endsWith(' ') ? ' ' : '') + piece.text;
  last.end = Math.max(last.end, piece.x + piece.width);
}

export function lineText({ cells }: Line): string {
  return cells.map(({ text }) => text.trim()).join(' ');
}

function isOn({ y, size, cells }: Line, piece: Piece): boolean {
  return Math.abs(y - piece.y) < sameLine * Math.max(size, piece.size) && piece.x > (cells.at(-1)?.end ?? 0) - size;
}

function cellOf({ text, x, width }: Piece): Cell {
  return { text, x, end: x + width };
}
