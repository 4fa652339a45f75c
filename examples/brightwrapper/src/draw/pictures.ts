/** The four infographics of an article: what stands on each. Each is an SVG; a renderer makes pixels of it. */

import type { Understanding } from '../understand.ts';
import { breakLines, fit, height, margin, pageOf, palettes, textAt, width } from './page.ts';

export interface Picture {
  readonly id: string;
  readonly title: string;
  readonly draw: (article: Understanding) => string;
}

const room = width - 2 * margin;

export const pictures: readonly Picture[] = [
  { id: 'headline', title: 'Headline', draw: headline },
  { id: 'key-points', title: 'Key points', draw: keyPoints },
  { id: 'figures', title: 'Figures', draw: figures },
  { id: 'words', title: 'Words', draw: words },
];

function headline({ title, sentences, source, wordCount }: Understanding): string {
  const palette = palettes.sea;
  const head = fit(title, { room, most: 5, sizes: [104, 92, 80, 70, 60] });
  const top = margin + 190;
  const below = top + head.lines.length * head.size * 1.12 + 60;
  const quote = fit(sentences[0] ?? '', { room: room - 60, most: 8, sizes: [50, 46, 42, 38, 34] });
  const bar = quote.lines.length * quote.size * 1.4;
  const content = [
    waves(palette.tint),
    textAt(head.lines, [margin, top], { size: head.size, fill: palette.ink, weight: 800, leading: 1.12 }),
    `<rect x="${margin}" y="${below - quote.size}" width="8" height="${bar}" rx="4" fill="${palette.accent}"/>`,
    textAt(quote.lines, [margin + 44, below], { size: quote.size, fill: palette.ink, leading: 1.4 }),
  ];
  const minutes = Math.max(1, Math.round(wordCount / 230));
  return pageOf(content.join(''), { palette, kicker: `${wordCount} words · ${minutes} min read`, source });
}

/** Quiet lines at the foot of the page. */
function waves(fill: string): string {
  return [0, 1, 2]
    .map((at) => {
      const y = height - 330 + at * 80;
      return `<path d="M0 ${y} q 150 -70 300 0 t 300 0 t 300 0 t 300 0 V ${height} H 0 Z" fill="${fill}" fill-opacity="${0.45 + at * 0.2}"/>`;
    })
    .join('');
}

function keyPoints({ sentences, source }: Understanding): string {
  const palette = palettes.sand;
  const textRoom = room - 130;
  const size = [44, 40, 36, 32, 28].find((one) => blockHeight(sentences, one, textRoom) <= height - 560) ?? 28;
  let y = margin + 260;
  const content = [textAt(['What it says'], [margin, margin + 150], { size: 72, fill: palette.ink, weight: 800 })];
  for (const [at, sentence] of sentences.entries()) {
    const lines = breakLines(sentence, { size, room: textRoom, most: 8 });
    content.push(
      `<circle cx="${margin + 38}" cy="${y + 14}" r="38" fill="${palette.accent}"/>`,
      `<text x="${margin + 38}" y="${y + 27}" font-size="38" font-weight="800" fill="${palette.paper}" text-anchor="middle">${at + 1}</text>`,
      textAt(lines, [margin + 120, y + 24], { size, fill: palette.ink, leading: 1.36 }),
    );
    y += Math.max(lines.length * size * 1.36, 76) + 56;
  }
  return pageOf(content.join(''), { palette, kicker: 'Key points', source });
}

function blockHeight(sentences: readonly string[], size: number, textRoom: number): number {
  return sentences.reduce(
    (sum, sentence) => sum + Math.max(breakLines(sentence, { size, room: textRoom, most: 8 }).length * size * 1.36, 76) + 56,
    0,
  );
}

function figures({ figures: all, source }: Understanding): string {
  const palette = palettes.mint;
  const content = [textAt(['In numbers'], [margin, margin + 150], { size: 72, fill: palette.ink, weight: 800 })];
  const gap = 28;
  const tile = { width: (room - gap) / 2, height: 314 };
  const top = margin + 210;
  for (const [at, { value, context }] of all.entries()) {
    const x = margin + (at % 2) * (tile.width + gap);
    const y = top + Math.floor(at / 2) * (tile.height + gap);
    const number = fit(value, { room: tile.width - 72, most: 1, sizes: [76, 66, 58, 50, 44, 38] });
    const lines = breakLines(context, { size: 28, room: tile.width - 72, most: 4 });
    content.push(
      `<rect x="${x}" y="${y}" width="${tile.width}" height="${tile.height}" rx="28" fill="${palette.tint}"/>`,
      textAt(number.lines, [x + 36, y + 104], { size: number.size, fill: palette.accent, weight: 800 }),
      textAt(lines, [x + 36, y + 162], { size: 28, fill: palette.ink, leading: 1.34 }),
    );
  }
  if (all.length === 0)
    content.push(textAt(['This article has no figures.'], [margin, top + 60], { size: 40, fill: palette.soft }));
  return pageOf(content.join(''), { palette, kicker: 'Figures', source });
}

function words({ words: all, source }: Understanding): string {
  const palette = palettes.dusk;
  const content = [textAt(['What it talks about'], [margin, margin + 150], { size: 72, fill: palette.ink, weight: 800 })];
  const most = Math.max(1, ...all.map(({ count }) => count));
  const top = margin + 230;
  const step = (height - top - 190) / Math.max(1, all.length);
  const labelRoom = 300;
  for (const [at, { word, count }] of all.entries()) {
    const y = top + at * step;
    const length = Math.max(24, ((room - labelRoom - 90) * count) / most);
    content.push(
      textAt([word], [margin, y + 44], { size: 40, fill: palette.ink, weight: 600 }),
      `<rect x="${margin + labelRoom}" y="${y + 8}" width="${room - labelRoom - 90}" height="46" rx="23" fill="${palette.tint}"/>`,
      `<rect x="${margin + labelRoom}" y="${y + 8}" width="${length}" height="46" rx="23" fill="${palette.accent}" fill-opacity="${1 - at * 0.06}"/>`,
      textAt([String(count)], [width - margin, y + 44], { size: 40, fill: palette.soft, weight: 600, anchor: 'end' }),
    );
  }
  return pageOf(content.join(''), { palette, kicker: 'Most frequent words', source });
}
