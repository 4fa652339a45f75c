/** Finds what an article says: its key sentences, its figures and its words, with wink-nlp's English language model. */

import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemEntity, type ItemSentence, type ItemToken, type ItsFunction } from 'wink-nlp';
import type { Article } from './article.ts';

export interface Figure {
  /** As the article writes it, unit included. */
  readonly value: string;
  /** The clause it stands in. */
  readonly context: string;
}

export interface Understanding {
  readonly title: string;
  readonly source: string;
  /** The most telling first. */
  readonly sentences: readonly string[];
  readonly figures: readonly Figure[];
  /** The most frequent first. */
  readonly words: readonly { readonly word: string; readonly count: number }[];
  readonly wordCount: number;
}

const keySentences = 4;
const keyFigures = 6;
const keyWords = 10;
/** Shorter sentences say too little, longer ones fit no picture. */
const sentenceLength = { min: 50, max: 230 };

const nlp = winkNLP(model);
const { its } = nlp;
/** Its type in the package misses the shape that `out` takes; at run time it is one like the others. */
const lemmaOf = its.lemma as unknown as ItsFunction<string>;

interface Scored {
  readonly text: string;
  readonly at: number;
  readonly score: number;
}

/** @param onSentence called with how much has been read, 0…1. */
export function understand(article: Article, onSentence: (fraction: number) => void): Understanding {
  const document = nlp.readDoc(article.paragraphs.join('\n'));
  const frequency = lemmaFrequency(article);
  const scored: Scored[] = [];
  const figures: (Figure & { readonly weight: number })[] = [];
  const total = document.sentences().length();
  document.sentences().each((sentence: ItemSentence, at: number) => {
    scored.push({ text: sentence.out(), at, score: scoreOf(sentence, { frequency, at }) });
    figures.push(...figuresOf(sentence));
    onSentence((at + 1) / total);
  });
  return {
    title: article.title,
    source: sourceOf(article.url),
    sentences: pickSentences(scored),
    figures: pickFigures(figures),
    words: pickWords(frequency),
    wordCount: document
      .tokens()
      .filter((token) => token.out(its.type) === 'word')
      .length(),
  };
}

/** How often each content word stands in the article, by its lemma. */
function lemmaFrequency(article: Article): Map<string, number> {
  const counts = new Map<string, number>();
  nlp
    .readDoc([article.title, ...article.paragraphs].join('\n'))
    .tokens()
    .each((token: ItemToken) => {
      const lemma = contentLemma(token);
      if (lemma !== undefined) counts.set(lemma, (counts.get(lemma) ?? 0) + 1);
    });
  return counts;
}

function contentLemma(token: ItemToken): string | undefined {
  if (token.out(its.type) !== 'word' || token.out(its.stopWordFlag)) return undefined;
  const part = token.out(its.pos);
  if (part !== 'NOUN' && part !== 'PROPN' && part !== 'VERB' && part !== 'ADJ') return undefined;
  const lemma = token.out(lemmaOf);
  return lemma.length > 2 ? lemma : undefined;
}

/** A sentence tells much if its words are those of the whole article; the first ones of an article tell more. */
function scoreOf(sentence: ItemSentence, { frequency, at }: { frequency: ReadonlyMap<string, number>; at: number }): number {
  let sum = 0;
  let words = 0;
  sentence.tokens().each((token: ItemToken) => {
    const lemma = contentLemma(token);
    if (lemma === undefined) return;
    words += 1;
    sum += Math.sqrt(frequency.get(lemma) ?? 0);
  });
  const lead = at < 3 ? 1.15 : 1;
  // A few words more tell more; the mean alone would always choose the shortest.
  return words < 4 ? 0 : (sum / words) * Math.log2(1 + words) * lead;
}

