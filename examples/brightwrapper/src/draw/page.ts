/** The paper that every infographic is drawn on: its size, its colours, and the frame that all of them share. */

import type { Weight } from './font.ts';
import { breakLines } from './lines.ts';

export const width = 1200;
export const height = 1500;
export const margin = 96;
/** What is left between the margins. */
export const room = width - 2 * margin;
/** Where content may begin under the head, and where it ends above the foot. */
export const body = { top: margin + 210, bottom: height - 176 } as const;

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly accent: string;
  readonly tint: string;
}

export const palettes = {
  sea: { paper: '#0b2b3b', ink: '#f3f7f5', soft: '#9fc0c4', accent: '#ffb454', tint: '#123b4f' },
  sand: { paper: '#faf5ea', ink: '#26221b', soft: '#756b5b', accent: '#c0412a', tint: '#f0e6d0' },
  mint: { paper: '#eef6f2', ink: '#12312a', soft: '#527268', accent: '#0b7059', tint: '#dcebe4' },
  dusk: { paper: '#241d3d', ink: '#f5f1ff', soft: '#a99fcd', accent: '#f2789f', tint: '#322954' },
} as const satisfies Record<string, Palette>;

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: Weight;
  readonly leading?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** Lines of text, the first baseline at `y`. */
export function textAt(lines: readonly string[], [x, y]: readonly [number, number], style: TextStyle): string {
  const { size, fill, weight = 400, leading = 1.25, anchor = 'start' } = style;
  // Large letters stand too far apart for the eye; the face is drawn for small ones.
  const tracking = size >= 60 ? ' letter-spacing="-0.02em"' : '';
  return lines
    .map(
      (line, at) =>
        `<text x="${x}" y="${y + at * size * leading}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}"${tracking}>${escaped(line)}</text>`,
    )
    .join('');
}

interface Frame {
  readonly palette: Palette;
  /** The small line above everything. */
  readonly kicker: string;
  readonly title?: string;
  readonly source: string;
}

export function pageOf(content: readonly string[], { palette, kicker, title, source }: Frame): string {
  const foot = height - 82;
  const [from = ''] = breakLines(`From ${source}`, { size: 26, room: room - 240, most: 1 });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter">
<rect width="${width}" height="${height}" fill="${palette.paper}"/>
<rect x="${margin}" y="${margin}" width="72" height="8" rx="4" fill="${palette.accent}"/>
${content.join('\n')}
${textAt([kicker], [margin, margin + 62], { size: 30, fill: palette.soft, weight: 600 })}
${title === undefined ? '' : textAt([title], [margin, margin + 150], { size: 76, fill: palette.ink, weight: 800 })}
<line x1="${margin}" x2="${width - margin}" y1="${height - 130}" y2="${height - 130}" stroke="${palette.soft}" stroke-opacity=".35" stroke-width="2"/>
${textAt([from], [margin, foot], { size: 26, fill: palette.soft })}
${textAt(['brightwrapper'], [width - margin, foot], { size: 26, fill: palette.accent, weight: 600, anchor: 'end' })}
</svg>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An SVG is XML: a page's text may hold markup, and control characters that XML forbids. */
function escaped(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
