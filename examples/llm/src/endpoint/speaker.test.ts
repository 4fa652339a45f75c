import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Asked, Ending } from '../speaker.ts';
import { dataEvent, type PlayedEndpoint, playEndpoint, streaming, tokenEvent, wholeEnd } from '../testing/played-endpoint.ts';
import { EndpointSpeaker } from './speaker.ts';

type Play = Parameters<typeof playEndpoint>[0];

async function anEndpoint(play: Play): Promise<PlayedEndpoint> {
  const endpoint = await playEndpoint(play);
  onTestFinished(async () => await endpoint.close());
  return endpoint;
}

async function speak(
  baseUrl: string,
  {
    signal = new AbortController().signal,
    say = async () => undefined,
    ...asked
  }: Partial<Asked> & {
    readonly signal?: AbortSignal;
    readonly say?: (piece: string) => Promise<void>;
  } = {},
): Promise<Ending & { readonly text: string }> {
  let text = '';
  const speaker = new EndpointSpeaker({ baseUrl, model: 'big-1', apiKey: 'sk-secret' });
  const ending = await speaker.speak(
    {
      requestId: 'r1',
      messages: [{ role: 'user', content: 'Hello' }],
      maxTokens: undefined,
      temperature: undefined,
      seed: undefined,
      ...asked,
    },
    {
      signal,
      say: async (piece) => {
        text += piece;
        await say(piece);
      },
    },
  );
  return { ...ending, text };
}

async function failureOf(play: Play): Promise<unknown> {
  const { baseUrl } = await anEndpoint(play);
  return await speak(baseUrl).catch((error: unknown) => error);
}

function answers(status: number, body: unknown, headers = {}): (response: ServerResponse) => void {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

describe('an endpoint that answers', () => {
  test('is asked as the caller asked, and its tokens are passed on as they come', async () => {
    const { baseUrl, asked } = await anEndpoint((response) => {
      streaming(response).write(': processing\n\n');
      response.write(dataEvent({ choices: [{ delta: { role: 'assistant', content: '' } }] }));
      for (const token of ['Hel', 'lo', ' 🌊']) response.write(tokenEvent(token));
      response.end(wholeEnd);
    });
    const pieces: string[] = [];
    const said = await speak(`${baseUrl}/`, {
      maxTokens: 9,
      temperature: 0.5,
      seed: 3,
      say: async (piece) => void pieces.push(piece),
    });
    expect(said).toEqual({
      text: 'Hello 🌊',
      model: 'played-1',
      finishReason: 'stop',
      usage: { promptTokens: 5, completionTokens: 3 },
    });
    expect(pieces).toEqual(['Hel', 'lo', ' 🌊']);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: 'Bearer sk-secret' } });
    expect(asked[0]?.body).toEqual({
      model: 'big-1',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 9,
      temperature: 0.5,
      seed: 3,
    });
  });

  test('is told nothing that the caller did not say', async () => {
    const { baseUrl, asked } = await anEndpoint((response) => void streaming(response).end(tokenEvent('Hi') + wholeEnd));
    await speak(baseUrl);
    expect(Object.keys(Object(asked[0]?.body))).toEqual(['model', 'messages', 'stream', 'stream_options']);
  });

  test('has finished when it says how, also without [DONE]', async () => {
    const { baseUrl } = await anEndpoint(
      (response) => void streaming(response).end(dataEvent({ choices: [{ delta: { content: 'Hi' }, finish_reason: 'length' }] })),
    );
    expect(await speak(baseUrl)).toEqual({ text: 'Hi', finishReason: 'length' });
  });

  test('is left at once when the work is to stop', async () => {
    const stop = new AbortController();
    const { baseUrl, asked } = await anEndpoint((response) => void streaming(response).write(tokenEvent('Hi')));
    const reason = new Error('cancelled');
    const say = async (): Promise<void> => stop.abort(reason);
    await expect(speak(baseUrl, { signal: stop.signal, say })).rejects.toBe(reason);
    await asked[0]?.gone;
  });
});

describe('an endpoint that fails', () => {
  test.each([
    [429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, 'endpoint_busy', true],
    [429, { error: { message: 'no credit', code: 'insufficient_quota' } }, 'endpoint_quota_used_up', false],
    [500, { error: { message: 'oops' } }, 'endpoint_failed', true],
    [503, 'overloaded', 'endpoint_failed', true],
    [400, { error: { message: 'too many tokens' } }, 'endpoint_refused_request', false],
    [404, { error: { message: 'no model big-1' } }, 'endpoint_not_found', false],
    [401, { error: { message: 'Incorrect key sk-secret' } }, 'endpoint_refused_key', false],
  ])('with status %i and %j is told as %s', async (status, body, code, retryable) => {
    const error = await failureOf(answers(status, body));
    expect(error).toMatchObject({ code, retryable, details: { status } });
    expect(String(error)).not.toContain('secret');
  });

  test('says when to come back, where the endpoint does', async () => {
    expect(await failureOf(answers(429, {}, { 'retry-after': '7' }))).toMatchObject({ details: { retryAfterMs: 7_000 } });
  });

  test('says what it refused, shortly', async () => {
    const error = await failureOf(answers(400, { error: { message: `bad request ${'x'.repeat(5_000)}` } }));
    expect(error).toMatchObject({ message: expect.stringContaining('bad request xxx') });
    expect(String(error).length).toBeLessThan(500);
  });

  test('by sending an answer without an end is not read to it', async () => {
    const error = await failureOf(async (response, { gone }) => {
      response.writeHead(500);
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
      await gone;
    });
    expect(error).toMatchObject({ code: 'endpoint_failed' });
  });

  test('in mid-stream, by dying, gives an error that can be tried again', async () => {
    const error = await failureOf((response) => {
      streaming(response).write(tokenEvent('Hel'), () => response.destroy());
    });
    expect(error).toMatchObject({ code: 'endpoint_cut_off', retryable: true });
  });

  test('in mid-stream, by ending too early, gives an error that can be tried again', async () => {
    const error = await failureOf((response) => void streaming(response).end(tokenEvent('Hel')));
    expect(error).toMatchObject({ code: 'endpoint_cut_off', retryable: true });
  });

  test('in mid-stream, by saying so, gives an error that can be tried again', async () => {
    const error = await failureOf((response) => void streaming(response).end(dataEvent({ error: { message: 'worker died' } })));
    expect(error).toMatchObject({ code: 'endpoint_failed', retryable: true, message: expect.stringContaining('worker died') });
  });

  test('to be one is told so', async () => {
    const page = await failureOf((response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hi'));
    expect(page).toMatchObject({
      code: 'endpoint_not_understood',
      retryable: false,
      message: expect.stringContaining('text/html'),
    });
    const nonsense = await failureOf((response) => void streaming(response).end('data: nonsense\n\n'));
    expect(nonsense).toMatchObject({ code: 'endpoint_not_understood', retryable: false });
  });

  test('to answer at all is told with its address', async () => {
    const endpoint = await playEndpoint(() => undefined);
    await endpoint.close();
    const error: unknown = await speak(endpoint.baseUrl).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'endpoint_unreachable', retryable: true });
    expect(String(error)).toMatch(/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
  });
});
