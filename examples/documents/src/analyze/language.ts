/** Tells the language of a text by its trigrams. */

import { franc } from 'franc-min';
import type { Passage } from '../passages.ts';

export interface Language {
  /** ISO 639-1 where there is one: `en`, `de`. */
  readonly code: string;
  /** In English. */
  readonly name: string;
}

/** Trigrams of more text give the same answer. */
const enough = 10_000;
/** Less is too little to tell Danish from Norwegian. */
const fewest = 40;

/** Null where there is too little text, or it is in a language that few people speak. */
export function languageOf(passages: readonly Passage[]): Language | null {
  let text = '';
  for (const passage of passages) {
    if (text.length > enough) break;
    if (passage.kind !== 'table') text += `${passage.text}\n`;
  }
  const found = franc(text, { minLength: fewest });
  if (found === 'und') return null;
  const [code = found] = Intl.getCanonicalLocales(found);
  return { code, name: new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? code };
}
