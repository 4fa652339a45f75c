/** The second picture: the key sentences, numbered, as large as the page allows. */

import type { Understanding } from '../understand.ts';
import { breakLines } from './lines.ts';
import { body, margin, pageOf, palettes, room, textAt } from './page.ts';

const palette = palettes.sand;
const indent = 124;
const leading = 1.36;
const radius = 38;
/** Never less between two points, however much they say. */
const smallestGap = 44;

export function keyPoints({ sentences, source }: Understanding): string {
  const { size, points } = largest(sentences);
  const heights = points.map((lines) => heightOf(lines, size));
  const free = body.bottom - body.top - heights.reduce((sum, one) => sum + one, 0);
  const gap = Math.min(96, free / Math.max(1, points.length));
  let y = body.top + 24;
  const content: string[] = [];
  for (const [at, lines] of points.entries()) {
    const middle = y + radius;
    content.push(
      `<circle cx="${margin + radius}" cy="${middle}" r="${radius}" fill="${palette.accent}"/>`,
      textAt([String(at + 1)], [margin + radius, middle + 13], { size: 38, fill: palette.paper, weight: 800, anchor: 'middle' }),
      textAt(lines, [margin + indent, middle + size * 0.35], { size, fill: palette.ink, leading }),
    );
    y += (heights[at] ?? 0) + gap;
  }
  return pageOf(content, { palette, kicker: 'Key points', title: 'What it says', source });
}

/** The largest type in which all points stand on the page. */
function largest(sentences: readonly string[]): { size: number; points: string[][] } {
  const space = body.bottom - body.top - smallestGap * sentences.length;
  const sizes = [50, 46, 43, 40, 37, 34, 31, 28];
  for (const size of sizes) {
    const points = sentences.map((sentence) => breakLines(sentence, { size, room: room - indent }));
    if (points.reduce((sum, lines) => sum + heightOf(lines, size), 0) <= space) return { size, points };
  }
  const size = sizes.at(-1) ?? 28;
  const most = Math.max(1, Math.floor(space / Math.max(1, sentences.length) / (size * leading)));
  return { size, points: sentences.map((sentence) => breakLines(sentence, { size, room: room - indent, most })) };
}

function heightOf(lines: readonly string[], size: number): number {
  return Math.max(2 * radius, (lines.length - 1) * size * leading + 2 * radius);
}
