import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test } from 'vitest';
import { fontFiles, textWidth } from './font.ts';
import { breakLines, fit } from './lines.ts';
import { textAt } from './page.ts';

const text = 'Electricity from tidal streams costs about $240 per megawatt-hour today, three times as much as wind at sea.';

test.each([400, 600, 800] as const)('a text of weight %i is as wide as the renderer draws it', (weight) => {
  const line = 'Häufige Wörter, £1,200 & “quotes” — fjord';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100" font-family="Inter">${textAt([line], [0, 60], { size: 40, weight, fill: '#000' })}</svg>`;
  const drawn = new Resvg(svg, { font: { fontFiles: [...fontFiles], loadSystemFonts: false } }).getBBox()?.width ?? 0;
  expect(textWidth(line, { size: 40, weight }) / drawn).toBeGreaterThan(0.99);
  expect(textWidth(line, { size: 40, weight }) / drawn).toBeLessThan(1.03);
});

describe('lines', () => {
  test.each([280, 320, 500, 900])('never leave a column of %i pixels, and lose nothing', (room) => {
    const lines = breakLines(text, { size: 36, room });
    for (const line of lines) expect(textWidth(line, { size: 36 })).toBeLessThanOrEqual(room);
    expect(lines.join(' ')).toBe(text);
  });

  test('leave no short word alone at the end', () => {
    const sentence = 'High water comes about fifty minutes later on each and every day.';
    const room = textWidth('High water comes about fifty minutes later on each and every', { size: 40 }) + 1;
    expect(breakLines(sentence, { size: 40, room }).at(-1)).not.toBe('day.');
  });

  test('that are too many end in an ellipsis within the column', () => {
    const lines = breakLines(text, { size: 36, room: 400, most: 2 });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/\w…$/);
    expect(textWidth(lines[1] ?? '', { size: 36 })).toBeLessThanOrEqual(400);
  });

  test('break a word that is wider than the column', () => {
    const lines = breakLines(`see https://example.com/${'a'.repeat(200)}`, { size: 36, room: 300 });
    for (const line of lines) expect(textWidth(line, { size: 36 })).toBeLessThanOrEqual(300);
  });
});

test('the largest size that fits is taken, and the smallest is cut', () => {
  const column = { room: 600, height: 200, sizes: [80, 40, 20] };
  expect(fit('Two words', column).size).toBe(80);
  expect(fit(text, column).size).toBe(40);
  const cut = fit(text.repeat(20), column);
  expect(cut).toMatchObject({ size: 20 });
  expect(cut.lines.length * 20 * 1.25).toBeLessThanOrEqual(200);
  expect(cut.lines.at(-1)).toMatch(/…$/);
});
