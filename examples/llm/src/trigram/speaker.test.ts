import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Asked, Ending } from '../speaker.ts';
import { TrigramSpeaker } from './speaker.ts';
import { isWord, tokensOf } from './words.ts';

const speaker = new TrigramSpeaker({ wordsPerSecond: Number.POSITIVE_INFINITY });

async function spoken(asked: Partial<Asked> & { readonly prompt?: string }): Promise<Ending & { readonly text: string }> {
  const { prompt = 'What is love?', ...rest } = asked;
  let text = '';
  const ending = await speaker.speak(
    {
      requestId: 'r1',
      messages: [{ role: 'user', content: prompt }],
      maxTokens: undefined,
      temperature: undefined,
      seed: undefined,
      ...rest,
    },
    {
      signal: new AbortController().signal,
      say: async (piece) => {
        text += piece;
      },
    },
  );
  return { ...ending, text };
}

function wordsOf(text: string): string[] {
  return tokensOf(text).filter(isWord);
}

test('the same seed gives the same text, another one another', async () => {
  expect(await spoken({ seed: 1 })).toEqual(await spoken({ seed: 1, requestId: 'r2' }));
  expect((await spoken({ seed: 1 })).text).not.toBe((await spoken({ seed: 2 })).text);
});

test('without a seed another attempt at a request says the same, another request does not', async () => {
  expect((await spoken({ requestId: 'r1' })).text).toBe((await spoken({ requestId: 'r1' })).text);
  expect((await spoken({ requestId: 'r1' })).text).not.toBe((await spoken({ requestId: 'r2' })).text);
});

test('every word is one of the novel, none of them a heading', async () => {
  const novel = readFileSync(new URL('../../text/pride-and-prejudice.txt', import.meta.url), 'utf8');
  const known = new Set(wordsOf(novel));
  for (let seed = 0; seed < 40; seed += 1) {
    const { text } = await spoken({ seed, prompt: 'Explain quantum chromodynamics', temperature: 1.5 });
    expect(wordsOf(text).filter((word) => !known.has(word) || word === 'Chapter')).toEqual([]);
  }
});

test('it goes on from the last words of the prompt that it knows', async () => {
  expect((await spoken({ prompt: 'Say: it is a truth universally', temperature: 0 })).text).toMatch(/^acknowledged, that I am/);
  expect((await spoken({ prompt: 'It is a truth UNIVERSALLY, xylophone?', temperature: 0 })).text).toMatch(/^acknowledged,/);
});

test('a text begins with a word, whatever the prompt ends with', async () => {
  for (let seed = 0; seed < 40; seed += 1) expect((await spoken({ seed, prompt: 'What is love?' })).text).toMatch(/^\p{L}/u);
});

test('it writes no more words than it may, and says that it was cut off', async () => {
  const { text, finishReason } = await spoken({ maxTokens: 12, temperature: 0 });
  expect(wordsOf(text)).toHaveLength(12);
  expect(finishReason).toBe('length');
});

test('it ends with a paragraph, once it has said something', async () => {
  const endings = await Promise.all([1, 2, 3, 4, 5].map(async (seed) => await spoken({ seed, maxTokens: 1_000 })));
  for (const { text, finishReason } of endings) {
    expect(finishReason).toBe('stop');
    expect(wordsOf(text).length).toBeGreaterThanOrEqual(60);
    expect(text).toMatch(/[.!?:;,\p{L}-]$/u);
  }
});

test('it writes at its pace', async () => {
  const startedAt = performance.now();
  const steady = new TrigramSpeaker({ wordsPerSecond: 100 });
  const beganAt: number[] = [];
  await steady.speak(
    { requestId: 'r1', messages: [{ role: 'user', content: 'Hello' }], maxTokens: 20, temperature: 0, seed: 1 },
    { signal: new AbortController().signal, say: async () => void beganAt.push(performance.now()) },
  );
  expect(performance.now() - startedAt).toBeGreaterThan(190);
  expect(beganAt.length).toBeGreaterThanOrEqual(20);
});

test('it stops at once when it is told to, with the reason it was given', async () => {
  const stop = new AbortController();
  const slow = new TrigramSpeaker({ wordsPerSecond: 0.01 });
  const reason = new Error('no longer needed');
  const speaking = slow.speak(
    { requestId: 'r1', messages: [{ role: 'user', content: 'Hello' }], maxTokens: 20, temperature: 0, seed: 1 },
    { signal: stop.signal, say: async () => undefined },
  );
  stop.abort(reason);
  await expect(speaking).rejects.toBe(reason);
});
