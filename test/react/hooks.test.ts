/** The SDK's hooks in React and Chromium, in strict mode, over a real hub: through cuts of it too. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { filesOf } from '../browser/built.ts';
import { aBrowserForThisFile } from '../browser/sdk-page.ts';
import { clientsOf } from '../support/clients.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { aSite } from '../support/site.ts';

const chromium = aBrowserForThisFile();
const root = fileURLToPath(new URL('./page', import.meta.url));
let files: Record<string, string | Uint8Array> | undefined;

interface Opened {
  readonly page: Page;
  press(name: string): Promise<void>;
  /** Resolves once the page says so. */
  says(name: string, what: string): Promise<void>;
  said(name: string): Promise<string | null>;
}

async function aPage(hub: string, more: Readonly<Record<string, string>> = {}): Promise<Opened> {
  files ??= await filesOf(root);
  const site = await aSite(files);
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  const complaints: string[] = [];
  closing(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  await page.goto(`${site}/?${new URLSearchParams({ hub, ...more })}`);
  const told = (name: string) => page.getByRole('status', { name, exact: true });
  return {
    page,
    press: async (name) => await page.getByRole('button', { name, exact: true }).click(),
    says: async (name, what) =>
      await told(name)
        .filter({ hasText: new RegExp(`^${escaped(what)}$`) })
        .waitFor({ state: 'attached' }),
    said: async (name) => await told(name).textContent(),
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Writes a word at a time, and waits before its last one until `open` is called. */
async function aWriter(hub: string): Promise<{ open(): void; readonly cancelled: Promise<void> }> {
  const gate = aGate();
  const cancelled = aGate();
  await aProvider(
    hub,
    {
      async write(payload, ctx) {
        const { words } = payload as { readonly words: readonly string[] };
        if (words[0] === 'fail') throw new Error('no ink');
        const task = ctx.task('type');
        ctx.signal.addEventListener('abort', () => cancelled.open());
        for (const [at, word] of words.entries()) {
          if (at === words.length - 1) await Promise.race([gate.opened, cancelled.opened]);
          ctx.signal.throwIfAborted();
          await ctx.chunk(word);
          task.progress((at + 1) / words.length);
        }
        task.done();
        return { count: words.length };
      },
    },
    { service: 'writer' },
  );
  return { open: gate.open, cancelled: cancelled.opened };
}

/** How many requests the hub tells the pages of. */
async function watching(hub: string): Promise<number> {
  const clients = await clientsOf(hub);
  return clients.filter(({ name }) => name === 'a page').reduce((sum, client) => sum + client.watching, 0);
}

test('a request is shown from its start to its result, and another one in its place', async () => {
  const hub = await aTestHub();
  const writing = await aWriter(hub.url);
  const { press, says } = await aPage(hub.url);
  await says('state', 'idle');
  await press('start');
  await says('text', 'one two');
  await says('state', 'running');
  await says('tasks', '[["type","running",0.6666666666666666]]');
  writing.open();
  await says('state', 'completed');
  await says('tasks', '[["type","completed",1]]');
  await says('text', 'one two three');
  await says('result', '3');
  await press('start');
  await says('text', 'one two three');
  await says('state', 'completed');
  await press('reset');
  await says('state', 'idle');
  await says('text', '');
});

test('a failure is an error, with its state', async () => {
  const hub = await aTestHub();
  await aWriter(hub.url);
  const { press, says } = await aPage(hub.url, { words: 'fail' });
  await press('start');
  await says('state', 'failed');
  await says('error', 'provider_error');
});

test('cancelled, it ends as cancelled; a second time does nothing', async () => {
  const hub = await aTestHub();
  await aWriter(hub.url);
  const { press, says } = await aPage(hub.url);
  await press('start');
  await says('text', 'one two');
  await press('cancel');
  await says('state', 'cancelled');
  await says('error', 'cancelled');
  await press('cancel');
  await press('start');
  await says('state', 'completed');
});

test('through a hub that is killed and comes back: the connection says so, the request goes on, no chunk is missing', async () => {
  const hub = await aHubProcess();
  const writing = await aWriter(hub.url);
  const { press, says } = await aPage(hub.url);
  await says('connection', 'connected');
  await press('start');
  await says('text', 'one two');
  await hub.kill('SIGKILL');
  await says('connection', 'reconnecting');
  await says('text', 'one two');
  await hub.start();
  await says('connection', 'connected');
  writing.open();
  await says('state', 'completed');
  await says('text', 'one two three');
});

test('a request of somebody else is followed by its id; another id takes its place, none is idle, an unknown one an error', async () => {
  const hub = await aTestHub();
  const writing = await aWriter(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.request('writer', 'write', { words: ['a', 'b', 'c'] });
  const { page, says } = await aPage(hub.url);
  const follow = page.getByLabel('follow', { exact: true });
  await follow.fill(request.id);
  await says('followed', '["running","a b",null,null]');
  writing.open();
  await says('followed', '["completed","a b c",3,null]');
  const other = conduit.request('writer', 'write', { words: ['d'] });
  await other;
  await follow.fill(other.id);
  await says('followed', '["completed","d",1,null]');
  await follow.fill('');
  await says('followed', '["idle","",null,null]');
  await follow.fill('00000000-0000-7000-8000-000000000000');
  await says('followed', '["failed","",null,"request_not_found"]');
});

test('what a component no longer shows is no longer sent to it', async () => {
  const hub = await aTestHub();
  await aWriter(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.request('writer', 'write', { words: ['a', 'b', 'c'] });
  const { page, press, says } = await aPage(hub.url);
  const follow = page.getByLabel('follow', { exact: true });
  await follow.fill(request.id);
  await says('followed', '["running","a b",null,null]');
  expect(await watching(hub.url)).toBe(1);
  await follow.fill('');
  await expect.poll(async () => await watching(hub.url)).toBe(0);
  await press('start');
  await says('text', 'one two');
  expect(await watching(hub.url)).toBe(1);
  await press('leave');
  await expect.poll(async () => await watching(hub.url)).toBe(0);
});

test('services come and go as they are told', async () => {
  const hub = await aTestHub();
  const { says } = await aPage(hub.url);
  await says('services', '[]');
  const provider = await aProvider(hub.url, { go: () => null }, { service: 'painter' });
  await says('services', '["painter 1"]');
  await provider.drain();
  await says('services', '["painter 0"]');
});

test('a component that goes lets its request go on; asked to, it cancels it', async () => {
  const hub = await aTestHub();
  const writing = await aWriter(hub.url);
  const conduit = await aConduit(hub.url);
  const stays = await aPage(hub.url);
  await stays.press('start');
  await stays.says('text', 'one two');
  const id = await stays.said('id');
  await stays.press('leave');
  writing.open();
  expect(await conduit.follow(String(id))).toEqual({ count: 3 });

  const other = await aTestHub();
  const cancelled = await aWriter(other.url);
  const goes = await aPage(other.url, { cancels: '' });
  await goes.press('start');
  await goes.says('text', 'one two');
  await goes.press('leave');
  await cancelled.cancelled;
});

test('10,000 chunks take few renders; the latest are kept, and how many there were is told', async () => {
  const hub = await aTestHub();
  const writing = await aWriter(hub.url);
  writing.open();
  const { press, says, said } = await aPage(hub.url, { flood: '10000' });
  await says('connection', 'connected');
  const before = Number(await said('renders'));
  const startedAt = performance.now();
  await press('start');
  await says('state', 'completed');
  const frames = (performance.now() - startedAt) / 16;
  // In strict mode each render is counted twice, and a click or an answer is rendered outside of the frames.
  expect(Number(await said('renders')) - before).toBeLessThan(2 * frames + 20);
  const text = String(await said('text'));
  expect(text.endsWith('word-9998 word-9999')).toBe(true);
  const kept = text.split(' ').length;
  expect(kept).toBeGreaterThan(100);
  expect(kept).toBeLessThan(300);
  expect(await said('streamed')).toBe(JSON.stringify([{ chunks: 10_000, dropped: 10_000 - kept }]));
});

test('a component asks as soon as it is there, before the connection is', async () => {
  const hub = await aTestHub();
  const writing = await aWriter(hub.url);
  writing.open();
  const { says } = await aPage(hub.url, { eager: '' });
  await says('state', 'completed');
  await says('text', 'at once');
});

test('strict mode leaves one connection, and the page that goes none; another address is another connection', async () => {
  const [hub, other] = [await aTestHub(), await aTestHub()];
  const clientsAt = async (url: string): Promise<number> => {
    const clients = await clientsOf(url);
    return clients.filter(({ name, connected }) => name === 'a page' && connected).length;
  };
  const { page, press, says } = await aPage(hub.url, { other: other.url });
  await says('connection', 'connected');
  expect(await clientsAt(hub.url)).toBe(1);
  await press('other hub');
  await says('connection', 'connected');
  await expect.poll(async () => await clientsAt(other.url)).toBe(1);
  await expect.poll(async () => await clientsAt(hub.url)).toBe(0);
  await page.close();
  await expect.poll(async () => await clientsAt(other.url)).toBe(0);
});

test('closed by hand, the connection says by what; one that is given is used', async () => {
  const hub = await aTestHub();
  const { press, says } = await aPage(hub.url, { given: '' });
  await says('connection', 'connected');
  await says('services', '[]');
  await press('close');
  await says('connection', 'closed: closed');
});
