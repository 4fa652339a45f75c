/** The real service at a real hub, called as anybody would call it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTestHub } from '@conduit/hub/testing';
import { type Conduit, connect, type Provider } from '@conduit/sdk';
import { describe, expect, onTestFinished, test } from 'vitest';
import { documents } from './contract.ts';
import { serveDocuments } from './service.ts';
import { aPdfOfPages } from './testing/pdfs.ts';

const logged: string[] = [];

async function aHub(): Promise<string> {
  const hub = await createTestHub();
  onTestFinished(async () => await hub.close());
  return hub.url;
}

async function aWorker(hub: string): Promise<Provider> {
  const log = (sentence: string): void => void logged.push(sentence);
  const provider = await serveDocuments({ hub, handlesSignals: false, log });
  onTestFinished(async () => await provider.drain());
  return provider;
}

async function aCaller(hub: string): Promise<Conduit> {
  const conduit = await connect(hub);
  onTestFinished(() => conduit.close());
  return conduit;
}

describe('a document that is processed', () => {
  test('goes through its four steps in order, each with a result of its own', async () => {
    const hub = await aHub();
    await aWorker(hub);
    const conduit = await aCaller(hub);
    const request = conduit.use(documents).process({ url: 'document:annual-report.pdf' });
    const results: string[] = [];
    const pages: string[] = [];
    let streamed = '';
    for await (const event of request) {
      if (event.type === 'task_result') results.push(event.taskId);
      if (event.type === 'progress' && event.taskId === 'parse') pages.push(`${event.current} of ${event.total} ${event.unit}`);
      if (event.type === 'chunk') {
        expect(event).toMatchObject({ stream: 'markdown', taskId: 'format', mode: 'append' });
        streamed += String(event.data);
      }
      if (event.type === 'tasks') {
        expect(event.tasks.map(({ taskId, title }) => [taskId, title])).toEqual([
          ['parse', 'Parse'],
          ['analyze', 'Analyze'],
          ['extract', 'Extract'],
          ['format', 'Format'],
        ]);
      }
    }
    const result = await request;
    expect(results).toEqual(['parse', 'analyze', 'extract', 'format']);
    expect(pages.at(-1)).toBe('5 of 5 pages');
    expect(result.document).toEqual({ type: 'pdf', title: 'Annual Report 2025', pages: 5 });
    expect(result.analysis.words).toBe(701);
    expect(result.extraction.tables).toHaveLength(3);
    expect(result.markdown).toBe(streamed);
    expect(streamed).toMatch(/^# Annual Report 2025\n/);
  });

  test('may be sent as bytes', async () => {
    const hub = await aHub();
    await aWorker(hub);
    const conduit = await aCaller(hub);
    const bytes = await aPdfOfPages(2, (page) => `This is the text of page ${page}, which somebody has sent.`);
    const { document, analysis } = await conduit.use(documents).process({ bytes, type: 'application/pdf' });
    expect(document).toMatchObject({ type: 'pdf', pages: 2 });
    expect(analysis.words).toBe(22);
  });

  test('is shared among several workers', async () => {
    const hub = await aHub();
    await Promise.all([aWorker(hub), aWorker(hub)]);
    const conduit = await aCaller(hub);
    const providers = new Set<string | undefined>();
    const titles = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const request = conduit.use(documents).process({ url: 'document:minutes.html' });
        for await (const event of request) if (event.type === 'status') providers.add(event.provider?.instanceId);
        return (await request).document.title;
      }),
    );
    expect(new Set(titles)).toEqual(new Set(['Minutes of the harbour council']));
    expect(providers.size).toBe(2);
  });
});

describe('a document that can not be processed', () => {
  test.each([
    ['unsupported_document', Buffer.from('PK\u0003\u0004')],
    ['broken_document', Buffer.from('%PDF-1.7 and nothing of one')],
  ])('ends with %s, of its step and of the request, and with nothing in the log', async (code, bytes) => {
    const hub = await aHub();
    await aWorker(hub);
    const conduit = await aCaller(hub);
    logged.length = 0;
    const request = conduit.use(documents).process({ bytes });
    const errors: string[] = [];
    const rejected = expect(request).rejects.toMatchObject({ code, retryable: false });
    for await (const event of request) if (event.type === 'task_error') errors.push(`${event.taskId}: ${event.error.code}`);
    await rejected;
    expect(errors).toEqual([`parse: ${code}`]);
    expect(logged).toEqual([]);
  });
});

test('a document that is cancelled in the middle stops there, and the worker takes the next one', async () => {
  const hub = await aHub();
  await aWorker(hub);
  const conduit = await aCaller(hub);
  const bytes = await aPdfOfPages(450, (page) => `Page ${page}: ${'and on '.repeat(150)}`);
  const request = conduit.use(documents).process({ bytes });
  const rejected = expect(request).rejects.toMatchObject({ code: 'cancelled' });
  let lastPage = 0;
  for await (const event of request) {
    if (event.type !== 'progress' || event.taskId !== 'parse') continue;
    if (lastPage === 0) await request.cancel('read enough');
    lastPage = event.current ?? 0;
  }
  await rejected;
  expect(lastPage).toBeGreaterThan(0);
  expect(lastPage).toBeLessThan(450);
  const next = await conduit.use(documents).process({ url: 'document:minutes.html' });
  expect(next.document.title).toBe('Minutes of the harbour council');
});

test('the command says when it serves, and finishes what it holds when it is told to stop', async () => {
  const hub = await aHub();
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=conduit-src', main], {
    env: { ...process.env, CONDUIT_URL: hub },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  expect(line).toBe(`documents serves ${hub}`);
  const conduit = await aCaller(hub);
  const request = conduit.use(documents).process({ url: 'document:rechnung.pdf' });
  // Comes once for each attempt; a second signal would end the worker at once.
  for await (const event of request) if (event.type === 'running') child.kill('SIGTERM');
  expect((await request).document.title).toBe('Rechnung 2026-0117');
  await ended;
});
