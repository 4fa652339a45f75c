/**
 * The example as a person sees it: a page in Chromium, a hub and a worker, each a process of its own. Twice: the page as it stands, over
 * raw Socket.IO, and its twin with the SDK, from the files that its bundler made.
 */

import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChild } from '../support/child.ts';
import { closing } from '../support/closing.ts';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aFreePort, aHubProcess } from '../support/hub-process.ts';
import { aWorker } from '../support/peer.ts';
import { aSite } from '../support/site.ts';
import type { Body } from '../support/wire.ts';
import { filesOf } from './built.ts';
import { aContext, startChromium } from './chromium.ts';

const server = fileURLToPath(new URL('../../examples/browser/serve.mjs', import.meta.url));
const bundled = fileURLToPath(new URL('../../examples/browser-vite', import.meta.url));
const brightwrapper = fileURLToPath(new URL('../../examples/brightwrapper/src/main.ts', import.meta.url));
/** Starting a browser for the first time unpacks it. */
const browserStartMs = 60_000;
const cutMs = 3_000;
const steps = ['Read the page', 'Understand it', 'Headline', 'Key points', 'Figures', 'Words'];

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
}, browserStartMs);
afterAll(async () => await browser?.close());

/** Serves the plain page's files with its own server, on a port that is not the hub's; resolves with its address. */
async function aPlainSite(): Promise<string> {
  const port = await aFreePort();
  const site = `http://127.0.0.1:${port}`;
  await aChild(process.execPath, [server, '--port', String(port)], `${site}/`);
  return site;
}

let files: Record<string, string | Uint8Array> | undefined;

/** Serves what the bundler makes of its twin. */
async function aBundledSite(): Promise<string> {
  files ??= await filesOf(bundled);
  return await aSite(files);
}

const pages = [
  ['plain', aPlainSite],
  ['bundled', aBundledSite],
] as const;

async function aBrightwrapper(hubUrl: string): Promise<void> {
  const args = ['--import', 'tsx', '--conditions=conduit-src', brightwrapper];
  await aChild('env', [`CONDUIT_URL=${hubUrl}`, process.execPath, ...args], 'brightwrapper serves');
}

async function surroundings(): Promise<BrowserContext> {
  const context = await aContext(browser, { width: 1440, height: 900, scheme: 'light' });
  closing(async () => await context.close());
  return context;
}

/** The page, opened and connected to the hub. */
async function openPage(site: string, hubUrl: string): Promise<Page> {
  const page = await (await surroundings()).newPage();
  await page.goto(`${site}/?hub=${encodeURIComponent(hubUrl)}`);
  await page.locator('#go:enabled').waitFor();
  return page;
}

async function ask(page: Page, address: string): Promise<void> {
  await page.fill('#url', address);
  await page.click('#go');
}

/** Resolves with the last sentence once the page has ended what it was asked for. */
async function ended(page: Page, how: 'done' | 'ended'): Promise<string> {
  await page.locator(`#work[data-state="${how}"]`).waitFor();
  return await page.innerText('#state');
}

interface Shown {
  readonly bars: readonly { readonly name: string | undefined; readonly state: string | undefined; readonly value: number }[];
  readonly overall: number;
  readonly sentences: number;
  readonly pictures: readonly { readonly width: number; readonly height: number }[];
}

/** What is there to see; the pictures have been decoded, so their sizes are those of their files. */
async function shown(page: Page): Promise<Shown> {
  return await page.evaluate(async () => {
    const images = [...document.querySelectorAll<HTMLImageElement>('#pictures img')];
    await Promise.all(images.map(async (image) => await image.decode()));
    return {
      bars: [...document.querySelectorAll<HTMLElement>('#tasks li')].map((row) => ({
        name: row.querySelector('span')?.textContent,
        state: row.dataset['state'],
        value: row.querySelector('progress')?.value ?? -1,
      })),
      overall: document.querySelector<HTMLProgressElement>('#overall')?.value ?? -1,
      sentences: document.querySelectorAll('#sentences li').length,
      pictures: images.map(({ naturalWidth: width, naturalHeight: height }) => ({ width, height })),
    };
  });
}

