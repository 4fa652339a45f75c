/** The pages of the guide, opened as they stand; only the hub's address is that of a hub of the test. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '@conduit/sdk';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aProgram } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { run } from '../support/command.ts';
import { aFreePort, aHubProcess } from '../support/hub-process.ts';
import { aFolderOf, blocksOf } from '../support/programs.ts';
import { aGate, aProvider, aTestHub } from '../support/sdk.ts';
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
  expect(pages).toHaveLength(4);
});

/** A greeter that stops in the middle, until the test lets it go on. */
async function aSlowGreeter(hub: string, options: { readonly token?: string } = {}): Promise<ReturnType<typeof aGate>> {
  const gate = aGate();
  await aProvider(
    hub,
    {
      async *greet({ name }, ctx) {
        ctx.task('think').progress(0.5);
        yield 'Hello';
        const gone = new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
        await Promise.race([gate.opened, gone]);
        return { greeted: name };
      },
    },
    { service: 'greeter', ...options },
  );
  return gate;
}

test('the page with a bar shows how far it is, cancels, and shows the same request again after a reload', async () => {
  const hub = await aTestHub();
  const gate = await aSlowGreeter(hub.url);
  const site = await aSite({ 'index.html': String(pages[2]).replaceAll('https://hub.example.org', hub.url) });
  const page = await aPlainPage();
  await page.goto(site);
  const [ask, cancel] = ['Greet', 'Cancel'].map((name) => page.getByRole('button', { name }));
  const isHalf = (): Promise<unknown> => page.waitForFunction(() => document.querySelector('progress')?.value === 0.5);
  await ask?.click();
  await isHalf();
  await page.getByText('Hello', { exact: true }).waitFor();
  await cancel?.click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  expect(await ask?.isEnabled()).toBe(true);

  await ask?.click();
  await isHalf();
  await page.reload();
  await isHalf();
  expect(await ask?.isEnabled()).toBe(false);
  gate.open();
  await page.getByText('Hello, Ada', { exact: true }).waitFor();
  await page.reload();
  await page.getByText('Hello, Ada', { exact: true }).waitFor();
  expect(await page.locator('progress').getAttribute('value')).toBe('1');
});

test('the page with a token gets one of its backend each time it connects, and its request goes on over the end of one', async () => {
  const { dir } = aFolderOf('docs/sdk-browser.md');
  const port = String(await aFreePort());
  const [make = '', create = '', start = ''] = blocksOf('docs/sdk-browser.md')
    .flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))
    .slice(1);
  execFileSync('/bin/bash', ['-c', make], { cwd: dir });
  const args = start.replace('HS256:', `HS256:${dir}/`).replace('https://app.example.org', `http://127.0.0.1:${port}`).split(' ');
  const hub = await aHubProcess({ args: args.slice(2) });
  const { stdout } = await run(create.split(' ').slice(1), { env: { CONDUIT_DATA_DIR: hub.dataDir } });
  const gate = await aSlowGreeter(hub.url, { token: stdout.trim() });
  writeFileSync(join(dir, 'index.html'), String(pages[3]).replaceAll('https://hub.example.org', hub.url));
  // Its tokens live for two seconds, with the five that clocks may differ by.
  const backend = readFileSync(join(dir, 'backend.mjs'), 'utf8').replaceAll('8080', port).replace('+ 300', '- 3');
  writeFileSync(join(dir, 'backend.mjs'), backend);
  const serving = aProgram(process.execPath, ['backend.mjs'], { cwd: dir });
  await serving.printed(port);

  const page = await aPlainPage();
  let tokens = 0;
  const renewed = new Promise<void>((resolve) => {
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/token') tokens += 1;
      if (tokens === 2) resolve();
    });
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  await renewed;
  gate.open();
  await page.getByText('Hello, Ada', { exact: true }).waitFor();
});

async function aPlainPage(): Promise<Page> {
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  return await context.newPage();
}
