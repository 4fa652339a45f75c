/** Finds what an article says: its key sentences, its figures and its words, with an English language model. */

import type { Article } from './article.ts';
import { type Figure, figuresOf, type WeighedFigure } from './figure.ts';
import { readSentences, type Sentence } from './language.ts';
import { rankSentences } from './rank.ts';

export interface Understanding {
  readonly title: string;
  readonly source: string;
  /** The most telling first, the others in the order of the article. */
  readonly sentences: readonly string[];
  /** The most telling first, the others in the order of the article. */
  readonly figures: readonly Figure[];
  /** The most frequent first. */
  readonly words: readonly { readonly word: string; readonly count: number }[];
  readonly wordCount: number;
}

const most = { sentences: 4, figures: 5, words: 10 } as const;
/** Shorter sentences say too little, longer ones fit no picture. */
const sentenceLength = { min: 50, max: 230 };
/** An article says early what it is about. */
const leadBonus = 1.15;

interface Ranked extends Sentence {
  readonly at: number;
  readonly rank: number;
}

/** @param onProgress how much has been read, 0…1. Rejects when the signal stops it. */
export async function understand(
  article: Article,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
): Promise<Understanding> {
  const sentences = await readSentences(article.paragraphs, { signal, onProgress });
  const ranks = rankSentences(sentences);
  const ranked = sentences.map((sentence, at) => ({ ...sentence, at, rank: (ranks[at] ?? 0) * (at < 3 ? leadBonus : 1) }));
  return {
    title: article.title,
    source: sourceOf(article.url),
    sentences: pickSentences(ranked),
    figures: pickFigures(ranked),
    words: pickWords(sentences),
    wordCount: sentences.reduce((sum, { words }) => sum + words.filter(({ isWord }) => isWord).length, 0),
  };
}

/** The best sentences that say different things. */
function pickSentences(ranked: readonly Ranked[]): string[] {
  const fitting = ranked.filter(({ text }) => text.length >= sentenceLength.min && text.length <= sentenceLength.max);
  const standing = fitting.filter(standsAlone);
  const chosen: Ranked[] = [];
  for (const pool of [standing, fitting, ranked]) {
    for (const candidate of [...pool].sort((one, other) => other.rank - one.rank)) {
      if (chosen.length < most.sentences && chosen.every((other) => likeness(other, candidate) < 0.4)) chosen.push(candidate);
    }
  }
  return bestFirst(chosen).map(({ text }) => text);
}

/** One that begins with "They" or "But" needs the sentence before it. */
function standsAlone({ words: [first] }: Sentence): boolean {
  return (
    first !== undefined &&
    first.part !== 'PRON' &&
    first.part !== 'CCONJ' &&
    !/^(?:this|these|that|those|such|other|others|its|their|then|therefore|however)$/i.test(first.text)
  );
}

function likeness(one: Sentence, other: Sentence): number {
  const [topics, others] = [one, other].map(({ words }) => new Set(words.flatMap(({ topic }) => topic ?? [])));
  if (topics === undefined || others === undefined) return 0;
  const shared = [...topics].filter((topic) => others.has(topic)).length;
  return shared / Math.max(1, Math.min(topics.size, others.size));
}

/** The ones that tell most; two of one clause would show the same words twice. */
function pickFigures(ranked: readonly Ranked[]): Figure[] {
  const all = ranked.flatMap((sentence) =>
    figuresOf(sentence).map((figure) => ({ figure, at: sentence.at, rank: figure.weight * (1 + sentence.rank / 4) })),
  );
  const chosen: typeof all = [];
  for (const candidate of all.sort((one, other) => other.rank - one.rank)) {
    const isNew = chosen.every(
      ({ figure }) => figure.context !== candidate.figure.context && figure.value !== candidate.figure.value,
    );
    if (chosen.length < most.figures && isNew) chosen.push(candidate);
  }
  return bestFirst(chosen).map(({ figure }) => withoutWeight(figure));
}

function withoutWeight({ weight: _, ...figure }: WeighedFigure): Figure {
  return figure;
}

/** What ranks highest leads; a reader wants the rest in the order of the article. */
function bestFirst<T extends { readonly at: number }>([best, ...rest]: readonly T[]): T[] {
  return best === undefined ? [] : [best, ...rest.sort((one, other) => one.at - other.at)];
}

/**
 * Counted by topic, shown as a name where the article mostly writes it as one: Moon, but tide. What follows a number
 * is how the article measures, not what it talks about.
 */
function pickWords(sentences: readonly Sentence[]): { word: string; count: number }[] {
  const counts = new Map<string, { count: number; named: number; name: string }>();
  for (const { words } of sentences) {
    for (const [at, { topic, part, text }] of words.entries()) {
      if (topic === undefined || part === 'VERB' || words[at - 1]?.part === 'NUM') continue;
      const entry = counts.get(topic) ?? { count: 0, named: 0, name: topic };
      entry.count += 1;
      if (at > 0 && /^\p{Lu}/u.test(text)) {
        entry.named += 1;
        entry.name = text;
      }
      counts.set(topic, entry);
    }
  }
  return [...counts]
    .sort(([one, { count }], [other, { count: otherCount }]) => otherCount - count || (one < other ? -1 : 1))
    .slice(0, most.words)
    .map(([topic, { count, named, name }]) => ({ word: named * 2 > count ? name : topic, count }));
}

function sourceOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return protocol === 'article:' ? `the article “${pathname}”` : host;
}