function expectFourPictures({ bars, overall, sentences, pictures }: Shown): void {
  expect(bars).toEqual(steps.map((name) => ({ name, state: 'done', value: 1 })));
  expect(overall).toBe(1);
  expect(sentences).toBeGreaterThan(2);
  expect(pictures).toEqual(Array(4).fill({ width: 1200, height: 1500 }));
}

/** Resolves once a bar shows progress for the first time; called before the page is asked, it can't come too late. */
async function firstProgress(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector('#tasks [data-state="running"]') === null) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-state'] });
    });
  });
}

/** Resolves with how much was done at the moment when the page said that its connection is gone. */
async function connectionGone(page: Page): Promise<{ readonly work: string | undefined; readonly pictures: number }> {
  return await page.evaluate(async () => {
    return await new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('#state')?.textContent?.startsWith('The connection is gone')) return;
        observer.disconnect();
        const work = document.querySelector<HTMLElement>('#work')?.dataset['state'];
        resolve({ work, pictures: document.querySelectorAll('#pictures img').length });
      });
      observer.observe(document.body, { subtree: true, childList: true });
    });
  });
}

test.each(pages)('the %s page draws four pictures of an article, with a bar for each step', async (_, aPage) => {
  const [hub, site] = await Promise.all([aHubProcess(), aPage()]);
  await aBrightwrapper(hub.url);
  const page = await openPage(site, hub.url);
  await ask(page, 'article:tides');
  expect(await ended(page, 'done')).toMatch(/^Done: 4 pictures of “.+”$/);
  expect(await page.locator('#tasks').evaluate((list) => getComputedStyle(list).display)).toBe('grid');
  expectFourPictures(await shown(page));
});

test.each(pages)(
  'the %s page draws them too when its connection is cut for 3 s in the middle, and is not loaded again',
  async (_, aPage) => {
    const [hub, site] = await Promise.all([aHubProcess(), aPage()]);
    const proxy = await aCutProxy(hub.url);
    await aBrightwrapper(hub.url);
    const page = await openPage(site, proxy.url);
    const loadedAt = await page.evaluate(() => performance.timeOrigin);
    const [begun, gone] = [firstProgress(page), connectionGone(page)];
    await ask(page, 'article:tides');
    await begun;
    const cut = proxy.cutFor(cutMs);
    expect(proxy.cuts).toBe(1);
    const atCut = await gone;
    expect(atCut.work).toBe('running');
    expect(atCut.pictures).toBeLessThan(4);
    await cut;
    expect(await ended(page, 'done')).toMatch(/^Done: 4 pictures/);
    expectFourPictures(await shown(page));
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
  },
);

test.each(pages)('the %s page draws them too when the hub is killed in the middle and started again', async (_, aPage) => {
  const [hub, site] = await Promise.all([aHubProcess(), aPage()]);
  await aBrightwrapper(hub.url);
  const page = await openPage(site, hub.url);
  const loadedAt = await page.evaluate(() => performance.timeOrigin);
  const begun = firstProgress(page);
  await ask(page, 'article:tides');
  await begun;
  await hub.kill('SIGKILL');
  await hub.start();
  expect(await ended(page, 'done')).toMatch(/^Done: 4 pictures/);
  expectFourPictures(await shown(page));
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
});

test.each(pages)(
  'the %s page ends in the sentence that says why an address cannot be read, and can be asked again',
  async (_, aPage) => {
    const [hub, site] = await Promise.all([aHubProcess(), aPage()]);
    await aBrightwrapper(hub.url);
    const page = await openPage(site, hub.url);
    await ask(page, 'rubbish');
    expect(await ended(page, 'ended')).toBe('"rubbish" is no address; give http://…, https://… or article:tides');
    expect(await page.locator('#tasks progress').count()).toBe(steps.length);
    expect(await page.locator('#tasks progress:indeterminate').count()).toBe(0);
    await ask(page, `${site}/nowhere`);
    await page.getByText(`${site}/nowhere answered 404; is it public?`, { exact: true }).waitFor();
    expect(await page.getAttribute('#state', 'data-tone')).toBe('bad');
    await page.locator('#go:enabled').waitFor();
  },
);

