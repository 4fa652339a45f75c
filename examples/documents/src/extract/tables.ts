/** The tables of a document, as much of them as fits into a result. */

import type { ParsedDocument } from '../parse/document.ts';

export interface ExtractedTable {
  /** The heading it stands under. */
  readonly title: string;
  readonly page: number;
  readonly rows: readonly (readonly string[])[];
}

/** Of all tables together: about a third of what one message may hold, as JSON. */
const mostCharacters = 200_000;
const mostTables = 50;
/** Quotes, commas and brackets around a cell, and an empty one's too. */
const charactersOfCell = 4;

export function boundedTables({ blocks }: ParsedDocument): { readonly tables: ExtractedTable[]; readonly isCut: boolean } {
  const tables: ExtractedTable[] = [];
  let left = mostCharacters;
  let title = '';
  let isCut = false;
  for (const block of blocks) {
    if (block.kind === 'heading') title = block.text;
    if (block.kind !== 'table') continue;
    const rows = block.rows.filter((row) => {
      left -= row.reduce((sum, cell) => sum + cell.length + charactersOfCell, 0);
      return left >= 0;
    });
    if (rows.length < block.rows.length || tables.length >= mostTables) isCut = true;
    if (rows.length > 0 && tables.length < mostTables) tables.push({ title, page: block.page, rows });
  }
  return { tables, isCut };
}
