/** A page over bad lines and with slow loops: nothing is lost or doubled, nothing is kept that can wait at the hub. */

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aSeed, drawn, randomOf } from '../support/random.ts';
import { aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { aBrowserForThisFile, aPage } from './sdk-page.ts';

const chromium = aBrowserForThisFile();
const cutMs = 3_000;

/** Resolves once the page has told of this. */
async function told(page: Page, what: string): Promise<void> {
  await page.waitForFunction((sought) => document.title === sought, what);
}

test('a loop is cut for 3 s in the middle, and sees every event once, in order', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const on = aGate();
  await aProvider(hub.url, {
    async *write(_, ctx) {
      for (let at = 0; at < 100; at += 1) {
        if (at === 50) await on.opened;
        ctx.task(`step-${at % 8}`).progress(at / 100);
        yield `chunk ${at};`;
      }
      return 'written';
    },
  });
  const page = await aPage(chromium, hub.url);
  const looped = page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    const states: string[] = [];
    hub.onState((state) => void states.push(state));
    const seqs: number[] = [];
    const request = hub.request('worker', 'write');
    let text = '';
    for await (const event of request) {
      if (event.type === 'chunk' || event.type === 'tasks' || 'state' in event) seqs.push(event.seq);
      if (event.type === 'chunk') text += String(event.data);
      if (text.endsWith('chunk 49;')) document.title = 'half';
    }
    return { states, seqs, text, result: await request };
  }, line.url);
  await told(page, 'half');
  const back = line.cutFor(cutMs);
  // What is written while the page is away is read from the hub's log when it is back.
  on.open();
  await back;
  const { states, seqs, text, result } = await looped;
  expect(states).toEqual(['reconnecting', 'connected']);
  expect(seqs).toEqual(seqs.map((_, at) => at + 1));
  expect(text).toBe(Array.from({ length: 100 }, (_, at) => `chunk ${at};`).join(''));
  expect(result).toBe('written');
});

test('a loop that is cut again and again, anywhere in a message, sees the same', async () => {
  const chunks = 1_000;
  const random = randomOf(aSeed('cut page'));
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  await aProvider(hub.url, {
    async *write() {
      for (let at = 0; at < chunks; at += 1) yield `chunk ${at};`;
    },
  });
  let cuts = 0;
  const cutting = (async () => {
    let passed = 0;
    for (const place of drawn(6, 150_000, random)) {
      await line.cutAfter(Math.max(1, place - passed));
      passed = place;
      cuts += 1;
    }
  })();
  void cutting;
  const page = await aPage(chromium, hub.url);
  const { seqs, text } = await page.evaluate(async (url) => {
    const seqs: number[] = [];
    let text = '';
    for await (const event of (await conduit.connect(url, { connectTimeoutMs: Infinity })).request('worker', 'write')) {
      if (event.type !== 'chunk') continue;
      seqs.push(event.seq);
      text += String(event.data);
    }
    return { seqs, text };
  }, line.url);
  expect(text).toBe(Array.from({ length: chunks }, (_, at) => `chunk ${at};`).join(''));
  expect(seqs).toEqual(seqs.map((_, at) => at + (seqs[0] ?? 0)));
  expect(cuts).toBeGreaterThan(1);
});

test('what a page asks while no hub can be reached is asked when one can, and done once', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  let times = 0;
  await aProvider(hub.url, { count: () => ++times });
  const page = await aPage(chromium, hub.url);
  const asked = page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    document.title = 'connected';
    await new Promise<void>((resolve) => hub.onState((state) => state === 'reconnecting' && resolve()));
    const results = [1, 2, 3].map(() => hub.request('worker', 'count'));
    document.title = 'asked';
    return await Promise.all(results);
  }, line.url);
  await told(page, 'connected');
  const back = line.cutFor(1_000);
  await told(page, 'asked');
  expect(times).toBe(0);
  await back;
  expect((await asked).sort()).toEqual([1, 2, 3]);
  expect(times).toBe(3);
});

test('a hub that never answers is said so, with what to do', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  line.hold('toPeer');
  const page = await aPage(chromium, hub.url);
  const refused = await page.evaluate(async (url) => {
    const error: unknown = await conduit.connect(url, { connectTimeoutMs: 300 }).catch((thrown: unknown) => thrown);
    return { isUnreachable: conduit.isConduitError(error, 'unreachable'), sentence: String(error) };
  }, line.url);
  expect(refused).toEqual({ isUnreachable: true, sentence: expect.stringContaining('conduit start') });
});

const count = 10_000;
/** The SDK keeps 1 MiB ahead of a loop, the hub writes 256 KiB ahead of a socket, and the buffers of the system and the browser take some. */
const mostAheadBytes = 6 * 1024 * 1024;

test(`${count} events of a fast provider reach a loop that takes its time, each once, and the page takes no more than it reads`, async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const done = aGate();
  const text = 'x'.repeat(1_000);
  await aProvider(hub.url, {
    async *flood() {
      for (let at = 0; at < count; at += 1) yield { at, text };
      done.open();
    },
  });
  const page = await aPage(chromium, hub.url);
  const looped = page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    const seen: number[] = [];
    for await (const event of hub.request('worker', 'flood')) {
      if (event.type !== 'chunk') continue;
      seen.push((event.data as { at: number }).at);
      if (seen.length > 1) continue;
      // The loop stands still until the provider has long finished.
      await new Promise<void>((go) => Object.assign(globalThis, { go }));
      await hub.services();
    }
    return seen;
  }, line.url);
  await done.opened;
  expect(line.bytesToPeer).toBeLessThan(mostAheadBytes);
  await page.waitForFunction('"go" in globalThis');
  await page.evaluate('go()');
  expect(await looped).toEqual(Array.from({ length: count }, (_, at) => at));
  expect(line.bytesToPeer).toBeGreaterThan(count * text.length);
});

test('while a loop stands still, whoever awaits the same request still hears of its end', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    async *flood() {
      for (let at = 0; at < 3_000; at += 1) yield { at };
      return 'the end';
    },
  });
  const page = await aPage(chromium, hub.url);
  const looped = await page.evaluate(async (url) => {
    const request = (await conduit.connect(url)).request('worker', 'flood');
    let chunks = 0;
    let result: unknown;
    for await (const event of request) {
      if (event.type !== 'chunk') continue;
      if (chunks === 0) result = await request;
      chunks += 1;
    }
    return { chunks, result };
  }, hub.url);
  expect(looped).toEqual({ chunks: 3_000, result: 'the end' });
});
