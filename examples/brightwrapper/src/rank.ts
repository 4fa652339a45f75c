/** Ranks sentences by TextRank (Mihalcea and Tarau, 2004): a sentence tells much if many others that tell much share its topics. */

import type { Sentence } from './language.ts';

/** How much of a sentence's rank comes from the others; the usual value since PageRank. */
const damping = 0.85;
/** The ranks of a long article hardly change after so many rounds. */
const rounds = 30;
/** Every pair is compared: beyond this an article's first sentences stand for it. */
const mostSentences = 400;

/** One number per sentence, the higher the more it tells; 1 on average. */
export function rankSentences(sentences: readonly Sentence[]): number[] {
  const topics = sentences
    .slice(0, mostSentences)
    .map(({ words }) => new Set(words.flatMap(({ topic }) => (topic === undefined ? [] : [topic]))));
  const likeness = topics.map((one, from) => topics.map((other, to) => (from === to ? 0 : overlap(one, other))));
  const given = likeness.map((row) => row.reduce((sum, one) => sum + one, 0));
  let ranks = topics.map(() => 1);
  for (let round = 0; round < rounds; round += 1) {
    ranks = ranks.map((_, to) => {
      const received = ranks.reduce((sum, rank, from) => {
        const total = given[from] ?? 0;
        return total === 0 ? sum : sum + (rank * (likeness[from]?.[to] ?? 0)) / total;
      }, 0);
      return 1 - damping + damping * received;
    });
  }
  return sentences.map((_, at) => ranks[at] ?? 0);
}

/** Shared topics, against the advantage of long sentences. */
function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const topic of one) if (other.has(topic)) shared += 1;
  return shared === 0 ? 0 : shared / (Math.log(1 + one.size) + Math.log(1 + other.size));
}
