/** Finds what an English text talks about: nouns with the adjectives and nouns before them that come more than once. */

import { type Word, wordsOf } from '../english.ts';
import type { Passage } from '../passages.ts';
import type { Turns } from '../turns.ts';

export interface KeyPhrase {
  readonly phrase: string;
  readonly count: number;
}

const most = 10;
/** Longer ones hardly ever come twice. */
const longestPhrase = 3;

interface Counted {
  count: number;
  readonly length: number;
  /** As it is written most often. */
  readonly written: Map<string, number>;
}

/** The most telling first: often, and of several words. */
export async function keyPhrasesOf(passages: readonly Passage[], turns: Turns): Promise<KeyPhrase[]> {
  const counted = new Map<string, Counted>();
  for (const { text } of passages) {
    for (const phrase of phrasesIn(wordsOf(text))) count(counted, phrase);
    await turns.next();
  }
  const ranked = [...counted]
    .filter(([, { count }]) => count > 1)
    .map(([key, { count, length, written }]) => ({ key, count, score: count * length, phrase: usual(written) }))
    .sort((one, other) => other.score - one.score || (one.key < other.key ? -1 : 1));
  return withoutParts(ranked).slice(0, most);
}

function phrasesIn(words: readonly Word[]): Word[][] {
  const phrases: Word[][] = [];
  let open: Word[] = [];
  const close = (): void => {
    while (open.length > 0 && open.at(-1)?.part === 'ADJ') open.pop();
    if (open.length > 0) phrases.push(open.slice(-longestPhrase));
    open = [];
  };
  for (const word of words) {
    const isPart = /^(?:NOUN|PROPN|ADJ)$/.test(word.part) && !word.isStopWord && /^\p{L}{2,}/u.test(word.text);
    // An adjective after a noun begins something new.
    if (!isPart || (word.part === 'ADJ' && open.some(({ part }) => part !== 'ADJ'))) close();
    if (isPart) open.push(word);
  }
  close();
  return phrases;
}

function count(counted: Map<string, Counted>, phrase: readonly Word[]): void {
  const key = phrase.map(({ lemma }) => lemma).join(' ');
  const one = counted.get(key) ?? { count: 0, length: phrase.length, written: new Map<string, number>() };
  const text = phrase.map((word) => (word.part === 'PROPN' ? word.text : word.text.toLowerCase())).join(' ');
  one.count += 1;
  one.written.set(text, (one.written.get(text) ?? 0) + 1);
  counted.set(key, one);
}

function usual(written: ReadonlyMap<string, number>): string {
  const [first] = [...written].sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1));
  return first?.[0] ?? '';
}

/** A word that stands in a better phrase says nothing new. */
function withoutParts(ranked: readonly { readonly key: string; readonly phrase: string; readonly count: number }[]): KeyPhrase[] {
  const chosen: { key: string; phrase: string; count: number }[] = [];
  for (const one of ranked) {
    if (chosen.length >= most) break;
    if (chosen.every(({ key }) => !` ${key} `.includes(` ${one.key} `))) chosen.push(one);
  }
  return chosen.map(({ phrase, count }) => ({ phrase, count }));
}
