/** The second step: what a document is made of, how long it takes to read, and what it is about. */

import { englishLanguage, passagesForModel } from '../english.ts';
import type { ParsedDocument } from '../parse/document.ts';
import { type Passage, passagesOf } from '../passages.ts';
import { Turns } from '../turns.ts';
import { type KeyPhrase, keyPhrasesOf } from './key-phrases.ts';
import { keySentencesOf } from './key-sentences.ts';
import { type Language, languageOf } from './language.ts';

export interface OutlineEntry {
  readonly level: number;
  readonly text: string;
  readonly page: number;
}

export interface Analysis {
  readonly language: Language | null;
  readonly words: number;
  readonly characters: number;
  readonly readingMinutes: number;
  readonly headings: number;
  readonly paragraphs: number;
  readonly tables: number;
  /** Its headings, at most 200. */
  readonly outline: readonly OutlineEntry[];
  /** Of English texts; there is no model for others. */
  readonly keyPhrases: readonly KeyPhrase[];
  readonly keySentences: readonly string[];
}

interface Analyzing {
  readonly signal: AbortSignal;
  /** How much of all is done, 0…1, and what is being done. */
  readonly onProgress: (fraction: number, message: string) => void;
}

/** Brysbaert (2019): adults read 238 words of English prose a minute. */
const wordsPerMinute = 238;
const longestOutline = 200;
const mostReports = 50;

/** Rejects when the signal stops it. */
export async function analyze(document: ParsedDocument, { signal, onProgress }: Analyzing): Promise<Analysis> {
  const passages = passagesOf(document);
  const language = languageOf(passages);
  const modelled = language?.code === englishLanguage ? passagesForModel(passages) : [];
  const progress = new Pieces(2 * passages.length + modelled.length, onProgress);
  const turns = new Turns(signal, () => progress.next());
  progress.now('counting words');
  const words = await wordCount(passages, turns);
  progress.now('weighing sentences');
  const keySentences = await keySentencesOf(passages, turns);
  progress.now('collecting key phrases');
  const keyPhrases = await keyPhrasesOf(modelled, turns);
  const headings = document.blocks.filter((block) => block.kind === 'heading');
  return {
    language,
    words,
    characters: passages.reduce((sum, { text }) => sum + text.length, 0),
    readingMinutes: Math.max(1, Math.round(words / wordsPerMinute)),
    headings: headings.length,
    paragraphs: document.blocks.filter(({ kind }) => kind === 'paragraph').length,
    tables: document.blocks.filter(({ kind }) => kind === 'table').length,
    outline: headings.slice(0, longestOutline).map(({ level, text, page }) => ({ level, text, page })),
    keyPhrases,
    keySentences,
  };
}

/** Tells how many of all pieces are done, but no more often than somebody could see. */
class Pieces {
  readonly #all: number;
  readonly #onProgress: Analyzing['onProgress'];
  #done = 0;
  #message = '';

  constructor(all: number, onProgress: Analyzing['onProgress']) {
    this.#all = all;
    this.#onProgress = onProgress;
  }

  now(message: string): void {
    this.#message = message;
  }

  next(): void {
    this.#done += 1;
    if (this.#done % Math.ceil(this.#all / mostReports) === 0) this.#onProgress(this.#done / this.#all, this.#message);
  }
}

/** Also of languages that put no spaces between words. */
async function wordCount(passages: readonly Passage[], turns: Turns): Promise<number> {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  let words = 0;
  for (const { text } of passages) {
    for (const { isWordLike } of segmenter.segment(text)) if (isWordLike === true) words += 1;
    await turns.next();
  }
  return words;
}
