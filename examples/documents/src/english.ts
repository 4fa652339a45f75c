/** The English language model: what part of speech each word of a passage is. */

import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemToken, type ItsFunction } from 'wink-nlp';
import type { Passage } from './passages.ts';

export interface Word {
  readonly text: string;
  readonly lemma: string;
  /** A universal part of speech: NOUN, PROPN, VERB, ADJ, PUNCT, … */
  readonly part: string;
  readonly isStopWord: boolean;
  readonly isSpaceBefore: boolean;
}

/** The model knows no other; it would take any other for badly spelt English. */
export const englishLanguage = 'en';
/** Some thirty pages: what follows would change little of what a document is about. */
const mostCharacters = 120_000;

const nlp = winkNLP(model);
const { its } = nlp;
/** Its type in the package misses the shape that `out` takes; at run time it is like the others. */
const lemmaOf = its.lemma as unknown as ItsFunction<string>;

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  nlp
    .readDoc(text)
    .tokens()
    .each((token: ItemToken) => {
      words.push({
        text: token.out(),
        lemma: token.out(lemmaOf),
        part: token.out(its.pos),
        isStopWord: token.out(its.stopWordFlag) === true,
        isSpaceBefore: token.out(its.precedingSpaces) !== '',
      });
    });
  return words;
}

/** As many of a document's passages as the model is asked to read. */
export function passagesForModel(passages: readonly Passage[]): Passage[] {
  let left = mostCharacters;
  return passages.filter(({ kind, text }) => {
    if (kind === 'table' || left <= 0) return false;
    left -= text.length;
    return true;
  });
}
