/** The first picture: what the article is called, and the one sentence that says most. */

import type { Understanding } from '../understand.ts';
import { fit } from './lines.ts';
import { height, margin, pageOf, palettes, room, textAt, width } from './page.ts';

const wordsPerMinute = 230;
const palette = palettes.sea;

export function headline({ title, sentences, source, wordCount }: Understanding): string {
  const head = fit(title, { room, weight: 800, most: 5, leading: 1.1, height: 560, sizes: [132, 120, 108, 96, 86, 76, 66, 58] });
  const top = margin + 100 + head.size;
  const below = top + (head.lines.length - 1) * head.size * 1.1 + 130;
  const quote = fit(sentences[0] ?? '', {
    room: room - 52,
    leading: 1.4,
    height: height - 210 - below,
    sizes: [54, 50, 46, 42, 38, 34],
  });
  const bar = quote.lines.length * quote.size * 1.4;
  const minutes = Math.max(1, Math.round(wordCount / wordsPerMinute));
  const content = [
    waves(),
    textAt(head.lines, [margin, top], { size: head.size, fill: palette.ink, weight: 800, leading: 1.1 }),
    `<rect x="${margin}" y="${below - quote.size}" width="8" height="${bar}" rx="4" fill="${palette.accent}"/>`,
    textAt(quote.lines, [margin + 48, below], { size: quote.size, fill: palette.ink, leading: 1.4 }),
  ];
  return pageOf(content, { palette, kicker: `${wordCount.toLocaleString('en')} words · ${minutes} min read`, source });
}

/** Quiet lines at the foot of the page. */
function waves(): string {
  return [0, 1, 2]
    .map((at) => {
      const y = height - 330 + at * 80;
      const period = width / 2;
      return `<path d="M${-at * 140} ${y} q ${period / 4} -70 ${period / 2} 0 t ${period / 2} 0 t ${period / 2} 0 t ${period / 2} 0 t ${period / 2} 0 V ${height} H ${-at * 140} Z" fill="${palette.tint}" fill-opacity="${0.4 + at * 0.2}"/>`;
    })
    .join('');
}
