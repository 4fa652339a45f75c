/** The service over a real hub: what callers see of it, with either model. */

import { createTestHub } from '@conduit/hub/testing';
import { type Conduit, connect, type Provider } from '@conduit/sdk';
import { expect, onTestFinished, test } from 'vitest';
import { llm } from './contract.ts';
import { serveLlm } from './service.ts';
import { playEndpoint, streaming, tokenEvent, wholeEnd } from './testing/played-endpoint.ts';

async function aHub(): Promise<{ readonly url: string; readonly conduit: Conduit }> {
  const hub = await createTestHub();
  onTestFinished(async () => await hub.close());
  const conduit = await connect(hub.url);
  onTestFinished(() => conduit.close());
  return { url: hub.url, conduit };
}

async function aWorker(hub: string, environment: Parameters<typeof serveLlm>[0] = {}): Promise<Provider> {
  const settings = { LLM_WORDS_PER_SECOND: '10000', ...environment };
  const provider = await serveLlm(settings, { hub, handlesSignals: false, log: () => undefined });
  onTestFinished(() => provider.close());
  return provider;
}

/** Resolves with the text so far, once it is this long. */
async function untilSaid(request: ReturnType<Conduit['request']>, characters: number): Promise<string> {
  let text = '';
  for await (const event of request) {
    if (event.type === 'chunk') text += String(event.data);
    if (text.length >= characters) return text;
  }
  throw new Error(`the request ended after "${text}"`);
}

test('the streamed text is the result’s, and the first word of all is who speaks', async () => {
  const { url, conduit } = await aHub();
  await aWorker(url);
  const request = conduit.use(llm).chat({ prompt: 'What is love?', seed: 1, maxTokens: 2_000 });
  const events = [];
  for await (const event of request) events.push(event);
  const { text, model, words, finishReason } = await request;
  const chunks = events.flatMap((event) => (event.type === 'chunk' ? [event.data] : []));
  expect(chunks.length).toBeGreaterThan(50);
  expect(chunks.join('')).toBe(text);
  expect({ model, finishReason }).toEqual({ model: 'trigram', finishReason: 'stop' });
  expect(words).toBe(text.match(/\p{L}+\.?(?:['-]\p{L}+)*/gu)?.length);
  const isTold = events.findIndex((event) => event.type === 'tasks' && event.tasks[0]?.title === 'Write (trigram)');
  expect(isTold).toBeGreaterThanOrEqual(0);
  expect(isTold).toBeLessThan(events.findIndex(({ type }) => type === 'chunk'));
  const progress = events.find((event) => event.type === 'progress');
  expect(progress).toMatchObject({ taskId: 'write', message: expect.stringContaining('which understand nothing') });
});

test('a conversation is answered with its last message as context', async () => {
  const { url, conduit } = await aHub();
  await aWorker(url);
  const messages = [
    { role: 'user' as const, content: 'Hello' },
    { role: 'assistant' as const, content: 'Yes?' },
    { role: 'user' as const, content: 'It is a truth universally' },
  ];
  const { text } = await conduit.use(llm).chat({ messages, temperature: 0, maxTokens: 5 });
  expect(text).toMatch(/^acknowledged, that I am/);
});

test('a payload that asks nothing is refused with what to say', async () => {
  const { url, conduit } = await aHub();
  await aWorker(url);
  const error: unknown = await conduit
    .use(llm)
    .chat({})
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid_payload', message: expect.stringContaining('say something') });
});

test('a cancel in the middle stops the text', async () => {
  const { url, conduit } = await aHub();
  const provider = await aWorker(url, { LLM_WORDS_PER_SECOND: '50' });
  const request = conduit.request('llm', 'chat', { prompt: 'Hello', maxTokens: 100_000, temperature: 0 });
  const said = await untilSaid(request, 20);
  await request.cancel('heard enough');
  await expect(request).rejects.toMatchObject({ code: 'cancelled' });
  const { state, streams } = await conduit.get(request.id, { include: ['streams'] });
  expect(state).toBe('cancelled');
  expect(streams[0]?.data?.join('').length).toBeLessThan(said.length + 100);
  await provider.drain();
  expect(provider.held).toBe(0);
});

test('a request whose worker was lost is answered by another one, with the same text', async () => {
  const { url, conduit } = await aHub();
  const first = await aWorker(url, { LLM_WORDS_PER_SECOND: '2' });
  const request = conduit.request('llm', 'chat', { prompt: 'Hello', maxTokens: 200 });
  const said = await untilSaid(request, 5);
  await aWorker(url);
  // The hub gives whoever was cut off 5 s to come back.
  first.close();
  expect(Object(await request).text.slice(0, said.length)).toBe(said);
  expect((await conduit.get(request.id)).attempt).toBe(2);
});

test('an endpoint’s tokens are streamed, and the result says who spoke and what it cost', async () => {
  const { url, conduit } = await aHub();
  const endpoint = await playEndpoint((response) => {
    streaming(response);
    for (const token of ['Tides', ' come', ' twice.']) response.write(tokenEvent(token));
    response.end(wholeEnd);
  });
  onTestFinished(async () => await endpoint.close());
  await aWorker(url, { OPENAI_BASE_URL: endpoint.baseUrl, OPENAI_MODEL: 'big-1' });
  const request = conduit.request('llm', 'chat', { prompt: 'Tides?', messages: [{ role: 'system', content: 'Be short.' }] });
  expect(await untilSaid(request, 17)).toBe('Tides come twice.');
  expect(await request).toEqual({
    model: 'played-1',
    text: 'Tides come twice.',
    words: 3,
    finishReason: 'stop',
    usage: { promptTokens: 5, completionTokens: 3 },
  });
  expect(Object(endpoint.asked[0]?.body).messages).toEqual([
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Tides?' },
  ]);
});

test('an endpoint that dies in mid-stream fails the request so that it can be sent again', async () => {
  const { url, conduit } = await aHub();
  const endpoint = await playEndpoint((response) => {
    streaming(response).write(tokenEvent('Tides'), () => response.destroy());
  });
  onTestFinished(async () => await endpoint.close());
  await aWorker(url, { OPENAI_BASE_URL: endpoint.baseUrl, OPENAI_MODEL: 'big-1' });
  const request = conduit.request('llm', 'chat', { prompt: 'Tides?' });
  await expect(request).rejects.toMatchObject({ code: 'endpoint_cut_off', retryable: true });
  expect((await conduit.get(request.id)).state).toBe('failed');
});

test('a cancel reaches the endpoint', async () => {
  const { url, conduit } = await aHub();
  const endpoint = await playEndpoint((response) => void streaming(response).write(tokenEvent('Tides come')));
  onTestFinished(async () => await endpoint.close());
  await aWorker(url, { OPENAI_BASE_URL: endpoint.baseUrl, OPENAI_MODEL: 'big-1' });
  const request = conduit.request('llm', 'chat', { prompt: 'Tides?' });
  await untilSaid(request, 5);
  await request.cancel();
  await endpoint.asked[0]?.gone;
  await expect(request).rejects.toMatchObject({ code: 'cancelled' });
});
