/** Finds the sentences that say most of what a text says, in any language: those whose words return, but not everywhere. */

import type { Passage } from '../passages.ts';
import type { Turns } from '../turns.ts';

const most = 3;
/** Shorter ones say too little, longer ones are no summary. */
const length = { min: 50, max: 280 };
/** The first part of a book stands for it: every sentence is weighed with all its words. */
const mostSentences = 2_000;
/** Words that are shorter hold sentences together. */
const shortestWord = 4;
/** After these a point ends no sentence. */
const abbreviation = /(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Art|bzw|ca|vgl|etc|e\.g|i\.e|z\. ?B)\.\s*$/iu;

interface Weighed {
  readonly text: string;
  readonly at: number;
  readonly words: ReadonlySet<string>;
}

/** In the order of the text. */
export async function keySentencesOf(passages: readonly Passage[], turns: Turns): Promise<string[]> {
  const sentences: Weighed[] = [];
  const spread = new Map<string, number>();
  for (const { kind, text } of passages) {
    await turns.next();
    if (kind !== 'paragraph' || sentences.length >= mostSentences) continue;
    for (const sentence of sentencesIn(text)) {
      const words = contentWords(sentence);
      sentences.push({ text: sentence, at: sentences.length, words });
      for (const word of words) spread.set(word, (spread.get(word) ?? 0) + 1);
    }
  }
  const weigh = ({ words }: Weighed): number => {
    let sum = 0;
    for (const word of words) {
      const count = spread.get(word) ?? 0;
      // What stands in one sentence only is a detail, what stands in most of them is grammar.
      if (count > 1) sum += count * Math.log(sentences.length / count);
    }
    return sum / Math.sqrt(words.size + 1);
  };
  return sentences
    .filter(({ text }) => text.length >= length.min && text.length <= length.max && /[.!?。]$/u.test(text))
    .map((sentence) => ({ ...sentence, weight: weigh(sentence) }))
    .sort((one, other) => other.weight - one.weight || one.at - other.at)
    .slice(0, most)
    .sort((one, other) => one.at - other.at)
    .map(({ text }) => text);
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

function sentencesIn(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of segmenter.segment(text)) {
    open += segment;
    if (abbreviation.test(open.slice(-12))) continue;
    sentences.push(open.trim());
    open = '';
  }
  if (open.trim() !== '') sentences.push(open.trim());
  return sentences;
}

function contentWords(sentence: string): Set<string> {
  const words = sentence.toLowerCase().match(/\p{L}+/gu) ?? [];
  return new Set(words.filter((word) => word.length >= shortestWord));
}