test.each(pages)(
  'the %s page of a foreign origin is turned away by every road, unless the hub was told of it',
  async (_, aPage) => {
    const foreign = 'https://pages.example';
    const [hub, told, site] = await Promise.all([aHubProcess(), aHubProcess({ args: ['--allow-origin', foreign] }), aPage()]);
    const context = await surroundings();
    // Chromium takes the files for those of the foreign server, and says so to the hub.
    await context.route(`${foreign}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: `${site}${pathname}` }) });
    });
    // A person who allowed this leaves the hub to guard itself.
    await context.grantPermissions(['local-network-access'], { origin: foreign });
    const page = await context.newPage();
    await page.goto(`${foreign}/?hub=${encodeURIComponent(hub.url)}`);
    await page.getByText(`--allow-origin ${foreign} would let it in`).waitFor();
    expect(await page.isDisabled('#go')).toBe(true);
    expect(hub.output).toContain(`a page of ${foreign} was turned away; --allow-origin ${foreign} would let it in`);
    // Browsers hold no WebSocket to CORS: only the hub's own look at the origin stands here.
    expect(await page.evaluate(openWebSocket, hub.url)).toBe('refused');
    expect(await page.evaluate(openWebSocket, told.url)).toBe('open');
    await page.goto(`${foreign}/?hub=${encodeURIComponent(told.url)}`);
    await page.locator('#go:enabled').waitFor();
  },
);

/** Runs in the page. */
async function openWebSocket(hubUrl: string): Promise<'open' | 'refused'> {
  const socket = new WebSocket(`${hubUrl.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  return await new Promise((resolve) => {
    socket.onerror = () => resolve('refused');
    socket.onopen = () => {
      socket.close();
      resolve('open');
    };
  });
}

test.each(pages)('the %s page shows what a service says as text, never as markup', async (_, aPage) => {
  const [hub, site] = await Promise.all([aHubProcess(), aPage()]);
  const worker = await aWorker(hub.url, 'brightwrapper');
  const page = await openPage(site, hub.url);
  const strays: string[] = [];
  page.on('request', (request) => void strays.push(request.url()));
  page.on('dialog', (dialog) => {
    strays.push(dialog.message());
    void dialog.dismiss();
  });
  const markup = (where: string): string => `<img src="/${where}" onerror="alert(1)"><script>alert(2)</script><b>${where}</b>`;
  await ask(page, 'article:tides');
  const { request_id }: Body = await worker.next('request');
  await worker.ok('tasks', {
    request_id,
    tasks: [
      { task_id: 'hostile', title: markup('title') },
      { task_id: 'draw:sheet', title: markup('sheet') },
    ],
  });
  await worker.ok('progress', { request_id, task_id: 'draw:sheet', progress: 0.5 });
  await worker.ok('chunk', { request_id, data: `${markup('sentence')}\n` });
  await worker.ok('task_error', { request_id, task_id: 'hostile', error: { code: 'failed', message: markup('failure') } });
  const image = Buffer.from(markup('image'));
  const drawn = { image, mime: 'text/html', name: markup('name'), title: markup('caption'), width: 4, height: 5 };
  await worker.ok('task_result', { request_id, task_id: 'draw:sheet', result: drawn });
  await worker.ok('result', { request_id, result: { title: markup('result'), pictures: [drawn] } });
  expect(await ended(page, 'done')).toBe(`Done: 1 pictures of “${markup('result')}”`);
  expect(await page.locator('#tasks li > span:first-child').allTextContents()).toEqual(['title', 'sheet'].map(markup));
  expect(await page.getAttribute('#tasks li', 'title')).toBe(markup('failure'));
  expect(await page.locator('#sentences li').allTextContents()).toEqual([markup('sentence')]);
  expect(await page.locator('figcaption').allTextContents()).toEqual([markup('caption')]);
  // A picture that is no picture must not become a page of this origin when somebody opens it.
  const types = await page
    .locator('figure a')
    .evaluateAll(async (links: HTMLAnchorElement[]) =>
      Promise.all(links.map(async ({ href }) => (await (await fetch(href)).blob()).type)),
    );
  expect(types).toEqual(['image/png']);
  expect(await page.locator(':is(#work, #says, #pictures) :is(script, b)').count()).toBe(0);
  expect(await page.locator('img').count()).toBe(1);
  expect(strays.filter((stray) => !stray.startsWith(hub.url) && !stray.startsWith('blob:'))).toEqual([]);
});
