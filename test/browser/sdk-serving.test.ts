/** A provider in a page: it serves whoever asks, streams, goes on after a cut, and is missed by nobody when its tab is closed. */

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aConduit, aProvider, aTestHub } from '../support/sdk.ts';
import { aBrowserForThisFile, aPage } from './sdk-page.ts';

const chromium = aBrowserForThisFile();
const cutMs = 3_000;

/** A page whose own program serves `worker` with these handlers, once it has registered. */
async function aServingPage(hubUrl: string, at: string, handlers: string): Promise<Page> {
  const script = `conduit.serve('worker', ${handlers}, { hub: '${at}', log: () => {} }).then(() => { document.title = 'serves'; });`;
  const page = await aPage(chromium, hubUrl, { script });
  await page.waitForFunction(() => document.title === 'serves');
  return page;
}

test('a page answers with what only a page has, and streams it', async () => {
  const hub = await aTestHub();
  await aServingPage(
    hub.url,
    hub.url,
    `{
      async *measure({ texts }, ctx) {
        const pen = document.createElement('canvas').getContext('2d');
        for (const [at, text] of texts.entries()) {
          ctx.task('measure').progress({ current: at + 1, total: texts.length });
          yield { text, isWide: pen.measureText(text).width > 100 };
        }
        ctx.task('measure').done();
        return { by: navigator.userAgent.includes('Chrome') };
      },
    }`,
  );
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'measure', { texts: ['i', 'w'.repeat(50)] });
  const events = [];
  for await (const event of request) events.push(event);
  expect(events.flatMap((event) => (event.type === 'chunk' ? [event.data] : []))).toEqual([
    { text: 'i', isWide: false },
    { text: 'w'.repeat(50), isWide: true },
  ]);
  expect(events.find(({ type }) => type === 'task_result')).toMatchObject({ taskId: 'measure' });
  expect(await request).toEqual({ by: true });
});

test('its handlers are given bytes as Uint8Array, and may answer with them', async () => {
  const hub = await aTestHub();
  await aServingPage(
    hub.url,
    hub.url,
    `{ reverse: ({ data }) => ({ is: data.constructor.name, data: data.slice().reverse() }) }`,
  );
  const conduit = await aConduit(hub.url);
  const result = await conduit.request('worker', 'reverse', { data: Uint8Array.of(1, 2, 3) });
  expect(result).toEqual({ is: 'Uint8Array', data: Buffer.of(3, 2, 1) });
});

test('what its handler throws is the error of its caller', async () => {
  const hub = await aTestHub();
  await aServingPage(hub.url, hub.url, `{ fail: () => { throw new conduit.ServiceError('no_paper', 'there is no paper'); } }`);
  const caller = await aConduit(hub.url);
  await expect(caller.request('worker', 'fail')).rejects.toMatchObject({ code: 'no_paper', message: 'there is no paper' });
});

test('its signal is aborted when its caller does not want it any more', async () => {
  const hub = await aTestHub();
  const page = await aServingPage(
    hub.url,
    hub.url,
    `{
      wait: (_, ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', () => {
        document.title = ctx.signal.reason.message;
        reject(ctx.signal.reason);
      })),
    }`,
  );
  const caller = await aConduit(hub.url);
  const request = caller.request('worker', 'wait');
  for await (const event of request) if (event.type === 'status' || event.type === 'running') break;
  await request.cancel('seen enough');
  await expect(request).rejects.toMatchObject({ code: 'cancelled' });
  await page.waitForFunction(() => document.title.includes('cancelled'));
});

test('a page that is cut for 3 s in the middle goes on with what it holds: attempt 1, nothing lost, nothing twice', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const page = await aServingPage(
    hub.url,
    line.url,
    `{
      async *write() {
        for (let at = 0; at < 100; at += 1) {
          if (at === 50) await new Promise((go) => Object.assign(globalThis, { go }));
          yield 'chunk ' + at + ';';
        }
        return 'written';
      },
    }`,
  );
  const caller = await aConduit(hub.url);
  const request = caller.request('worker', 'write');
  const attempts = new Set<number>();
  let text = '';
  let back: Promise<void> | undefined;
  for await (const event of request) {
    if (event.type === 'chunk') text += String(event.data);
    attempts.add(event.attempt);
    if (back !== undefined || !text.endsWith('chunk 49;')) continue;
    back = line.cutFor(cutMs);
    // It writes on while it is away.
    await page.waitForFunction('"go" in globalThis');
    await page.evaluate('go()');
  }
  await back;
  expect([...attempts]).toEqual([1]);
  expect(text).toBe(Array.from({ length: 100 }, (_, at) => `chunk ${at};`).join(''));
  expect(await request).toBe('written');
});

test('what a closed tab held goes to another worker, and its caller waits for nothing more', async () => {
  const hub = await aTestHub();
  const page = await aServingPage(hub.url, hub.url, `{ greet: () => new Promise(() => {}) }`);
  const caller = await aConduit(hub.url);
  const request = caller.request('worker', 'greet');
  for await (const event of request) if (event.type === 'status' || event.type === 'running') break;
  await aProvider(hub.url, { greet: (_, ctx) => `hello from attempt ${ctx.attempt}` });
  await page.close();
  // The time that a lost worker has to come back is the hub's; its clock is ours.
  await expect.poll(async () => (await caller.services())[0]?.providers.length).toBe(1);
  await hub.advance(10_000);
  expect(await request).toBe('hello from attempt 2');
});
