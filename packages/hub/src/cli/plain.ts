/** Text of others, made harmless for a terminal and measured as one: what would move the cursor or change the screen is shown, not done. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Lines and tabs stay. Inside JSON text it stays JSON of the same value. */
export function plain(text: string): string {
  return text.replaceAll(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One line of it, at most so many columns wide. */
export function plainLine(text: string, width: number): string {
  // A megabyte of one message needs no measuring to know that it is too long.
  const line = plain(
    text
      .slice(0, 4 * width)
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  return cut(line, width);
}

/** Filled up with spaces to so many columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** How many columns of a terminal a line takes. */
export function columns(line: string): number {
  if (isNarrow(line)) return line.length;
  let width = 0;
  for (const { segment } of graphemes.segment(line)) width += columnsOf(segment);
  return width;
}

function cut(line: string, width: number): string {
  if (isNarrow(line)) return line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
  let kept = '';
  let taken = 0;
  for (const { segment } of graphemes.segment(line)) {
    taken += columnsOf(segment);
    // What follows may have to make room for the ellipsis.
    if (taken < width) kept += segment;
    if (taken > width) return `${kept}…`;
  }
  return line;
}

/** As rows of at most so many columns, between words where there are some. */
export function wrapped(line: string, width: number): string[] {
  const rows: string[] = [];
  let rest = line;
  for (;;) {
    const fits = fitting(rest, width);
    if (fits >= rest.length) return [...rows, rest];
    const space = rest.lastIndexOf(' ', fits);
    const end = space > fits / 2 ? space : fits;
    rows.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
}

/** How much of a line so many columns hold; one character at the least. Looks no further, so that a megabyte is wrapped in no time. */
function fitting(line: string, width: number): number {
  const head = line.slice(0, 8 * width);
  if (isNarrow(head)) return Math.min(head.length, width);
  let end = 0;
  let taken = 0;
  for (const { segment } of graphemes.segment(head)) {
    taken += columnsOf(segment);
    if (taken > width && end > 0) break;
    end += segment.length;
  }
  return end;
}

const graphemes = new Intl.Segmenter();
/** East Asian wide and full-width characters, and what is shown as a picture. */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function isNarrow(line: string): boolean {
  return /^[ -~\u00a0-\u02ff…·━─]*$/.test(line);
}

function columnsOf(grapheme: string): number {
  if (grapheme === '\t') return 8;
  return wide.test(grapheme) ? 2 : 1;
}
