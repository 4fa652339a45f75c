/** A document as pieces of text of a bounded length: no step has to swallow a whole book that somebody wrote as one paragraph. */

import type { Block, ParsedDocument } from './parse/document.ts';

export interface Passage {
  readonly kind: Block['kind'];
  readonly text: string;
  readonly page: number;
}

const longest = 2_000;

/** In the order of reading: headings, parts of paragraphs, cells. */
export function passagesOf({ blocks }: ParsedDocument): Passage[] {
  return blocks.flatMap((block) => {
    const texts = block.kind === 'table' ? block.rows.flat().filter((cell) => cell !== '') : [block.text];
    return texts.flatMap(parts).map((text) => ({ kind: block.kind, text, page: block.page }));
  });
}

/** Cut after a sentence where there is one, at a space otherwise. */
function parts(text: string): string[] {
  const all: string[] = [];
  let from = 0;
  while (text.length - from > longest) {
    const window = text.slice(from, from + longest);
    const sentence = Math.max(window.lastIndexOf('. '), window.lastIndexOf('。'));
    const end = sentence > longest / 2 ? sentence + 1 : Math.max(window.lastIndexOf(' '), 0) || longest;
    all.push(window.slice(0, end).trim());
    from += end;
  }
  all.push(text.slice(from).trim());
  return all.filter((part) => part !== '');
}
