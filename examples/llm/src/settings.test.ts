import { expect, test } from 'vitest';
import { speakerFrom } from './settings.ts';

test('without an endpoint the trigram speaks, and says what it is', () => {
  const { name, about } = speakerFrom({ OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'big-1', OPENAI_BASE_URL: '' });
  expect(name).toBe('trigram');
  expect(about).toContain('understand nothing');
});

test('where an endpoint is set, its model speaks', () => {
  const { name, about } = speakerFrom({ OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1', OPENAI_MODEL: 'big-1' });
  expect(name).toBe('big-1');
  expect(about).toBe('written by "big-1" at 127.0.0.1:8080');
});

test.each([
  [{ OPENAI_BASE_URL: 'http://127.0.0.1/v1' }, /OPENAI_MODEL must name/],
  [{ OPENAI_BASE_URL: 'somewhere', OPENAI_MODEL: 'big-1' }, /OPENAI_BASE_URL is no address/],
  [{ LLM_WORDS_PER_SECOND: 'fast' }, /LLM_WORDS_PER_SECOND must be a number above 0, not "fast"/],
  [{ LLM_WORDS_PER_SECOND: '0' }, /LLM_WORDS_PER_SECOND/],
])('%j is refused with a sentence', (environment, sentence) => {
  expect(() => speakerFrom(environment)).toThrow(sentence);
});
