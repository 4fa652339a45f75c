/** The documents that ship with the example, read for real. */

import type { ParsedDocument } from '../parse/document.ts';
import { readDocument } from '../parse/read.ts';
import { getDocument } from '../source/source.ts';

const signal = new AbortController().signal;

export async function aShippedDocument(name: string): Promise<ParsedDocument> {
  const raw = await getDocument({ url: `document:${name}` }, { signal, onBytes: () => undefined });
  return await readDocument(raw, { signal, onPage: () => undefined });
}
