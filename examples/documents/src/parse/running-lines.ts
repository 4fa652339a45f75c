/** Finds the lines that a document repeats at the head or foot of its pages: they belong to the paper, not to the text. */

import { type Line, lineText } from './lines.ts';

export interface PageLines {
  readonly page: number;
  /** Points. */
  readonly height: number;
  readonly lines: readonly Line[];
}

/** Head and foot of a page, as a part of its height: less than the margin that most programs leave around the text. */
const edge = 0.075;
/** On fewer pages a repeated line may be a heading that happens to return. */
const fewestPages = 3;

/** The pages without them. Numbers count as equal: each page has its own. */
export function withoutRunningLines(pages: readonly PageLines[]): PageLines[] {
  const seen = new Map<string, number>();
  for (const page of pages) {
    for (const key of new Set(page.lines.filter((line) => isAtEdge(line, page)).map(keyOf)))
      seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const needed = Math.max(fewestPages, pages.length / 2);
  return pages.map((page) => {
    const lines = page.lines.filter((line) => !isAtEdge(line, page) || (seen.get(keyOf(line)) ?? 0) < needed);
    // A page that has nothing else says it for its own sake.
    return lines.length === 0 ? page : { ...page, lines };
  });
}

function isAtEdge({ y }: Line, { height }: PageLines): boolean {
  return y < height * edge || y > height * (1 - edge);
}

function keyOf(line: Line): string {
  return lineText(line).replaceAll(/\d+/g, '0');
}
