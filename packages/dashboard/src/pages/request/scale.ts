/** Where moments stand on a line: as far apart as they are in time, or with the stretches folded in which nothing begins or ends. Pure. */

import { durationText } from '../../parts/durations.ts';
import { ticksOf } from './ticks.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Fold {
  /** Shares of the line. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Scale {
  /** 0…1 along the line; what lies beyond an end stands at it. */
  shareOf(at: number): number;
  readonly marks: readonly { readonly share: number; readonly text: string }[];
  readonly folds: readonly Fold[];
}

/** With fewer stretches there is nothing to tell apart. */
const fewestStretches = 4;
/** A fold is drawn as long as so many usual stretches. */
const foldedStretches = 4;
/** Less of the whole is not worth a fold. */
const leastShare = 0.25;
/** Texts that are closer would run into one another. */
const textShare = 0.07;

interface Stretch extends Span {
  /** How long it is drawn. */
  readonly drawnMs: number;
}

/** What is longer than it has to be drawn; none where a fold would show no more. */
export function canFold(whole: Span, moments: readonly number[]): boolean {
  return stretchesOf(whole, moments).some(isFolded);
}

/** @param moments when something began or ended; asked for only where it is folded. */
export function scaleOf(whole: Span, moments: readonly number[]): Scale {
  const stretches = stretchesOf(whole, moments);
  const drawnMs = stretches.reduce((sum, one) => sum + one.drawnMs, 0);
  const shareOf = (at: number): number => {
    let before = 0;
    for (const stretch of stretches) {
      if (at < stretch.to) {
        const part = Math.max(0, at - stretch.from) / (stretch.to - stretch.from);
        return (before + part * stretch.drawnMs) / drawnMs;
      }
      before += stretch.drawnMs;
    }
    return 1;
  };
  const folds = stretches
    .filter(isFolded)
    .map(({ from, to }) => ({ from: shareOf(from), to: shareOf(to), text: durationText(to - from) }));
  return { shareOf, folds, marks: marksOf({ whole, stretches, drawnMs, folds, shareOf }) };
}

function isFolded({ from, to, drawnMs }: Stretch): boolean {
  return drawnMs < to - from;
}

function stretchesOf(whole: Span, moments: readonly number[]): readonly Stretch[] {
  const inside = moments.filter((at) => at > whole.from && at < whole.to);
  const ends = [...new Set([whole.from, ...inside, whole.to])].sort((one, other) => one - other);
  const lengths = ends.slice(1).map((to, index) => to - (ends[index] ?? to));
  const usualMs = lengths.toSorted((one, other) => one - other)[Math.floor((lengths.length - 1) / 2)] ?? 0;
  const foldedMs = foldedStretches * usualMs;
  return lengths.map((lengthMs, index) => {
    const from = ends[index] ?? whole.from;
    const isLong = lengthMs > foldedMs && lengthMs >= leastShare * (whole.to - whole.from);
    return { from, to: from + lengthMs, drawnMs: isLong && lengths.length >= fewestStretches ? foldedMs : lengthMs };
  });
}

interface Drawn extends Pick<Scale, 'shareOf' | 'folds'> {
  readonly whole: Span;
  readonly stretches: readonly Stretch[];
  readonly drawnMs: number;
}

/** Round times, where there is room for them. */
function marksOf({ whole, stretches, drawnMs, folds, shareOf }: Drawn): Scale['marks'] {
  const [, stepMs = drawnMs] = ticksOf(drawnMs);
  const marks: { share: number; text: string }[] = [];
  for (const stretch of stretches.filter((one) => !isFolded(one))) {
    const first = Math.ceil((stretch.from - whole.from) / stepMs);
    for (let tick = first; whole.from + tick * stepMs <= stretch.to; tick += 1) {
      const share = shareOf(whole.from + tick * stepMs);
      const text = durationText(tick * stepMs);
      const last = marks.at(-1);
      const isCrowded = folds.some(({ from, to }) => Math.abs((from + to) / 2 - share) < textShare);
      if (isCrowded || (last !== undefined && (share - last.share < textShare || last.text === text))) continue;
      marks.push({ share, text });
    }
  }
  return marks;
}
