/** The documentation as people read it: built, served by a hub, in Chromium; every link leads somewhere, every error code is found, nobody else is asked. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorTable } from '@conduit/sdk/protocol/errors';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aTestHub } from '../support/sdk.ts';
import { aContext, startChromium } from './chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const site = join(root, 'packages/hub/dist/docs');
/** Building takes seconds, and starting a browser for the first time unpacks it. */
const startMs = 180_000;
/** Some thirty pages, and as many searches: a few seconds where nothing else runs. */
const pagesMs = 120_000;

let browser: Browser;
beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/build-docs.mjs')]);
  browser = await startChromium();
}, startMs);
afterAll(async () => await browser?.close());

const built = (): string[] =>
  readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html') && name !== '404.html');

/** A page of a hub, and what went wrong on it. */
async function aReader(width = 1440): Promise<{ url: string; page: Page; trouble: string[] }> {
  const hub = await aTestHub();
  const context = await aContext(browser, { width, height: 900, scheme: 'dark' });
  closing(async () => await context.close());
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // What a page had asked for beforehand when the reader left it.
    if (why !== 'net::ERR_ABORTED') trouble.push(`${request.url()}: ${why}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(hub.url) && !request.url().startsWith('data:')) trouble.push(`asks ${request.url()}`);
  });
  return { url: `${hub.url}/docs/`, page, trouble };
}

test('every link of every page leads to a page that is there, and to a heading of it', () => {
  const texts = new Map(built().map((name) => [name, readFileSync(join(site, name), 'utf8')]));
  expect(texts.size).toBeGreaterThan(25);
  for (const [name, text] of texts) {
    const links = [...text.matchAll(/<a [^>]*href="(\/docs\/[^"#]*)?(?:#([^"]*))?"/g)];
    expect(links.length, name).toBeGreaterThan(20);
    for (const [link, path, anchor] of links) {
      const asked = path?.slice('/docs/'.length);
      const target = asked === undefined ? name : asked === '' ? 'index.html' : `${asked}.html`;
      expect(existsSync(join(site, target)), `${name}: ${link}`).toBe(true);
      if (anchor) expect(texts.get(target), `${name}: ${link}`).toContain(`id="${decodeURIComponent(anchor)}"`);
    }
  }
});

test(
  'every page runs under its policy, asks only its hub, and is no wider than a telephone',
  async () => {
    const { url, page, trouble } = await aReader(390);
    for (const name of built()) {
      await page.goto(url + name.replace(/(?:index)?\.html$/, ''), { waitUntil: 'load' });
      await page.locator('.vp-doc h1').waitFor();
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(tooWide, name).toBeLessThanOrEqual(0);
    }
    expect(trouble).toEqual([]);
  },
  pagesMs,
);

test(
  'search finds each error code first where it is explained, and leads there',
  async () => {
    const { url, page, trouble } = await aReader();
    await page.goto(url);
    await page.getByRole('button', { name: 'Search' }).click();
    const input = page.locator('.VPLocalSearchBox input');
    const first = page.locator('.VPLocalSearchBox .result').first();
    for (const code of Object.keys(errorTable)) {
      await input.fill(code);
      await page.waitForFunction(
        (expected) => document.querySelector('.VPLocalSearchBox .result')?.getAttribute('href') === expected,
        `/docs/errors#${code}`,
      );
    }
    await input.fill('provider_lost');
    await first.filter({ hasText: 'provider_lost' }).click();
    await page.waitForURL(`${url}errors#provider_lost`);
    await page.locator('h3#provider_lost').waitFor();
    expect(trouble).toEqual([]);
  },
  pagesMs,
);

test('what newcomers ask for is among the first three that are found', async () => {
  const { url, page } = await aReader();
  await page.goto(url);
  await page.getByRole('button', { name: 'Search' }).click();
  const results = page.locator('.VPLocalSearchBox .result');
  for (const [asked, answered] of [
    ['how much', 'operations#how-much-can-it-carry'],
    ['capacity planning', 'operations#how-much-can-it-carry'],
    ['double execution', 'guarantees#can-i-prevent-double-execution'],
    ['apache', 'operations#behind-apache-or-nginx'],
    ['nginx', 'operations#behind-apache-or-nginx'],
    ['files', 'sdk#bytes-and-files'],
    ['token page', 'sdk-browser#a-token-for-a-page'],
    ['own folder', 'start#in-a-folder-of-your-own'],
  ] as const) {
    await page.locator('.VPLocalSearchBox input').fill(asked);
    const firstThree = async (): Promise<(string | null)[]> =>
      await results.evaluateAll((all) => all.slice(0, 3).map((one) => one.getAttribute('href')));
    await expect.poll(firstThree, { message: asked, timeout: 10_000 }).toContain(`/docs/${answered}`);
  }
});

test('a click leads from page to page without loading anew, and the sun and moon change the colours', async () => {
  const { url, page, trouble } = await aReader();
  await page.goto(url);
  await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
  await page.locator('.vp-doc').getByRole('link', { name: 'Concepts' }).click();
  await page.locator('h1', { hasText: 'Concepts' }).waitFor();
  expect(await page.locator('body').getAttribute('data-same')).toBe('yes');
  const ground = async (): Promise<string> => await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await ground()).toBe('rgb(15, 21, 29)');
  await page.getByRole('switch', { name: 'Switch to light theme' }).click();
  await page.locator('html:not(.dark)').waitFor({ state: 'attached' });
  expect(await ground()).toBe('rgb(255, 255, 255)');
  expect(trouble).toEqual([]);
});
