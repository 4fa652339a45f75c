/** How much of a stream is kept: the latest, up to a number of bytes; what is older is let go. */

import { isBinary, measure } from '../protocol/measure.ts';
import type { StreamView } from './view.ts';

const unbounded = { maxMessageBytes: Infinity, maxDepth: Infinity, maxValues: Infinity, maxAttachments: Infinity };
/** What the smallest chunk takes: its place in the list and an object of its own. Bytes. */
const ownWeight = 40;

/** The last chunk is kept whatever it weighs. Linear in what is kept, so give it many at once. */
export function kept(
  { mode, data, bytes }: StreamView,
  more: readonly unknown[],
  mostBytes: number,
): { readonly data: readonly unknown[]; readonly bytes: number } {
  if (mode === 'replace') {
    const last = more.slice(-1);
    return { data: last, bytes: last.reduce<number>((sum, chunk) => sum + weightOf(chunk), 0) };
  }
  const all = [...data, ...more];
  let weight = bytes;
  for (const chunk of more) weight += weightOf(chunk);
  let first = 0;
  for (; weight > mostBytes && first < all.length - 1; first += 1) weight -= weightOf(all[first]);
  return { data: first === 0 ? all : all.slice(first), bytes: weight };
}

/** About what a chunk holds in memory, bytes. */
function weightOf(chunk: unknown): number {
  if (typeof chunk === 'string') return ownWeight + chunk.length;
  return ownWeight + (isBinary(chunk) ? chunk.byteLength : measure(chunk, unbounded).bytes);
}
