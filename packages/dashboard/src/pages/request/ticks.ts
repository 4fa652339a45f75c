/** Where a scale of time has its marks: at round durations, a handful of them. Pure. */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** What people read off at a glance; below and above it goes on by 1, 2, 5. */
const roundMs = [1, 2, 5, 10, 15, 30].flatMap((count) => [count * secondMs, count * minuteMs, count * hourMs]);
const most = 5;

/** @returns milliseconds from the beginning, 0 first, each as far from the last, none beyond the end. */
export function ticksOf(wholeMs: number): readonly number[] {
  const stepMs = stepOf(wholeMs);
  return Array.from({ length: Math.floor(wholeMs / stepMs) + 1 }, (_, index) => index * stepMs);
}

function stepOf(wholeMs: number): number {
  const least = wholeMs / most;
  const decimal = decimalStep(least);
  if (decimal < secondMs) return decimal;
  return Math.min(...roundMs.filter((one) => one >= least), ...(least > Math.max(...roundMs) ? [decimal] : []));
}

function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return ([1, 2, 5].find((one) => one * power >= least) ?? 10) * power;
}
