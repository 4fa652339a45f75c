/** Pictures in parallel, as a person sees them: the page in Chromium, a hub and its workers, each a process of its own. */

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aBrowserForThisFile } from '../browser/sdk-page.ts';
import type { Program } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aConduit } from '../support/sdk.ts';
import { aTemplate } from './started.ts';

const chromium = aBrowserForThisFile();
const many = 12;

async function anImageWorker(url: string): Promise<Program> {
  return await aTemplate('parallel-images/service.mjs', 'image-gen draws', { env: { CONDUIT_URL: url } });
}

async function aPicturePage(hubUrl: string): Promise<Page> {
  const site = await aTemplate('parallel-images/serve.mjs', /http:\/\/\S+/);
  const [address = ''] = /http:\/\/\S+/.exec(site.output) ?? [];
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  const page = await context.newPage();
  await page.goto(`${address}?hub=${encodeURIComponent(hubUrl)}`);
  await page.locator('#go:enabled').waitFor();
  return page;
}

async function draw(page: Page, count: number): Promise<void> {
  await page.fill('#count', String(count));
  await page.click('#go');
}

interface First {
  readonly bars: number;
  readonly state: string | undefined;
}

/** Resolves with what is there beside the first picture, at the moment when it comes; called before the page is asked, it can't be late. */
async function firstPicture(page: Page, { stopsThen = false } = {}): Promise<First> {
  return await page.evaluate(async (stops) => {
    return await new Promise<First>((resolve) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector('#pictures img') === null) return;
        observer.disconnect();
        const bars = document.querySelectorAll('#pictures progress').length;
        resolve({ bars, state: document.querySelector('#state')?.textContent });
        if (stops) document.querySelector<HTMLElement>('#stop')?.click();
      });
      observer.observe(document.body, { subtree: true, childList: true });
    });
  }, stopsThen);
}

/** The sizes of the pictures that are shown, once they have been decoded. */
async function sizes(page: Page): Promise<readonly string[]> {
  return await page.evaluate(async () => {
    const images = [...document.querySelectorAll<HTMLImageElement>('#pictures img')];
    await Promise.all(images.map(async (image) => await image.decode()));
    return images.map(({ naturalWidth, naturalHeight }) => `${naturalWidth} × ${naturalHeight}`);
  });
}

test('each picture is on the page as soon as it is done, with bars for those that are still drawn', async () => {
  const hub = await aHubProcess();
  await anImageWorker(hub.url);
  const page = await aPicturePage(hub.url);
  const first = firstPicture(page);
  await draw(page, many);
  const { bars, state } = await first;
  expect(bars).toBeGreaterThan(many / 2);
  expect(state).toBe('Drawing');
  await page.getByText(`Done: ${many} pictures`).waitFor();
  expect(await sizes(page)).toEqual(Array(many).fill('480 × 480'));
});

test('pictures are drawn at the same time, and the same words give the same picture', async () => {
  const hub = await aHubProcess();
  await anImageWorker(hub.url);
  const conduit = await aConduit(hub.url);
  const pictures: unknown[] = [];
  for (let time = 0; time < 2; time += 1) {
    const underWay = new Set<string>();
    let mostAtOnce = 0;
    for await (const event of conduit.request('image-gen', 'generate', { prompt: 'a hub', count: 4 })) {
      if (event.type === 'progress') underWay.add(event.taskId);
      mostAtOnce = Math.max(mostAtOnce, underWay.size);
      if (event.type !== 'task_result') continue;
      underWay.delete(event.taskId);
      if (event.taskId === 'picture-1') pictures.push(event.result);
    }
    expect(mostAtOnce).toBeGreaterThan(1);
  }
  expect(pictures[1]).toEqual(pictures[0]);
  expect(pictures[0]).toMatchObject({ name: 'picture-1.png', mime: 'image/png', image: expect.any(Uint8Array) });
  await expect(conduit.request('image-gen', 'generate', { count: 1_000 })).rejects.toMatchObject({ code: 'wrong_order' });
});

test('Stop ends the drawing in the middle, and leaves the threads to whoever asks next', async () => {
  const hub = await aHubProcess();
  await anImageWorker(hub.url);
  const page = await aPicturePage(hub.url);
  const stopped = firstPicture(page, { stopsThen: true });
  await draw(page, many);
  await stopped;
  await page.getByText('Stopped', { exact: true }).waitFor();
  expect(await page.locator('#pictures img').count()).toBeLessThan(many);
  expect(await page.locator('#pictures progress').count()).toBe(0);
  await draw(page, 2);
  await page.getByText('Done: 2 pictures').waitFor();
  expect(await sizes(page)).toHaveLength(2);
});

test('a worker that is killed in the middle is followed by another one, and every picture is there once', async () => {
  const hub = await aHubProcess();
  const worker = await anImageWorker(hub.url);
  await anImageWorker(hub.url);
  const page = await aPicturePage(hub.url);
  const first = firstPicture(page);
  await draw(page, many);
  await first;
  worker.kill('SIGKILL');
  await page.getByText(`Done: ${many} pictures`).waitFor();
  expect(await sizes(page)).toEqual(Array(many).fill('480 × 480'));
  const { requests } = await (await fetch(`${hub.url}/api/v1/requests`)).json();
  expect(requests).toMatchObject([{ state: 'completed', attempt: 2 }]);
});
