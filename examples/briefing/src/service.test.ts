/** The service over a real hub, with workers of the others: what a tree of requests looks like from outside, and how it ends. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { serveLlm } from '@conduit/example-llm';
import { createTestHub } from '@conduit/hub/testing';
import { type Conduit, connect, type FollowedEvent, type LooseHandlers, type Provider, ServiceError, serve } from '@conduit/sdk';
import { expect, onTestFinished, test } from 'vitest';
import { briefing } from './contract.ts';
import { serveBriefing } from './service.ts';

const quiet = { handlesSignals: false, log: () => undefined } as const;
const tides = {
  document: { type: 'html', title: 'Tides', pages: 1 },
  analysis: { language: null, words: 9, keySentences: ['The sea rises twice a day.', 'The moon pulls it.'] },
  extraction: {},
  markdown: '# Tides\n\nThe sea rises twice a day. It is a truth universally',
};

interface Surroundings {
  readonly url: string;
  readonly conduit: Conduit;
}

/** A hub with a worker of `briefing`. */
async function surroundings(): Promise<Surroundings> {
  const hub = await createTestHub();
  onTestFinished(async () => await hub.close());
  const conduit = await connect(hub.url);
  onTestFinished(() => conduit.close());
  const provider = await serveBriefing({ hub: hub.url, ...quiet });
  onTestFinished(() => provider.close());
  return { url: hub.url, conduit };
}

async function aWorker(hub: string, service: string, handlers: LooseHandlers): Promise<Provider> {
  const provider = await serve(service, handlers, { hub, ...quiet });
  onTestFinished(() => provider.close());
  return provider;
}

/** A worker of `documents` that knows one document. */
async function aReader(hub: string): Promise<Provider> {
  return await aWorker(hub, 'documents', { process: () => tides });
}

async function aWriter(hub: string, wordsPerSecond = 10_000): Promise<Provider> {
  const provider = await serveLlm({ LLM_WORDS_PER_SECOND: String(wordsPerSecond) }, { hub, ...quiet });
  onTestFinished(() => provider.close());
  return provider;
}

