import { expect, test } from 'vitest';
import { ServiceLabels } from './service-labels.ts';

test('services that somebody provides are told apart up to a bound, and the others are one', () => {
  const labels = new ServiceLabels(2);
  expect([labels.of('llm', true), labels.of('resize', true), labels.of('ocr', true)]).toEqual(['llm', 'resize', 'other']);
  expect(labels.of('llm', false)).toBe('llm');
});

test('a name that is only asked for takes nobody its label', () => {
  const labels = new ServiceLabels(1);
  for (let n = 0; n < 1_000; n += 1) expect(labels.of(`made-up-${n}`, false)).toBe('other');
  expect(labels.of('llm', true)).toBe('llm');
});
