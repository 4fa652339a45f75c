/** Finds amounts of money: `$3.42 million`, `EUR 1.2 million`, `1.730,00 €`, `-£18`. */

import { numberIn, numberPattern } from './numbers.ts';

export interface Money {
  /** As it is written. */
  readonly text: string;
  /** ISO 4217; a sign that several countries use is taken for the one most used. */
  readonly currency: string;
  readonly amount: number;
}

const currencies: Readonly<Record<string, string>> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  dollar: 'USD',
  dollars: 'USD',
  euro: 'EUR',
  euros: 'EUR',
};
const codes = 'USD|EUR|GBP|JPY|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|CNY|BRL|ZAR';
const magnitudes: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  tausend: 1e3,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  million: 1e6,
  millionen: 1e6,
  bn: 1e9,
  mrd: 1e9,
  billion: 1e9,
  milliarde: 1e9,
  milliarden: 1e9,
};

const magnitude = String.raw`(?:[ \u00a0]?(?:thousand|tausend|million(?:en)?|billion|milliarden?|mio|mrd|mn|bn|[mk])\b\.?)?`;
const pattern = new RegExp(
  [
    String.raw`(?<![\w.,])(?<sign>[-−–]?)(?<before>[$€£¥₹]|(?:${codes})[ \u00a0]?)[-−]?(?<numberAfter>${numberPattern})(?<magnitudeAfter>${magnitude})`,
    String.raw`(?<![\w.,$€£¥₹])(?<signed>[-−–]?)(?<number>${numberPattern})(?<magnitude>${magnitude})[ \u00a0]?(?<after>[€£¥₹]|(?:${codes}|dollars?|euros?)\b)`,
  ].join('|'),
  'giu',
);

/** In the order of the text. */
export function moneyIn(text: string): Money[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const found = match.groups ?? {};
    const name = (found['before'] ?? found['after'] ?? '').trim();
    const factor = magnitudes[(found['magnitudeAfter'] ?? found['magnitude'] ?? '').toLowerCase().replaceAll(/[\s.]/g, '')];
    const value = numberIn(found['numberAfter'] ?? found['number'] ?? '', factor !== undefined);
    const isNegative = (found['sign'] ?? found['signed'] ?? '') !== '' || /^\D*[-−]/.test(match[0].slice(1));
    const amount = Math.round(value * (factor ?? 1) * 100) / 100;
    const currency = currencies[name.toLowerCase()] ?? name.toUpperCase();
    return Number.isFinite(amount) ? [{ text: match[0].trim(), currency, amount: isNegative ? -amount : amount }] : [];
  });
}
