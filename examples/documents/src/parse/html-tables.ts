/** The tables of a page while its elements open and close. A table within a cell is part of that cell's text. */

interface OpenTable {
  readonly rows: string[][];
  row: string[] | undefined;
  cell: string | undefined;
}

export class HtmlTables {
  #depth = 0;
  #table: OpenTable | undefined;

  /** Whether text that comes now is a cell's; a caption stands in none. */
  get isInCell(): boolean {
    return this.#table?.cell !== undefined;
  }

  open(name: string): void {
    if (name === 'table') {
      this.#depth += 1;
      this.#table ??= { rows: [], row: undefined, cell: undefined };
    }
    if (this.#depth !== 1 || this.#table === undefined) return;
    if (name === 'tr') this.#table.row = [];
    if (name === 'td' || name === 'th') this.#table.cell = '';
  }

  text(text: string): void {
    if (this.#table?.cell !== undefined) this.#table.cell += text;
  }

  /** The rows of a table that has just ended. */
  close(name: string): string[][] | undefined {
    if (this.#table === undefined) return undefined;
    if (this.#depth === 1) this.#closeIn(this.#table, name);
    if (name !== 'table') return undefined;
    this.#depth -= 1;
    if (this.#depth > 0) return undefined;
    const { rows } = this.#table;
    this.#table = undefined;
    return evened(rows);
  }

  #closeIn(table: OpenTable, name: string): void {
    if ((name === 'td' || name === 'th') && table.cell !== undefined) {
      table.row?.push(table.cell);
      table.cell = undefined;
    }
    if (name === 'tr' && table.row !== undefined) {
      if (table.row.length > 0) table.rows.push(table.row);
      table.row = undefined;
    }
  }
}

/** More columns nobody reads; a page may claim any number in one row, and would have all the others padded to it. */
const mostColumns = 50;

function evened(rows: readonly string[][]): string[][] {
  const width = Math.min(mostColumns, Math.max(0, ...rows.slice(0, 1_000).map(({ length }) => length)));
  return rows.map((row) => Array.from({ length: width }, (_, at) => row[at] ?? ''));
}
