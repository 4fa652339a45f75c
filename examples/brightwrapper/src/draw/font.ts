/** The typeface of every picture: where its files are, and how wide its letters really are, so that lines break where they should. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Weight = 400 | 600 | 800;

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('@expo-google-fonts/inter/package.json'));
const files = {
  400: join(folder, '400Regular/Inter_400Regular.ttf'),
  600: join(folder, '600SemiBold/Inter_600SemiBold.ttf'),
  800: join(folder, '800ExtraBold/Inter_800ExtraBold.ttf'),
} as const satisfies Record<Weight, string>;

/** A machine may have no fonts at all: these come with the package. */
export const fontFiles: readonly string[] = Object.values(files);

interface Metrics {
  readonly unitsPerEm: number;
  readonly advanceOf: (codePoint: number) => number;
}

const known = new Map<Weight, Metrics>();

/** The width of a text in pixels, without kerning, which only ever makes it narrower. */
export function textWidth(text: string, { size, weight = 400 }: { readonly size: number; readonly weight?: Weight }): number {
  const { unitsPerEm, advanceOf } = metricsOf(weight);
  let units = 0;
  for (const character of text) units += advanceOf(character.codePointAt(0) ?? 0);
  return (units * size) / unitsPerEm;
}

function metricsOf(weight: Weight): Metrics {
  const metrics = known.get(weight) ?? readMetrics(readFileSync(files[weight]));
  known.set(weight, metrics);
  return metrics;
}

/** Of the TrueType tables only what widths need: `head`, `hhea`, `hmtx` and the Unicode part of `cmap` (OpenType 1.9). */
function readMetrics(font: Buffer): Metrics {
  const tables = new Map<string, Buffer>();
  for (let at = 0; at < font.readUInt16BE(4); at += 1) {
    const entry = 12 + at * 16;
    tables.set(font.toString('latin1', entry, entry + 4), font.subarray(font.readUInt32BE(entry + 8)));
  }
  const table = (name: string): Buffer => {
    const found = tables.get(name);
    if (found === undefined) throw new Error(`the font has no table "${name}"`);
    return found;
  };
  const lastMetric = table('hhea').readUInt16BE(34) - 1;
  const advances = table('hmtx');
  const glyphOf = readGlyphs(table('cmap'));
  return {
    unitsPerEm: table('head').readUInt16BE(18),
    advanceOf: (codePoint) => advances.readUInt16BE(Math.min(glyphOf(codePoint), lastMetric) * 4),
  };
}

/** Format 4 covers the characters up to U+FFFF; what is beyond is as wide as a missing glyph. */
function readGlyphs(cmap: Buffer): (codePoint: number) => number {
  for (let at = 0; at < cmap.readUInt16BE(2); at += 1) {
    const part = cmap.subarray(cmap.readUInt32BE(4 + at * 8 + 4));
    if (part.readUInt16BE(0) === 4) return (codePoint) => glyphInSegments(part, codePoint);
  }
  throw new Error('the font has no character map of format 4');
}

function glyphInSegments(part: Buffer, codePoint: number): number {
  const doubled = part.readUInt16BE(6);
  for (let at = 0; at < doubled; at += 2) {
    if (part.readUInt16BE(14 + at) < codePoint) continue;
    const start = part.readUInt16BE(16 + doubled + at);
    if (start > codePoint) return 0;
    const delta = part.readUInt16BE(16 + 2 * doubled + at);
    const offsetAt = 16 + 3 * doubled + at;
    const offset = part.readUInt16BE(offsetAt);
    if (offset === 0) return (codePoint + delta) & 0xffff;
    const glyph = part.readUInt16BE(offsetAt + offset + (codePoint - start) * 2);
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}
