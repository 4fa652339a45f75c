/** A page that has the SDK by a plain script tag from the hub, as people's pages have it; it is served from another port than the hub's. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { closing } from '../support/closing.ts';
import { aSite } from '../support/site.ts';
import { aContext, startChromium } from './chromium.ts';

const buildSdk = fileURLToPath(new URL('../../scripts/build-sdk.mjs', import.meta.url));
/** Starting a browser for the first time unpacks it. */
const browserStartMs = 60_000;

declare global {
  /** What the script tag brings. Only what runs in a page may name it. */
  const conduit: typeof import('@conduit/sdk');
}

/** A browser for the pages of one file. Call it at the top of the file. */
export function aBrowserForThisFile(): { readonly browser: Browser } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    execFileSync(process.execPath, [buildSdk]);
    browser = await startChromium();
  }, browserStartMs);
  afterAll(async () => await browser?.close());
  return {
    get browser() {
      if (browser === undefined) throw new Error('the browser has not started');
      return browser;
    },
  };
}

/**
 * @param script the page's own program, as a file beside it.
 * @param tag how the page has the SDK; by default by a script tag from the hub.
 */
export async function aPage(
  { browser }: { readonly browser: Browser },
  hubUrl: string,
  { script = '', tag = `<script src="${hubUrl}/sdk/conduit.js"></script>` }: { script?: string; tag?: string } = {},
): Promise<Page> {
  const html = `<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,">${tag}</head>
<body><script src="page.js"></script></body></html>`;
  const site = await aSite({ 'index.html': html, 'page.js': script });
  const context = await aContext(browser, { width: 800, height: 600, scheme: 'light' });
  closing(async () => await context.close());
  const page = await context.newPage();
  await page.goto(site);
  return page;
}
