/** Which model speaks, as the environment says: an endpoint where one is set, otherwise our own small one. */

import { EndpointSpeaker } from './endpoint/speaker.ts';
import type { Speaker } from './speaker.ts';
import { TrigramSpeaker } from './trigram/speaker.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Somewhat faster than people read, so that they need not wait, and see that it streams. */
const usualWordsPerSecond = 25;

/** @throws TypeError for a setting that is missing or wrong. */
export function speakerFrom(environment: Environment): Speaker {
  const baseUrl = environment['OPENAI_BASE_URL'];
  if (baseUrl === undefined || baseUrl === '') return new TrigramSpeaker({ wordsPerSecond: wordsPerSecondFrom(environment) });
  const model = environment['OPENAI_MODEL'];
  if (model === undefined || model === '') throw new TypeError(`OPENAI_MODEL must name one of the models of ${baseUrl}`);
  if (!URL.canParse(baseUrl)) throw new TypeError(`OPENAI_BASE_URL is no address: write it like https://api.openai.com/v1`);
  return new EndpointSpeaker({ baseUrl, model, apiKey: environment['OPENAI_API_KEY'] || undefined });
}

function wordsPerSecondFrom({ LLM_WORDS_PER_SECOND: said = '' }: Environment): number {
  const wordsPerSecond = said === '' ? usualWordsPerSecond : Number(said);
  if (wordsPerSecond > 0) return wordsPerSecond;
  throw new TypeError(`LLM_WORDS_PER_SECOND must be a number above 0, not "${said}"`);
}