/** The best sentences that say different things, in the order in which the article says them; the best of all first. */
function pickSentences(scored: readonly Scored[]): string[] {
  const fitting = scored.filter(({ text }) => text.length >= sentenceLength.min && text.length <= sentenceLength.max);
  const chosen: Scored[] = [];
  for (const candidate of [...(fitting.length > 0 ? fitting : scored)].sort((one, other) => other.score - one.score)) {
    if (chosen.length === keySentences) break;
    if (chosen.every((other) => overlap(other.text, candidate.text) < 0.4)) chosen.push(candidate);
  }
  const [best, ...rest] = chosen;
  return [...(best === undefined ? [] : [best]), ...rest.sort((one, other) => one.at - other.at)].map(({ text }) => text);
}

function overlap(one: string, other: string): number {
  const words = new Set(one.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
  const others = other.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  return others.filter((word) => words.has(word)).length / Math.max(1, Math.min(words.size, others.length));
}

const units =
  /^(?:%|percent|billion|million|trillion|tonnes?|tons?|kilomet(?:re|er)s?|met(?:re|er)s?|centimet(?:re|er)s?|milliseconds?|megawatts?|gigawatt-hours?|hours?|minutes?|years?|homes?|turbines?|degrees?|times|wires?|bridges?|cars|per|hour|second|century)$/i;

/** Numbers with what they count. A year says little on a picture, and a small bare number nothing. */
function figuresOf(sentence: ItemSentence): (Figure & { weight: number })[] {
  const text = sentence.out();
  const found: (Figure & { weight: number })[] = [];
  sentence.entities().each((entity: ItemEntity) => {
    const type = entity.out(its.type);
    if (type !== 'CARDINAL' && type !== 'PERCENT' && type !== 'MONEY' && type !== 'DURATION') return;
    const number = entity.out();
    if (!/\d/.test(number)) return;
    const value = withUnit(number, text);
    const isYear = /^(?:1[5-9]|20)\d\d$/.test(number.trim()) && value === number;
    if (isYear || (value === number && number.length < 3)) return;
    const weight = (type === 'PERCENT' || type === 'MONEY' ? 2 : 1) + (value === number ? 0 : 1);
    found.push({ value, context: clauseAround(text, number), weight });
  });
  return found;
}

/** The one or two words behind a number that say what it counts. */
function withUnit(number: string, text: string): string {
  const behind = text
    .slice(text.indexOf(number) + number.length)
    .trimStart()
    .split(/\s+/)
    .slice(0, 3);
  const taken: string[] = [];
  for (const word of behind) {
    const bare = word.replace(/[.,;:)]+$/, '');
    if (!units.test(bare)) break;
    taken.push(bare);
    if (bare !== word) break;
  }
  while (taken.at(-1) === 'per') taken.pop();
  return [number, ...taken].join(' ').replaceAll(/\s+%/g, '%');
}

function clauseAround(sentence: string, number: string): string {
  const at = sentence.indexOf(number);
  const start = Math.max(
    0,
    ...[', ', '; ', ': '].map((mark) => sentence.lastIndexOf(mark, at) + mark.length).filter((from) => from > 1 && from <= at),
  );
  const ends = [', ', '; ', ': '].map((mark) => sentence.indexOf(mark, at + number.length)).filter((end) => end > 0);
  const clause = sentence.slice(start, Math.min(...ends, sentence.length)).replace(/[.]$/, '');
  return clause.length >= 25 ? clause : sentence.replace(/[.]$/, '');
}

function pickFigures(figures: readonly (Figure & { readonly weight: number })[]): Figure[] {
  const chosen: Figure[] = [];
  for (const { value, context } of [...figures].sort((one, other) => other.weight - one.weight)) {
    if (chosen.length === keyFigures) break;
    if (chosen.every((other) => other.context !== context && other.value !== value)) chosen.push({ value, context });
  }
  return chosen;
}

function pickWords(frequency: ReadonlyMap<string, number>): { word: string; count: number }[] {
  const words = [...frequency].map(([word, count]) => ({ word, count }));
  return words.sort((one, other) => other.count - one.count || (one.word < other.word ? -1 : 1)).slice(0, keyWords);
}

function sourceOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return protocol === 'article:' ? `the article “${pathname}”` : host;
}
