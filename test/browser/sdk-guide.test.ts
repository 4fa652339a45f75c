/** The pages of the guide, opened as they stand; only the hub's address is that of a hub of the test. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '@conduit/sdk';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { blocksOf } from '../support/programs.ts';
import { aTestHub } from '../support/sdk.ts';
import { aSite } from '../support/site.ts';
import { aBrowserForThisFile } from './sdk-page.ts';

const chromium = aBrowserForThisFile();
const pages = blocksOf('docs/sdk-browser.md').flatMap(({ language, text }) => (language === 'html' ? [text] : []));

test.each([
  ['a script tag', 0],
  ['a module', 1],
])('the page with %s, opened as a file, says why it stays empty', async (_, at) => {
  const hub = await aTestHub();
  const folder = mkdtempSync(join(tmpdir(), 'conduit-page-'));
  closing(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'page.html');
  // Nobody wants to wait as long as a page may.
  const waitsLess = String(pages[at])
    .replaceAll('https://hub.example.org', hub.url)
    .replace(/connect\(('[^']+')\)/, 'connect($1, { connectTimeoutMs: 300 })');
  writeFileSync(file, waitsLess);
  const page = await aPlainPage();
  const told = page.waitForEvent('pageerror');
  await page.goto(pathToFileURL(file).href);
  expect(String(await told)).toContain('a page that was opened as a file: have it served');
});

test.each([
  ['a script tag', 0],
  ['a module', 1],
])('the page of the guide with %s shows what a service answers', async (_, at) => {
  const hub = await aTestHub();
  const provider = await serve('greeter', { greet: ({ name }) => ({ greeted: name }) }, { hub: hub.url, handlesSignals: false });
  closing(() => provider.close());
  const site = await aSite({ 'index.html': String(pages[at]).replaceAll('https://hub.example.org', hub.url) });
  const page = await aPlainPage();
  await page.goto(site);
  await page.getByText('Hello, Ada', { exact: true }).waitFor();
  expect(pages).toHaveLength(2);
});

async function aPlainPage(): Promise<Page> {
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  return await context.newPage();
}
