/** The third picture: the article's numbers as tiles, the most telling one large, each with what it counts. A share of a whole is drawn as one. */

import type { Figure } from '../figure.ts';
import type { Understanding } from '../understand.ts';
import { textWidth } from './font.ts';
import { fit } from './lines.ts';
import { body, margin, pageOf, palettes, room, textAt } from './page.ts';

const palette = palettes.mint;
const gap = 26;
const padding = 38;
const heroHeight = 330;
const leading = 1.3;

interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isHero: boolean;
}

export function figures({ figures: all, source }: Understanding): string {
  const frame = { palette, kicker: 'Figures', title: 'In numbers', source };
  if (all.length === 0) {
    const nothing = textAt(['This article has no figures.'], [margin, body.top + 60], { size: 40, fill: palette.soft });
    return pageOf([nothing], frame);
  }
  const tiles = layOut(all.length);
  return pageOf(
    all.flatMap((figure, at) => (tiles[at] === undefined ? [] : [draw(figure, tiles[at])])),
    frame,
  );
}

/** The first is as wide as the page, the others stand in twos; an odd one at the end takes a whole row. */
function layOut(count: number): Tile[] {
  const rows = Math.ceil((count - 1) / 2);
  const half = (room - gap) / 2;
  const rest = body.top + heroHeight + gap;
  const height = Math.min(heroHeight, (body.bottom - rest - (rows - 1) * gap) / rows);
  const tiles: Tile[] = [{ x: margin, y: body.top, width: room, height: heroHeight, isHero: true }];
  for (let at = 1; at < count; at += 1) {
    const isRight = at % 2 === 0;
    const y = rest + (Math.ceil(at / 2) - 1) * (height + gap);
    const isAlone = !isRight && at === count - 1;
    tiles.push({ x: isRight ? margin + half + gap : margin, y, width: isAlone ? room : half, height, isHero: false });
  }
  return tiles;
}

function draw({ number, unit, context, share }: Figure, { x, y, width, height, isHero }: Tile): string {
  const [paper, strong, ink] = isHero
    ? [palette.accent, palette.paper, palette.paper]
    : [palette.tint, palette.accent, palette.ink];
  const left = x + padding;
  const inner = width - 2 * padding;
  const value = fit(number, { room: inner, weight: 800, most: 1, sizes: isHero ? [136, 116, 96, 80] : [78, 70, 62, 54, 46] });
  let below = y + padding + value.size * 0.76;
  const parts = [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="28" fill="${paper}"/>`,
    textAt(value.lines, [left, below], { size: value.size, fill: strong, weight: 800 }),
  ];
  if (unit !== '') {
    const line = fit(unit, { room: inner, weight: 600, most: 1, sizes: isHero ? [42] : [34, 30, 26] });
    const beside = textWidth(number, { size: value.size, weight: 800 }) + value.size * 0.2;
    // Under its number, so that tiles look alike; the large one has room beside it.
    const isBeside = isHero && beside + textWidth(unit, { size: line.size, weight: 600 }) <= inner;
    if (!isBeside) below += line.size * 1.4;
    parts.push(textAt(line.lines, [isBeside ? left + beside : left, below], { size: line.size, fill: strong, weight: 600 }));
  }
  if (share !== undefined) {
    below += 30;
    parts.push(
      `<rect x="${left}" y="${below}" width="${inner}" height="14" rx="7" fill="${strong}" fill-opacity=".18"/>`,
      `<rect x="${left}" y="${below}" width="${Math.max(14, inner * share)}" height="14" rx="7" fill="${strong}"/>`,
    );
    below += 14;
  }
  below += isHero ? 34 : 24;
  const text = { room: inner, leading, height: y + height - 26 - below };
  const words = fit(context, { ...text, sizes: isHero ? [42, 38, 34, 30] : [34, 32, 30, 28, 26] });
  parts.push(textAt(words.lines, [left, below + words.size], { size: words.size, fill: ink, leading }));
  return parts.join('');
}
