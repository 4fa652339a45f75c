/** The React page as a person sees it: built by its bundler, opened in Chromium, over a hub and workers, each a process of its own. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { filesOf } from '../browser/built.ts';
import { aBrowserForThisFile } from '../browser/sdk-page.ts';
import type { Program } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aSite } from '../support/site.ts';
import { aSlowSite, aTemplate } from './started.ts';

const chromium = aBrowserForThisFile();
const root = fileURLToPath(new URL('../../examples/react', import.meta.url));
let files: Record<string, string | Uint8Array> | undefined;

async function aLinksWorker(hubUrl: string): Promise<Program> {
  return await aTemplate('worker/src/worker.ts', 'is ready', { env: { CONDUIT_URL: hubUrl } });
}

async function aReactPage(hubUrl: string): Promise<Page> {
  files ??= await filesOf(root);
  const site = await aSite(files);
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  const page = await context.newPage();
  await page.goto(`${site}/?hub=${encodeURIComponent(hubUrl)}`);
  await page.getByText('Connected', { exact: true }).waitFor();
  return page;
}

async function check(page: Page, urls: readonly string[]): Promise<void> {
  await page.getByLabel('Addresses').fill(urls.join('\n'));
  await page.getByRole('button', { name: 'Check' }).click();
}

test('each finding is shown as it comes, and what is not found is marked', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  await aLinksWorker(hub.url);
  const page = await aReactPage(hub.url);
  await check(page, [`${site.url}/page`, `${site.url}/nowhere`, `${site.url}/slow`]);
  await page.getByText(`${site.url}/nowhere: 404`).waitFor();
  expect(await page.locator('li').allTextContents()).toEqual([`${site.url}/page: 200`, `${site.url}/nowhere: 404`]);
  site.open();
  await page.getByText('3 checked, 1 broken').waitFor();
  expect(await page.locator('li[data-works="true"]').count()).toBe(2);
});

test('Stop cancels, and another check can be started', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  await aLinksWorker(hub.url);
  const page = await aReactPage(hub.url);
  await check(page, [`${site.url}/slow`]);
  await site.visited(1);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped', { exact: true }).waitFor();
  await check(page, [`${site.url}/page`]);
  await page.getByText('1 checked, 0 broken').waitFor();
});

test('a worker and the hub that are killed in the middle cost the page nothing', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const first = await aLinksWorker(hub.url);
  await aLinksWorker(hub.url);
  const page = await aReactPage(hub.url);
  await check(page, [`${site.url}/page`, `${site.url}/slow`]);
  await site.visited(1);
  first.kill('SIGKILL');
  await page.getByText('Attempt 2: a worker was lost.').waitFor();
  await site.visited(2);
  await hub.kill('SIGKILL');
  await page.getByText('The connection is gone; it comes back by itself…').waitFor();
  await hub.start();
  await page.getByText('Connected', { exact: true }).waitFor();
  site.open();
  await page.getByText('2 checked, 0 broken').waitFor();
  expect(await page.locator('li').allTextContents()).toEqual([`${site.url}/page: 200`, `${site.url}/slow: 200`]);
});
