/** The paper that every infographic is drawn on: its size, colours and type, and how text is broken into lines. */

export const width = 1200;
export const height = 1500;
export const margin = 96;

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly accent: string;
  readonly tint: string;
}

export const palettes = {
  sea: { paper: '#0b2b3b', ink: '#f3f7f5', soft: '#9fc0c4', accent: '#ffb454', tint: '#123b4f' },
  sand: { paper: '#faf5ea', ink: '#26221b', soft: '#7d7463', accent: '#c8472d', tint: '#f0e6d0' },
  mint: { paper: '#eef6f2', ink: '#12312a', soft: '#5d7f75', accent: '#0d7d63', tint: '#dcebe4' },
  dusk: { paper: '#241d3d', ink: '#f5f1ff', soft: '#a99fcd', accent: '#f2789f', tint: '#322954' },
} as const satisfies Record<string, Palette>;

/** About how wide a character of Inter is, in ems: enough to break lines, with some air. */
function charWidth(character: string): number {
  if (/[ilj.,;:'|!]/.test(character)) return 0.29;
  if (/[ft()[\]r\- ]/.test(character)) return 0.38;
  if (/[mwMW@%]/.test(character)) return 0.89;
  if (/[A-Z0-9]/.test(character)) return 0.68;
  return 0.58;
}

export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += charWidth(character);
  return ems * size;
}

/** Breaks a text into lines of at most `room`; what is beyond `most` lines ends in an ellipsis. */
export function breakLines(text: string, { size, room, most }: { size: number; room: number; most: number }): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || textWidth(longer, size) <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${(lines[most - 1] ?? '').replace(/[.,;:]$/, '')}…`];
}

/** The largest of the sizes at which the text fits. */
export function fit(
  text: string,
  { room, most, sizes }: { room: number; most: number; sizes: readonly number[] },
): { size: number; lines: string[] } {
  for (const size of sizes) {
    const lines = breakLines(text, { size, room, most: 99 });
    if (lines.length <= most) return { size, lines };
  }
  const size = sizes.at(-1) ?? 24;
  return { size, lines: breakLines(text, { size, room, most }) };
}

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: 400 | 600 | 800;
  readonly leading?: number;
  readonly anchor?: 'start' | 'end';
}

/** Lines of text, the first baseline at `y`. */
export function textAt(lines: readonly string[], [x, y]: readonly [number, number], style: TextStyle): string {
  const { size, fill, weight = 400, leading = 1.25, anchor = 'start' } = style;
  return lines
    .map(
      (line, at) =>
        `<text x="${x}" y="${y + at * size * leading}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(line)}</text>`,
    )
    .join('');
}

/** A whole page: the frame that all share, and what stands in it. */
export function pageOf(
  content: string,
  { palette, kicker, source }: { palette: Palette; kicker: string; source: string },
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter">
<rect width="${width}" height="${height}" fill="${palette.paper}"/>
<rect x="${margin}" y="${margin}" width="72" height="8" rx="4" fill="${palette.accent}"/>
${textAt([kicker], [margin, margin + 62], { size: 30, fill: palette.soft, weight: 600 })}
${content}
<line x1="${margin}" x2="${width - margin}" y1="${height - 130}" y2="${height - 130}" stroke="${palette.soft}" stroke-opacity=".35" stroke-width="2"/>
${textAt([`From ${source}`], [margin, height - 82], { size: 26, fill: palette.soft })}
${textAt(['brightwrapper'], [width - margin, height - 82], { size: 26, fill: palette.accent, weight: 600, anchor: 'end' })}
</svg>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
