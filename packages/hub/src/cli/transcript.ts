/** Streamed text on its way up the screen: rows that are full pass for good, the one that still grows stays below. */

import type { FollowedEvent } from '@conduit/sdk';
import { plain, wrapped } from './plain.ts';
import { chunkText } from './view.ts';

/** Of a text that is replaced again and again, so many rows are shown while it changes. */
const replacedRows = 6;

type Chunk = Extract<FollowedEvent, { readonly type: 'chunk' }>;

/** A row of the screen; what Conduit says itself is told from the text. */
export interface Row {
  readonly text: string;
  readonly isOurs: boolean;
}

export class Transcript {
  #attempt = 0;
  #stream: string | undefined;
  readonly #streams = new Set<string>();
  /** What has been said and has not passed. */
  #rest = '';
  #ended: Row[] = [];
  #hasText = false;
  /** Texts that are replaced whole, by stream: they pass at the end. */
  readonly #replaced = new Map<string, string>();

  take({ attempt, stream, mode, data }: Chunk): void {
    const text = chunkText(data);
    if (text === undefined) return;
    if (attempt > this.#attempt) this.startOver(attempt);
    const shown = plain(text).replaceAll('\t', '    ');
    this.#hasText = true;
    this.#streams.add(stream);
    if (mode === 'replace') {
      this.#replaced.set(stream, shown);
      return;
    }
    if (stream !== this.#stream && this.#streams.size > 1) this.#head(stream);
    this.#stream = stream;
    this.#rest += mode === 'items' ? `${shown}\n` : shown;
  }

  /** Whether anything of this attempt is to be read. */
  get hasText(): boolean {
    return this.#hasText;
  }

  /** What follows replaces what was said: the rows above can't be taken back, so they are closed with a word. */
  startOver(attempt: number): void {
    const isAgain = this.#attempt > 0 && attempt > this.#attempt && this.#hasText;
    this.#attempt = Math.max(this.#attempt, attempt);
    if (!isAgain) return;
    this.#endRow();
    this.#ended.push({ text: `── attempt ${attempt}, from the beginning ──`, isOurs: true });
    this.#hasText = false;
    this.#stream = undefined;
    this.#streams.clear();
    this.#replaced.clear();
  }

  /** The rows that are full since the last call. */
  passing(width: number): readonly Row[] {
    const lines = this.#rest.split('\n');
    const full = lines.slice(0, -1).flatMap((line) => wrapped(line, width));
    const growing = wrapped(lines.at(-1) ?? '', width);
    this.#rest = growing.at(-1) ?? '';
    const ended = this.#ended.flatMap((row) => wrapped(row.text, width).map((text) => ({ ...row, text })));
    this.#ended = [];
    return [...ended, ...[...full, ...growing.slice(0, -1)].map(ofText)];
  }

  /** The row that still grows, and the latest of what is replaced. */
  growing(width: number): readonly Row[] {
    const replaced = [...this.#replaced.values()].flatMap((text) => text.split('\n').flatMap((line) => wrapped(line, width)));
    return [...(this.#rest === '' ? [] : [ofText(this.#rest)]), ...replaced.slice(-replacedRows).map(ofText)];
  }

  /** Everything that is left: nothing follows. */
  close(width: number): readonly Row[] {
    for (const [stream, text] of this.#replaced) {
      if (this.#streams.size > 1) this.#head(stream);
      this.#rest += text;
      this.#endRow();
    }
    this.#replaced.clear();
    this.#endRow();
    return this.passing(width);
  }

  #head(stream: string): void {
    this.#endRow();
    this.#flush();
    this.#ended.push({ text: `${stream}:`, isOurs: true });
  }

  #endRow(): void {
    if (this.#rest !== '' && !this.#rest.endsWith('\n')) this.#rest += '\n';
    this.#flush();
  }

  /** Lines that are whole are kept as rows, so that what Conduit says comes after them. */
  #flush(): void {
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    this.#ended.push(...lines.map(ofText));
  }
}

function ofText(text: string): Row {
  return { text, isOurs: false };
}
