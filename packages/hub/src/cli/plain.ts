/** Text of others, made harmless for a terminal: what would move the cursor or change the screen is shown, not done. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function plain(text: string): string {
  return text.replaceAll(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One line of it, at most so long. */
export function plainLine(text: string, width: number): string {
  const line = plain(text.replaceAll(/\s+/g, ' ').trim());
  return line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
}
