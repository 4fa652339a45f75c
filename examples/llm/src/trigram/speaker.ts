/** The service's own model: goes on from the last words of a prompt as one novel might. It answers nothing, and says so. */

import { readFileSync } from 'node:fs';
import type { Asked, Ending, Listener, Speaker } from '../speaker.ts';
import { TrigramModel } from './model.ts';
import { paced } from './pace.ts';
import { seeded, seedOf } from './random.ts';
import { isWord, paragraphEnd, spelled, tokensOf } from './words.ts';

const textFile = new URL('../../text/pride-and-prejudice.txt', import.meta.url);
const headings = /^(?:PRIDE AND PREJUDICE|By Jane Austen|Chapter \d+)$/gm;
/** Most of the novel's paragraphs are a line of talk: where such a one ends, the text goes on with the next. */
const fewestWords = 60;
const usualMaxTokens = 200;
const usualTemperature = 0.8;

export class TrigramSpeaker implements Speaker {
  readonly name = 'trigram';
  readonly about =
    'written by "trigram": word statistics of one novel of 1813, which understand nothing; no language model is set';
  readonly #model: TrigramModel;
  readonly #wordsPerSecond: number;

  /** @param wordsPerSecond how fast it writes; `Infinity` does not wait. */
  constructor({ wordsPerSecond }: { readonly wordsPerSecond: number }) {
    this.#wordsPerSecond = wordsPerSecond;
    this.#model = new TrigramModel(tokensOf(readFileSync(textFile, 'utf8').replaceAll(headings, '')));
  }

  async speak(asked: Asked, { signal, say }: Listener): Promise<Ending> {
    const { requestId, messages, maxTokens = usualMaxTokens, temperature = usualTemperature, seed = seedOf(requestId) } = asked;
    const choice = { temperature, random: seeded(seed) };
    const context = this.#contextOf(messages.at(-1)?.content ?? '');
    const turn = paced(this.#wordsPerSecond, signal);
    let before: string | undefined;
    let words = 0;
    for (;;) {
      const token = this.#model.next(context, choice);
      context.push(token);
      if (isWord(token)) {
        if (words === maxTokens) return { finishReason: 'length' };
        words += 1;
        await turn();
      } else if (before === undefined) {
        // What would close the prompt's sentence is no beginning of a text.
        continue;
      } else if (token === paragraphEnd && words >= Math.min(fewestWords, maxTokens)) {
        return { finishReason: 'stop' };
      }
      await say(spelled(token, before));
      before = token;
    }
  }

  /** The last two words of the prompt that the model knows. */
  #contextOf(prompt: string): string[] {
    return tokensOf(prompt)
      .flatMap((token) => (isWord(token) ? (this.#model.known(token) ?? []) : []))
      .slice(-2);
  }
}