/** One of the other examples itself, as a process of its own. */
async function anExample(name: 'brightwrapper' | 'documents', hub: string): Promise<void> {
  const main = fileURLToPath(new URL(`../../${name}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=conduit-src', '--import', 'tsx', main], {
    env: { ...process.env, CONDUIT_URL: hub },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    void ended.then(() => reject(new Error(`${name} ended`)));
  });
}

/** The address of an article of brightwrapper's, on a server of the test. */
async function anArticle(): Promise<string> {
  const page = readFileSync(new URL('../../brightwrapper/articles/tides.html', import.meta.url));
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(page));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' ? `http://127.0.0.1:${address?.port}/tides.html` : '';
}

async function eventsOf(request: AsyncIterable<FollowedEvent>): Promise<FollowedEvent[]> {
  const events: FollowedEvent[] = [];
  for await (const event of request) events.push(event);
  return events;
}

/** Resolves once an event is such a one. */
async function untilEvent(request: AsyncIterable<FollowedEvent>, is: (event: FollowedEvent) => boolean): Promise<void> {
  for await (const event of request) if (is(event)) return;
  throw new Error('the request ended before');
}

async function failureOf(request: PromiseLike<unknown>): Promise<unknown> {
  return await request.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** A handler that works until it is told to stop. */
function endless(): {
  readonly handler: LooseHandlers[string];
  readonly begun: Promise<string>;
  readonly stopped: Promise<unknown>;
} {
  let begin: (requestId: string) => void = () => undefined;
  let stop: (reason: unknown) => void = () => undefined;
  const begun = new Promise<string>((resolve) => {
    begin = resolve;
  });
  const stopped = new Promise<unknown>((resolve) => {
    stop = resolve;
  });
  const handler: LooseHandlers[string] = async (_, { requestId, signal }) => {
    signal.addEventListener('abort', () => stop(signal.reason));
    begin(requestId);
    throw await stopped;
  };
  return { handler, begun, stopped };
}

test('what was read is written about, and the writer’s text is the briefing’s own stream', async () => {
  const { url, conduit } = await surroundings();
  await aReader(url);
  await aWriter(url);
  const request = conduit.use(briefing).prepare({ url: 'document:tides', question: 'What moves the sea?' });
  const events = await eventsOf(request);
  const result = await request;
  const chunks = events.flatMap((event) => (event.type === 'chunk' ? [event] : []));
  expect(chunks.every(({ taskId, stream }) => taskId === 'write' && stream === 'text')).toBe(true);
  expect(chunks.map(({ data }) => data).join('')).toBe(result.briefing.text);
  expect(result.briefing.model).toBe('trigram');
  expect(result).toMatchObject({ document: tides.document, keySentences: tides.analysis.keySentences });
  expect(result.markdown).toContain('*Written by trigram.*');
  expect(result.markdown).toContain('- The moon pulls it.');
  const { payload } = await conduit.get(result.children.write, { include: ['payload'] });
  const asked: unknown = Object(payload).messages.at(-1);
  expect(asked).toMatchObject({ role: 'user', content: expect.stringContaining(tides.markdown) });
  expect(asked).toMatchObject({ content: expect.stringMatching(/What moves the sea\?$/) });
});

test('the children’s progress is shown as the tasks’ own', async () => {
  const { url, conduit } = await surroundings();
  let goOn: () => void = () => undefined;
  const isShown = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await aWorker(url, 'documents', {
    process: async (_, ctx) => {
      ctx.tasks([{ taskId: 'parse' }, { taskId: 'format' }]);
      ctx.task('parse').done();
      ctx.task('format').progress(0.5, 'almost there');
      await isShown;
      return tides;
    },
  });
  await aWriter(url, 100);
  const request = conduit.request('briefing', 'prepare', { url: 'document:tides' });
  await untilEvent(request, (event) => event.type === 'progress' && event.taskId === 'read' && event.progress === 0.75);
  expect((await conduit.get(request.id)).live.progress['read']).toMatchObject({ message: 'almost there' });
  goOn();
  await untilEvent(
    request,
    (event) =>
      event.type === 'progress' && event.taskId === 'write' && event.unit === 'words' && /"trigram"/.test(event.message ?? ''),
  );
  await request;
});

test('the children are requests of their own, listed by the parent and named in its result', async () => {
  const { url, conduit } = await surroundings();
  await aReader(url);
  await aWriter(url);
  const request = conduit.use(briefing).prepare({ url: 'document:tides' });
  const { children } = await request;
  expect((await conduit.get(request.id)).children).toEqual([children.read, children.write]);
  const [read, write] = await Promise.all([conduit.get(children.read), conduit.get(children.write)]);
  expect(read).toMatchObject({ to: 'documents', state: 'completed', parent: { requestId: request.id, taskId: 'read' } });
  expect(write).toMatchObject({ to: 'llm', state: 'completed', parent: { requestId: request.id, taskId: 'write' } });
});

// Two processes load their models at once: on a busy machine that takes most of the usual 30 s.
test('a page is read by documents, written about by llm and drawn by brightwrapper', { timeout: 90_000 }, async () => {
  const { url, conduit } = await surroundings();
  await Promise.all([anExample('documents', url), anExample('brightwrapper', url), aWriter(url)]);
  const request = conduit.use(briefing).prepare({ url: await anArticle(), pictures: true });
  const events = await eventsOf(request);
  const { document, keySentences, pictures = [], children } = await request;
  expect(document).toMatchObject({ type: 'html', title: expect.stringMatching(/tide/i) });
  expect(keySentences.length).toBeGreaterThanOrEqual(2);
  expect(pictures.length).toBeGreaterThanOrEqual(3);
  const passedOn = events.flatMap((event) => (event.type === 'chunk' && event.stream === 'pictures' ? [event.data] : []));
  const whole = { mime: 'image/png', width: expect.any(Number), height: expect.any(Number), image: expect.any(Uint8Array) };
  expect(passedOn).toEqual(pictures.map((picture) => ({ ...picture, ...whole })));
  expect([...((await conduit.get(request.id)).children ?? [])].sort()).toEqual(Object.values(children).sort());
  expect(await conduit.get(String(children.pictures))).toMatchObject({ to: 'brightwrapper', parent: { taskId: 'pictures' } });
});

test('a document that can’t be read fails its task and the briefing, and says why', async () => {
  const { url, conduit } = await surroundings();
  await aWriter(url);
  await aWorker(url, 'documents', {
    process: () => {
      throw new ServiceError('unreachable_document', 'nobody answers at that address', { retryable: true });
    },
  });
  const request = conduit.use(briefing).prepare({ url: 'http://nowhere/' });
  const error = await failureOf(request);
  expect(error).toMatchObject({
    code: 'read_failed',
    message: '"documents" failed with unreachable_document: nobody answers at that address',
    retryable: true,
    details: { service: 'documents', action: 'process', code: 'unreachable_document' },
  });
  const { tasks, children } = await conduit.get(request.id);
  expect(tasks.find(({ taskId }) => taskId === 'read')).toMatchObject({ state: 'failed', error: { code: 'read_failed' } });
  expect(children).toHaveLength(1);
});

test('a service that nobody offers is named', async () => {
  const { url, conduit } = await surroundings();
  await aReader(url);
  const error = await failureOf(conduit.use(briefing).prepare({ url: 'document:tides' }));
  expect(error).toMatchObject({ code: 'write_failed', retryable: true, message: expect.stringContaining('"llm"') });
});

test('an answer that is no document is told as one', async () => {
  const { url, conduit } = await surroundings();
  await aWorker(url, 'documents', { process: () => ({ document: { title: 'Tides' } }) });
  const error = await failureOf(conduit.use(briefing).prepare({ url: 'document:tides' }));
  expect(error).toMatchObject({ code: 'read_failed', details: { code: 'unexpected_answer' } });
});

test('pictures that fail cost the briefing nothing but them', async () => {
  const { url, conduit } = await surroundings();
  await aReader(url);
  await aWriter(url);
  await aWorker(url, 'brightwrapper', {
    'generate-infographics': () => {
      throw new ServiceError('not_readable', 'there is no text in it');
    },
  });
  const request = conduit.use(briefing).prepare({ url: 'document:tides', pictures: true });
  const result = await request;
  expect(result.pictures).toBeUndefined();
  const { tasks, state } = await conduit.get(request.id);
  expect(state).toBe('completed');
  expect(tasks.find(({ taskId }) => taskId === 'pictures')).toMatchObject({
    state: 'failed',
    error: { code: 'pictures_failed', message: expect.stringContaining('there is no text in it') },
  });
});

test('cancelled, it cancels everybody who works for it', async () => {
  const { url, conduit } = await surroundings();
  const [reader, illustrator] = [endless(), endless()];
  await aWorker(url, 'documents', { process: reader.handler });
  await aWorker(url, 'brightwrapper', { 'generate-infographics': illustrator.handler });
  const request = conduit.request('briefing', 'prepare', { url: 'document:tides', pictures: true });
  const children = await Promise.all([reader.begun, illustrator.begun]);
  expect([...((await conduit.get(request.id)).children ?? [])].sort()).toEqual([...children].sort());
  await request.cancel('no longer needed');
  expect(await failureOf(request)).toMatchObject({ code: 'cancelled' });
  await Promise.all([reader.stopped, illustrator.stopped]);
  const ended = await Promise.all(children.map(async (child) => await failureOf(conduit.follow(child))));
  expect(ended).toEqual([expect.objectContaining({ code: 'cancelled' }), expect.objectContaining({ code: 'cancelled' })]);
});

test('cancelled in the middle of the text, its writer stops', async () => {
  const { url, conduit } = await surroundings();
  await aReader(url);
  const writer = await aWriter(url, 2);
  const request = conduit.request('briefing', 'prepare', { url: 'document:tides' });
  await untilEvent(request, ({ type }) => type === 'chunk');
  expect(writer.held).toBe(1);
  await request.cancel();
  expect(await failureOf(request)).toMatchObject({ code: 'cancelled' });
  const [, write] = (await conduit.get(request.id)).children ?? [];
  expect(await failureOf(conduit.follow(String(write)))).toMatchObject({ code: 'cancelled' });
});

test('a reader that fails ends the drawing, too', async () => {
  const { url, conduit } = await surroundings();
  const illustrator = endless();
  await aWorker(url, 'brightwrapper', { 'generate-infographics': illustrator.handler });
  await aWorker(url, 'documents', {
    process: async () => {
      await illustrator.begun;
      throw new ServiceError('empty_document', 'there is nothing in it');
    },
  });
  const request = conduit.request('briefing', 'prepare', { url: 'document:tides', pictures: true });
  expect(await failureOf(request)).toMatchObject({ code: 'read_failed', retryable: false });
  expect(await illustrator.stopped).toMatchObject({ code: 'cancelled', details: { reason: 'parent_ended' } });
});

test('a writer that was lost is followed by another, whose text has a stream of its own', async () => {
  const { url, conduit } = await surroundings();
  await aReader(url);
  const first = await aWriter(url, 2);
  const request = conduit.request('briefing', 'prepare', { url: 'document:tides' });
  await untilEvent(request, ({ type }) => type === 'chunk');
  await aWriter(url);
  const [, write] = (await conduit.get(request.id)).children ?? [];
  // The hub gives whoever was cut off 5 s to come back.
  first.close();
  const result = Object(await request);
  expect((await conduit.get(String(write))).attempt).toBe(2);
  const texts: Record<string, string> = {};
  for await (const event of conduit.follow(request.id))
    if (event.type === 'chunk') texts[event.stream] = `${texts[event.stream] ?? ''}${String(event.data)}`;
  expect(texts['text-2']).toBe(result.briefing.text);
  expect(result.briefing.text.startsWith(texts['text'])).toBe(true);
});
