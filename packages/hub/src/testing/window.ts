/** A terminal's window, as far as the command line draws: it keeps the lines that stand in it, folds them when it becomes narrower. */

export class Window {
  columns: number;
  readonly rows: number;
  readonly isTTY = true;
  /** Everything that was written to it. */
  written = '';
  writes = 0;
  #lines: string[] = [''];
  #row = 0;
  readonly #listeners = new Set<() => void>();
  /** Nothing was written to the line since the cursor came to it. */
  #isFresh = true;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** What stands in it, without the line of the cursor. */
  get lines(): readonly string[] {
    return this.#lines.slice(0, -1);
  }

  hasColors(): boolean {
    return false;
  }

  on(_event: 'resize', listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_event: 'resize', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  resize(columns: number): void {
    this.columns = columns;
    const fold = (line: string): string[] => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''];
    this.#lines = this.#lines.flatMap(fold);
    this.#row = this.#lines.length - 1;
    for (const listener of this.#listeners) listener();
  }

  write(text: string): boolean {
    this.written += text;
    this.writes += 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it reads what moves the cursor
    for (const [part] of text.matchAll(/\u001b\[\d*[A-Za-z]|\r|\n|[^\u001b\r\n]+/gu)) this.#take(part);
    return true;
  }

  #take(part: string): void {
    const isText = !['\u001b', '\r', '\n'].includes(part.charAt(0));
    if (part === '\n') this.#row += 1;
    else if (part.endsWith('A') && !isText) this.#row -= Number.parseInt(part.slice(2), 10);
    else if (part === '\u001b[J') this.#lines = [...this.#lines.slice(0, this.#row), ''];
    else if (isText || (part === '\u001b[K' && this.#isFresh)) this.#lines[this.#row] = isText ? part : '';
    if (this.#row === this.#lines.length) this.#lines.push('');
    this.#isFresh = !isText;
  }
}
