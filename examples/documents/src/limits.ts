/** How much of anything this service takes, and why. */

const MiB = 1024 ** 2;

export const limits = {
  /** A scanned book has more, but no text. */
  fetchedBytes: 20 * MiB,
  /** A thick book; what is longer is an archive, and better sent in parts. */
  pages: 500,
  /** Headings, paragraphs and cells of tables: a thousand pages of a telephone book. */
  parts: 100_000,
  /** Half a million words; such a text takes about two seconds here. */
  characters: 3_000_000,
  /** Reading a hostile file is given up after so long, milliseconds. An honest book takes seconds. */
  parseMs: 60_000,
  /** What one stream of a PDF may unfold to. The largest honest ones are pictures, which are not unfolded. */
  bufferBytes: 64 * MiB,
  /** The heap of the thread that reads: beyond it the thread ends. */
  threadMiB: 512,
} as const;
