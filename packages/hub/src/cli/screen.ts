/**
 * The last lines of a terminal, drawn again in place: what has passed stays above for good, of the rest only what changed is written, so
 * that nothing flickers; a window that became narrower has folded what was drawn, and is counted so.
 */

import { columns } from './plain.ts';

/** What drawing needs of a terminal. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export class Screen {
  readonly #terminal: Terminal;
  #drawn: readonly string[] = [];
  #drawnColumns = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The last column stays free: some terminals fold a line as soon as it is filled. */
  get width(): number {
    return Math.max(20, (this.#terminal.columns ?? 80) - 1);
  }

  /** The lines that can be drawn again: what has left the window can't. */
  get height(): number {
    return Math.max(3, (this.#terminal.rows ?? 24) - 1);
  }

  /** @param passed lines that go above for good, before `lines` are drawn below them. */
  draw(lines: readonly string[], passed: readonly string[] = []): void {
    const isSameWindow = this.#terminal.columns === this.#drawnColumns;
    const kept = passed.length === 0 && isSameWindow ? sameAtFirst(this.#drawn, lines) : 0;
    if (kept === lines.length && kept === this.#drawn.length && passed.length === 0) return;
    const up = this.#rowsFrom(kept);
    const below = [...passed, ...lines.slice(kept)].map((line) => `${line}\u001b[K\n`).join('');
    const isShorter = this.#drawn.length > lines.length + passed.length || !isSameWindow;
    this.#terminal.write(`${up > 0 ? `\u001b[${up}A` : ''}\r${below}${isShorter ? '\u001b[J' : ''}`);
    this.#drawn = lines;
    this.#drawnColumns = this.#terminal.columns ?? 0;
  }

  /** Leaves what is drawn standing. */
  close(): void {
    this.#drawn = [];
  }

  /** How many rows of the window the drawn lines take by now, from this one on. */
  #rowsFrom(first: number): number {
    const width = this.#terminal.columns ?? Number.POSITIVE_INFINITY;
    const rows = this.#drawn.slice(first).map((line) => Math.max(1, Math.ceil(columns(withoutStyles(line)) / width)));
    return Math.min(
      rows.reduce((sum, count) => sum + count, 0),
      this.height,
    );
  }
}

function sameAtFirst(before: readonly string[], after: readonly string[]): number {
  const at = after.findIndex((line, index) => line !== before[index]);
  return at < 0 ? after.length : at;
}

function withoutStyles(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are what it takes away
  return line.replaceAll(/\u001b\[[0-9;]*m/g, '');
}
