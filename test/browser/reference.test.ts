/** The reference of the HTTP API as a person sees it: in Chromium, of a real hub, with nothing asked of anybody else. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aContext, startChromium } from './chromium.ts';

const copyReference = fileURLToPath(new URL('../../scripts/copy-reference.mjs', import.meta.url));
/** Starting a browser for the first time unpacks it. */
const browserStartMs = 60_000;

let browser: Browser;
beforeAll(async () => {
  execFileSync(process.execPath, [copyReference]);
  browser = await startChromium();
}, browserStartMs);
afterAll(async () => await browser?.close());

test('the reference shows every route, runs under its policy, asks only its own hub, and can be tried out', async () => {
  const hub = await aHubProcess();
  const context = await aContext(browser, { width: 1280, height: 900, scheme: 'light' });
  closing(async () => await context.close());
  const page = await context.newPage();
  const trouble: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(hub.url) && !url.startsWith('data:')) foreign.push(url);
  });
  await page.goto(`${hub.url}/api`);
  await page.getByText('Send a request', { exact: true }).waitFor();
  expect(await page.locator('.opblock').count()).toBeGreaterThan(20);
  await page.getByText('Services of the last seven days, with their pools').click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await page.getByText('"services": []').first().waitFor();
  expect(foreign).toEqual([]);
  expect(trouble).toEqual([]);
});
