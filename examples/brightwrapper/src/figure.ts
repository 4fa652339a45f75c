/** Finds the numbers of a sentence with what they count: 160 billion tonnes, 46%, $240 per megawatt-hour. */

import type { Entity, Sentence, Word } from './language.ts';

export interface Figure {
  /** As the article writes it, unit included. */
  readonly value: string;
  readonly number: string;
  /** What it counts; empty where the number says it all. */
  readonly unit: string;
  /** The clause it stands in. */
  readonly context: string;
  /** A percentage up to 100 as a part of 1. */
  readonly share?: number;
}

export interface WeighedFigure extends Figure {
  /** How much it tells by itself, from 1. */
  readonly weight: number;
}

/** A clause that fits a tile; longer sentences are cut at their commas. */
const contextLength = { min: 28, max: 92 };

const numberIn = /(\p{Sc}?\s?\d[\d.,]*(?:\s?%|\s(?:thousand|million|billion|trillion)\b)?)(.*)$/u;

export function figuresOf(sentence: Sentence): WeighedFigure[] {
  return sentence.entities.flatMap((entity) => figureOf(entity, sentence) ?? []);
}

function figureOf(entity: Entity, sentence: Sentence): WeighedFigure | undefined {
  if (!/^(?:CARDINAL|PERCENT|MONEY|DURATION)$/.test(entity.type)) return undefined;
  // "about 13 hours" and "more than 50 years" begin at their digits; "since 2018" is left with a year.
  const [, digits, inside] = numberIn.exec(entity.text) ?? [];
  // The model knows the dollar and the yen only.
  const sign = sentence.words[entity.from - 1]?.text ?? '';
  const number = digits !== undefined && /^\p{Sc}$/u.test(sign) ? `${sign}${digits}` : digits;
  if (number === undefined || inside === undefined || /\d/.test(inside)) return undefined;
  const type = /^\p{Sc}/u.test(number) ? 'MONEY' : entity.type;
  const unit = unitOf({ ...entity, type }, sentence.words, inside.trim());
  const plain = number.replaceAll(/\s+%/g, '%').trim();
  const isBare = unit === '' && /^[\d.,]+$/.test(plain);
  if (isBare && (plain.length < 4 || /^[12]\d{3}$/.test(plain))) return undefined;
  const value = unit === '' ? plain : `${plain} ${unit}`;
  const percent = /^([\d.]+)%$/.exec(plain)?.[1];
  return {
    value,
    number: plain,
    unit,
    context: contextOf(sentence.text, entity.text),
    ...(percent !== undefined && Number(percent) <= 100 ? { share: Number(percent) / 100 } : {}),
    weight: weightOf(type, { plain, unit }),
  };
}

/** Money, shares and great numbers surprise; one that counts something says more than a bare one. */
function weightOf(type: string, { plain, unit }: { readonly plain: string; readonly unit: string }): number {
  const isGreat = /illion|\d,\d{3}/.test(plain);
  return 1 + (type === 'PERCENT' || type === 'MONEY' ? 1 : 0) + (isGreat ? 1 : 0) + (unit === '' ? 0 : 0.5);
}

/** The nouns behind the number, hyphens and "per" included: metres per second, growth rings, gigawatt-hours. */
function unitOf({ type, to }: Entity, words: readonly Word[], inside: string): string {
  if (type === 'PERCENT') return '';
  const taken = inside === '' ? [] : [inside];
  let at = to + 1;
  const takeNouns = (most: number, isUnitOfRate: boolean): void => {
    // Square kilometres, large turbines.
    const [adjective, noun] = [words[at], words[at + 1]];
    if (!isUnitOfRate && adjective?.part === 'ADJ' && noun?.part === 'NOUN') {
      taken.push(adjective.text);
      at += 1;
    }
    for (let count = 0; count < most; count += 1) {
      const word = words[at];
      // The model takes the "second" of "metres per second" for an adjective.
      const isNoun = word?.part === 'NOUN' || word?.part === 'PROPN' || (isUnitOfRate && word?.part === 'ADJ');
      if (word === undefined || !isNoun) return;
      let text = word.text;
      while (words[at + 1]?.text === '-' && words[at + 1]?.isSpaceBefore === false && words[at + 2]?.isWord === true) {
        text += `-${words[at + 2]?.text}`;
        at += 2;
      }
      taken.push(text);
      at += 1;
    }
  };
  if (type !== 'MONEY' && inside === '') takeNouns(2, false);
  if (/^(?:per|an?)$/.test(words[at]?.text ?? '') && (taken.length > 0 || type === 'MONEY')) {
    const rate = words[at]?.text ?? '';
    const before = taken.length;
    at += 1;
    if (rate === 'per') {
      takeNouns(1, true);
      if (taken.length > before) taken.splice(before, 0, rate);
    }
  }
  return taken.join(' ');
}

/** The sentence if it is short, otherwise the part between its commas that the number stands in. */
function contextOf(sentence: string, number: string): string {
  const whole = sentence.replace(/[.]$/, '');
  if (whole.length <= contextLength.max) return whole;
  const at = whole.indexOf(number);
  const marks = [...whole.matchAll(/[,;:](?=\s)|\s[–—](?=\s)/g)].map(({ index }) => index);
  const starts = marks.filter((mark) => mark < at);
  const ends = [...marks.filter((mark) => mark >= at + number.length), whole.length];
  let start = starts.pop() ?? 0;
  let end = ends.shift() ?? whole.length;
  while (ends.length > 0 && end - start < contextLength.min) end = ends.shift() ?? end;
  if (end - start < contextLength.min) start = starts.pop() ?? 0;
  const clause = whole.slice(start, end).replace(/^[\s,;:–—]+(?:(?:and|but|so|or|although|while)\s+)?/, '');
  return windowOn(clause.charAt(0).toUpperCase() + clause.slice(1), number);
}

/** What is still too long loses words at its beginning, so that the number is there, and at its end. */
function windowOn(clause: string, number: string): string {
  if (clause.length <= contextLength.max) return clause;
  const at = Math.max(0, clause.indexOf(number));
  const joint = clause.lastIndexOf(' and ', at);
  const beginning = joint > at - contextLength.max / 2 ? joint + ' and'.length : at - contextLength.max / 2;
  const from = at + number.length + 20 <= contextLength.max ? 0 : clause.indexOf(' ', beginning) + 1;
  const rest = clause.slice(from);
  const cut = rest.length <= contextLength.max ? rest : `${rest.slice(0, rest.lastIndexOf(' ', contextLength.max))}…`;
  return from === 0 ? cut : `…${cut}`;
}
