/**
 * A model of words: how often each followed which two. What follows two words that never stood together is told by the last one alone,
 * what follows an unknown word by how often words are used at all. It knows no meaning, and no word that its text doesn't have.
 */

import { isWord, paragraphEnd } from './words.ts';

type Counts = Map<string, number>;

/**
 * Each kind of successor makes a pair this much less trusted, relative to how often the pair was seen: most pairs occur once or twice,
 * and would only recite the book.
 */
const doubtPerKind = 0.4;

interface Choice {
  /** 0: always the most frequent. 1: as often as in the text. Higher: more evenly. */
  readonly temperature: number;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

export class TrigramModel {
  readonly #afterNone: Counts = new Map();
  readonly #afterOne = new Map<string, Counts>();
  readonly #afterTwo = new Map<string, Counts>();
  /** A word's most frequent spelling, by its spelling without capitals. */
  readonly #spellings = new Map<string, string>();

  /** Counts once; some 0.2 s for a novel. @throws RangeError for a text without a word. */
  constructor(tokens: readonly string[]) {
    if (!tokens.some(isWord)) throw new RangeError('a model needs a text with words to learn from');
    let before = paragraphEnd;
    let last = paragraphEnd;
    // A text ends as a paragraph does, so that its last word, too, has something after it.
    for (const token of [...tokens, paragraphEnd]) {
      count(this.#afterNone, token);
      count(counts(this.#afterOne, last), token);
      count(counts(this.#afterTwo, pairOf(before, last)), token);
      [before, last] = [last, token];
    }
    for (const [word, times] of this.#afterNone) {
      const known = this.#spellings.get(word.toLowerCase());
      if (known === undefined || times > (this.#afterNone.get(known) ?? 0)) this.#spellings.set(word.toLowerCase(), word);
    }
  }

  /** The word as the text writes it, whatever its capitals; undefined where the text hasn't got it. */
  known(word: string): string | undefined {
    return this.#afterOne.has(word) ? word : this.#spellings.get(word.toLowerCase());
  }

  /** What comes next. @param context what was said so far; its last two tokens count. */
  next(context: readonly string[], choice: Choice): string {
    const last = context.at(-1) ?? paragraphEnd;
    const before = context.at(-2) ?? paragraphEnd;
    const ofPair = this.#afterTwo.get(pairOf(before, last));
    const isTrusted = ofPair !== undefined && choice.random() >= doubt(ofPair, choice);
    return drawn((isTrusted ? ofPair : this.#afterOne.get(last)) ?? this.#afterNone, choice);
  }
}

/** How likely what follows a pair is told by its last word alone, 0…1. Whoever wants the likeliest only has no doubts. */
function doubt(among: Counts, { temperature }: Choice): number {
  let seen = 0;
  for (const times of among.values()) seen += times;
  return (doubtPerKind * Math.min(1, temperature) * among.size) / seen;
}

/** One of these by its weight. */
function drawn(among: Counts, { temperature, random }: Choice): string {
  if (temperature === 0) return mostFrequent(among);
  // Relative to the highest: powers of counts would overflow at low temperatures.
  const highest = Math.max(...among.values());
  const weighed = Array.from(among, ([token, times]) => ({ token, weight: (times / highest) ** (1 / temperature) }));
  let left = random() * weighed.reduce((sum, { weight }) => sum + weight, 0);
  for (const { token, weight } of weighed) {
    left -= weight;
    if (left < 0) return token;
  }
  // Rounding may leave a little of the sum.
  return mostFrequent(among);
}

/** The first of those that are equal: the one that the text has first. */
function mostFrequent(among: Counts): string {
  let best = paragraphEnd;
  let most = 0;
  for (const [token, times] of among) {
    if (times <= most) continue;
    best = token;
    most = times;
  }
  return best;
}

function counts(of: Map<string, Counts>, key: string): Counts {
  const known = of.get(key) ?? new Map();
  of.set(key, known);
  return known;
}

function count(among: Counts, token: string): void {
  among.set(token, (among.get(token) ?? 0) + 1);
}

/** No token has a tab in it. */
function pairOf(before: string, last: string): string {
  return `${before}\t${last}`;
}
