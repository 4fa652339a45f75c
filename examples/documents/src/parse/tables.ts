/** Finds tables among lines: rows that follow each other and have their cells in the same columns. */

import type { Cell, Line } from './lines.ts';

interface Column {
  from: number;
  to: number;
}

interface FoundTable {
  readonly rows: readonly Line[];
  /** How many lines it takes. */
  readonly lines: number;
}

/** The table that begins at this line, if one does: at least two rows of at least two columns. */
export function tableAt(lines: readonly Line[], at: number): FoundTable | undefined {
  const rows: Line[] = [];
  let taken = 0;
  for (const line of lines.slice(at, at + mostLines)) {
    const above = rows.at(-1);
    if (above !== undefined && isRestOf(above, line)) rows[rows.length - 1] = withRest(above, line);
    else if (line.cells.length >= 2 && (above === undefined || continues(above, line))) rows.push(line);
    else break;
    taken += 1;
  }
  return rows.length >= 2 && columnsOf(rows).length >= 2 ? { rows, lines: taken } : undefined;
}

/** The cells of each row in the columns of the whole table. */
export function cellsOf(rows: readonly Line[]): string[][] {
  const columns = columnsOf(rows);
  return rows.map(({ cells }) => {
    const texts = columns.map(() => '');
    for (const { text, x } of cells) {
      const at = columns.findLastIndex(({ from }) => x >= from);
      texts[at] = texts[at] === '' ? text.trim() : `${texts[at]} ${text.trim()}`;
    }
    return texts;
  });
}

/** More on one page than a printer could draw. */
const mostLines = 400;
/** Rows that are further apart, in units of the letter's size, are two tables. */
const rowGap = 4;

function continues(above: Line, line: Line): boolean {
  const gap = above.y - line.y;
  return gap > 0 && gap < rowGap * above.size;
}

/** The further lines of cells whose text was too long for one; the first column always begins a row. */
function isRestOf(above: Line, line: Line): boolean {
  return (
    continues(above, line) &&
    line.cells.length < above.cells.length &&
    line.cells.every((cell) => above.cells.slice(1).some((other) => aligns(cell, other)))
  );
}

function withRest(above: Line, line: Line): Line {
  const cells = above.cells.map((cell) => {
    const rest = line.cells.find((other) => aligns(other, cell));
    return rest === undefined
      ? cell
      : {
          ...cell,
          text: `${cell.text.trim()} ${rest.text.trim()}`,
          x: Math.min(cell.x, rest.x),
          end: Math.max(cell.end, rest.end),
        };
  });
  return { ...above, y: line.y, cells };
}

/** Left, right or in the middle, within two points. */
function aligns(one: Cell, other: Cell): boolean {
  const [left, right] = [one.x - other.x, one.end - other.end];
  return Math.min(Math.abs(left), Math.abs(right), Math.abs(left + right) / 2) < 2;
}

/** Cells that share any part of the width share a column, however they are aligned. */
function columnsOf(rows: readonly Line[]): Column[] {
  const cells: readonly Cell[] = rows.flatMap((row) => row.cells).sort((one, other) => one.x - other.x);
  const columns: Column[] = [];
  for (const { x, end } of cells) {
    const last = columns.at(-1);
    if (last !== undefined && x < last.to) last.to = Math.max(last.to, end);
    else columns.push({ from: x, to: end });
  }
  return columns;
}
