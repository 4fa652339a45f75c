/** Serves `llm`: joins a speaker with the SDK. */

import { type Provider, type ServeOptions, type ServiceContext, serve } from '@conduit/sdk';
import { type ChatPayload, type ChatResult, llm } from './contract.ts';
import { speakerFrom } from './settings.ts';
import type { Speaker } from './speaker.ts';
import { isWord, tokensOf } from './trigram/words.ts';

/** Either model spends its time waiting: for an endpoint, or for the next word's turn. */
const capacity = 32;

/**
 * Resolves once the hub knows it.
 * @param environment says which model speaks: see `settings.ts`.
 * @throws TypeError for a setting that is wrong.
 */
export async function serveLlm(environment: Parameters<typeof speakerFrom>[0], options: ServeOptions = {}): Promise<Provider> {
  const speaker = speakerFrom(environment);
  const chat = async (payload: ChatPayload, context: ServiceContext): Promise<ChatResult> =>
    await answer(speaker, payload, context);
  return await serve(llm, { chat }, { capacity, metadata: { model: speaker.name }, ...options });
}

async function answer(speaker: Speaker, payload: ChatPayload, context: ServiceContext): Promise<ChatResult> {
  const { prompt, messages = [], maxTokens, temperature, seed } = payload;
  const { requestId, signal } = context;
  // Who speaks is told before the first word: nobody is to take a text for more than it is.
  const writing = context.task('write', { title: `Write (${speaker.name})` });
  writing.progress({ current: 0, unit: 'words' }, speaker.about);
  let text = '';
  let words = 0;
  const say = async (piece: string): Promise<void> => {
    text += piece;
    words += wordsIn(piece);
    await context.chunk(piece, { taskId: 'write' });
    writing.progress({ current: words, unit: 'words' }, speaker.about);
  };
  const asked = prompt === undefined ? messages : [...messages, { role: 'user', content: prompt } as const];
  const {
    finishReason,
    model = speaker.name,
    ...ending
  } = await speaker.speak({ requestId, messages: asked, maxTokens, temperature, seed }, { signal, say });
  writing.done({ model, words: wordsIn(text), finishReason });
  return { model, text, words: wordsIn(text), finishReason, ...ending };
}

function wordsIn(text: string): number {
  return tokensOf(text).filter(isWord).length;
}
