/** Finds the names in an English text: words that the model takes for proper nouns, side by side. */

import { type Word, wordsOf } from '../english.ts';

export interface Name {
  readonly name: string;
  /** By its own words: `Dr. …` is a person, `… Ltd` an organisation. The model knows no more, and so neither do we. */
  readonly kind: 'person' | 'organisation' | 'unknown';
}

const titles = new Set('mr mrs ms miss dr prof professor sir captain judge'.split(' '));
const organisation =
  /\b(?:Ltd|Inc|LLC|Corp|Corporation|Company|Group|GmbH|AG|SE|plc|Bank|University|Institute|Cooperative|Foundation|Association|Council|Ministry|Agency|Authority|Court|Services)\b|&/u;
/** Between two proper nouns these belong to the name: University of Northbay. Nobody is called so. */
const insideAny = new Set(['of', '&', 'de', 'van', 'von']);
const insidePerson = new Set(['de', 'van', 'von']);
const dateWords =
  /^(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)$/u;

/** In the order of the text, of two words or more: a single capital letter begins every sentence. */
export function namesIn(text: string): Name[] {
  const words = wordsOf(text);
  const names: Name[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const title = titleBefore(words, at);
    const length = nameLength(words, at, title === undefined ? insideAny : insidePerson);
    if (length === 0) continue;
    const name = words
      .slice(at, at + length)
      .reduce((joined, word) => joined + (word.isSpaceBefore && joined !== '' ? ' ' : '') + word.text, '');
    if (title !== undefined) names.push({ name: `${title} ${name}`, kind: 'person' });
    else if (length > 1) names.push({ name, kind: organisation.test(name) ? 'organisation' : 'unknown' });
    at += length - 1;
  }
  return names;
}

/** How many words from here are one name. */
function nameLength(words: readonly Word[], from: number, inside: ReadonlySet<string>): number {
  let length = 0;
  for (let at = from; at < words.length; at += 1) {
    const word = words[at];
    const next = words[at + 1];
    if (word === undefined || !(isName(word) || (length > 0 && inside.has(word.text) && next !== undefined && isName(next))))
      break;
    length += 1;
  }
  return length;
}

function isName({ text, part }: Word): boolean {
  return part === 'PROPN' && /^\p{Lu}[\p{L}’'-]+$/u.test(text) && !dateWords.test(text) && !titles.has(text.toLowerCase());
}

function titleBefore(words: readonly Word[], at: number): string | undefined {
  const [before, between] = [words[at - 1], words[at - 2]];
  const title = before?.text === '.' ? between?.text : before?.text.replace(/\.$/, '');
  if (title === undefined || !titles.has(title.toLowerCase())) return undefined;
  return before?.text.endsWith('.') ? `${title}.` : title;
}
