/** Any endpoint that speaks OpenAI's chat completions: asked for a stream, its tokens passed on as they come. */

import { z } from 'zod';
import type { Asked, Ending, Listener, Speaker } from '../speaker.ts';
import { failure, parsed, refusal, saidError } from './failure.ts';
import { eventData } from './sse.ts';

export interface Endpoint {
  /** Where its paths begin, for example `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Left out, for one that wants none. */
  readonly apiKey?: string | undefined;
}

/** What we need of each event; endpoints leave out, and put in, whatever they like. */
const completionChunk = z.object({
  model: z.string().nullish(),
  choices: z
    .array(z.object({ delta: z.object({ content: z.string().nullish() }).nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }).nullish(),
});

export class EndpointSpeaker implements Speaker {
  readonly name: string;
  readonly about: string;
  readonly #endpoint: Endpoint;
  readonly #url: URL;

  /** @throws TypeError when `baseUrl` is no address. */
  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#url = new URL(`${endpoint.baseUrl.replace(/\/+$/, '')}/chat/completions`);
    this.name = endpoint.model;
    this.about = `written by "${endpoint.model}" at ${this.#url.host}`;
  }

  async speak(asked: Asked, listener: Listener): Promise<Ending> {
    const response = await this.#ask(asked, listener.signal);
    if (!response.ok) throw await refusal(response);
    const type = response.headers.get('content-type') ?? 'nothing';
    if (response.body === null || !type.startsWith('text/event-stream')) {
      await response.body?.cancel();
      throw failure('endpoint_not_understood', `the endpoint answers with ${type}, no stream of events; see OPENAI_BASE_URL`);
    }
    return await this.#passOn(response.body, listener);
  }

  /** Resolves with the answer's head. One that does not come within 5 minutes is given up by fetch itself. */
  async #ask({ messages, maxTokens, temperature, seed }: Asked, signal: AbortSignal): Promise<Response> {
    const { model, apiKey } = this.#endpoint;
    const asked = { model, messages, stream: true, stream_options: { include_usage: true } };
    try {
      return await fetch(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        // What the caller did not say is left to the endpoint: JSON has no undefined.
        body: JSON.stringify({ ...asked, max_tokens: maxTokens, temperature, seed }),
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      const sentence = `no endpoint answers at ${this.#url.host} (${reasonOf(error)}); is it running, and OPENAI_BASE_URL right?`;
      throw failure('endpoint_unreachable', sentence, { cause: error });
    }
  }

  async #passOn(body: AsyncIterable<Uint8Array>, { signal, say }: Listener): Promise<Ending> {
    let ending: Partial<Ending> = {};
    for await (const data of this.#unbroken(eventData(body), signal)) {
      if (data === '[DONE]') break;
      const { model, choices, usage } = this.#read(data);
      const { delta, finish_reason } = choices?.[0] ?? {};
      if (model) ending = { ...ending, model };
      if (finish_reason) ending = { ...ending, finishReason: finish_reason };
      if (usage) ending = { ...ending, usage: { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } };
      if (delta?.content) await say(delta.content);
    }
    const { finishReason } = ending;
    // Some say no [DONE], but whoever has finished says how.
    if (finishReason === undefined)
      throw failure('endpoint_cut_off', 'the endpoint stopped in the middle of its text; try again');
    return { ...ending, finishReason };
  }

  /** The events, a connection that breaks told as what it is. */
  async *#unbroken(events: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    try {
      yield* events;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RangeError) throw failure('endpoint_not_understood', `the endpoint sends no events: ${error.message}`);
      const sentence = `the endpoint was cut off in the middle of its text (${reasonOf(error)}); try again`;
      throw failure('endpoint_cut_off', sentence, { cause: error });
    }
  }

  #read(data: string): z.output<typeof completionChunk> {
    const said = parsed(data);
    const failed = saidError.safeParse(said);
    if (failed.success) {
      throw failure('endpoint_failed', `the endpoint failed in the middle of its text; try again: ${failed.data.error.message}`);
    }
    const chunk = completionChunk.safeParse(said);
    if (chunk.success) return chunk.data;
    throw failure('endpoint_not_understood', 'the endpoint sends events that are no chat completions; see OPENAI_BASE_URL');
  }
}

/** fetch hides why it failed one level down. */
function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message : String(cause);
}
