/** Reads numbers as people write them, with points or commas in either role. */

/** Digits in groups of three, or without groups; decimals after a point or a comma. */
export const numberPattern = String.raw`\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?`;

/** `1.250,00`, `1,250.00`, `1250`; one mark before three digits groups them, unless the number counts millions. */
export function numberIn(text: string, isOfMagnitude: boolean): number {
  const plain = text.replaceAll(/['’\u00a0\u202f]/g, '');
  const marks = plain.match(/[.,]/g) ?? [];
  const last = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','));
  const decimals = plain.length - last - 1;
  const isMixed = new Set(marks).size > 1;
  const isDecimal = last >= 0 && (isMixed || (marks.length === 1 && (decimals !== 3 || isOfMagnitude)));
  const whole = (isDecimal ? plain.slice(0, last) : plain).replaceAll(/[.,]/g, '');
  return Number(isDecimal ? `${whole}.${plain.slice(last + 1)}` : whole);
}
