/** The English language model, and an article as it sees it: sentences of words with their lemmas, parts of speech and entities. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemEntity, type ItemSentence, type ItemToken, type ItsFunction } from 'wink-nlp';

export interface Word {
  readonly text: string;
  /** A universal part of speech: NOUN, PROPN, VERB, ADJ, NUM, … */
  readonly part: string;
  /** Nouns, names, verbs and adjectives that are no stop words have one: it stands for what the word is about. */
  readonly topic?: string;
  /** Whether it is a word and not a mark or a number. */
  readonly isWord: boolean;
  readonly isSpaceBefore: boolean;
}

export interface Entity {
  /** CARDINAL, PERCENT, MONEY, DURATION, DATE, … */
  readonly type: string;
  readonly text: string;
  /** Which words of its sentence it is; `to` is the last of them. */
  readonly from: number;
  readonly to: number;
}

export interface Sentence {
  readonly text: string;
  readonly words: readonly Word[];
  readonly entities: readonly Entity[];
}

/** So many sentences between two turns of the loop: the connection's heartbeats go on whatever an article's length. */
const sentencesPerTurn = 24;

const nlp = winkNLP(model);
const { its } = nlp;
/** Its type in the package misses the shape that `out` takes; at run time it is like the others. */
const lemmaOf = its.lemma as unknown as ItsFunction<string>;

/** @param onProgress how many of the sentences are read, 0…1. */
export async function readSentences(
  paragraphs: readonly string[],
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
): Promise<Sentence[]> {
  const sentences: Sentence[] = [];
  for (const [at, paragraph] of paragraphs.entries()) {
    nlp
      .readDoc(paragraph)
      .sentences()
      .each((sentence: ItemSentence) => sentences.push(read(sentence)));
    if (at % 4 === 3 || sentences.length % sentencesPerTurn === 0) await nextTurn(undefined, { signal });
    onProgress((at + 1) / paragraphs.length);
  }
  return sentences;
}

function read(sentence: ItemSentence): Sentence {
  const words: Word[] = [];
  sentence.tokens().each((token: ItemToken) => words.push(wordOf(token)));
  const [start] = spanOf(sentence);
  const entities: Entity[] = [];
  sentence.entities().each((entity: ItemEntity) => {
    const [from, to] = spanOf(entity);
    entities.push({ type: entity.out(its.type), text: entity.out(), from: from - start, to: to - start });
  });
  return { text: sentence.out().trim(), words, entities };
}

function wordOf(token: ItemToken): Word {
  const part = token.out(its.pos);
  const isWord = token.out(its.type) === 'word';
  const isTopic = isWord && /^(?:NOUN|PROPN|VERB|ADJ)$/.test(part) && !token.out(its.stopWordFlag);
  const lemma = token.out(lemmaOf);
  const isSpaceBefore = token.out(its.precedingSpaces) !== '';
  const word = { text: token.out(), part, isWord, isSpaceBefore };
  return isTopic && lemma.length > 2 ? { ...word, topic: lemma } : word;
}

/** The first and last of its words, counted in the whole paragraph. */
function spanOf(item: ItemSentence | ItemEntity): readonly [number, number] {
  return item.out(its.span) as unknown as readonly [number, number];
}
