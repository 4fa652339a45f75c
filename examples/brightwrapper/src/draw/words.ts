/** The fourth picture: the words that come back most often, as bars. */

import type { Understanding } from '../understand.ts';
import { breakLines } from './lines.ts';
import { body, margin, pageOf, palettes, room, textAt, width } from './page.ts';

const palette = palettes.dusk;
const bar = { left: margin + 300, width: room - 390, height: 46 } as const;

export function words({ words: all, source }: Understanding): string {
  const most = Math.max(1, ...all.map(({ count }) => count));
  const step = Math.min(116, (body.bottom - body.top) / Math.max(1, all.length));
  const content: string[] = [];
  for (const [at, { word, count }] of all.entries()) {
    const y = body.top + 24 + at * step;
    const label = breakLines(word, { size: 40, weight: 600, room: bar.left - margin - 28, most: 1 });
    content.push(
      textAt(label, [margin, y + 37], { size: 40, fill: palette.ink, weight: 600 }),
      `<rect x="${bar.left}" y="${y}" width="${bar.width}" height="${bar.height}" rx="23" fill="${palette.tint}"/>`,
      `<rect x="${bar.left}" y="${y}" width="${Math.max(bar.height, (bar.width * count) / most)}" height="${bar.height}" rx="23" fill="${palette.accent}" fill-opacity="${1 - at * 0.055}"/>`,
      textAt([String(count)], [width - margin, y + 37], { size: 40, fill: palette.soft, weight: 600, anchor: 'end' }),
    );
  }
  return pageOf(content, { palette, kicker: 'Most frequent words', title: 'What it talks about', source });
}
