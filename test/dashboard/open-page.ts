/** The dashboard as people open it: built, served by a hub, in Chromium. A page that complains, or that asks another host, fails its test. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { aContext, startChromium } from '../browser/chromium.ts';
import { closing } from '../support/closing.ts';

const buildDashboard = fileURLToPath(new URL('../../scripts/build-dashboard.mjs', import.meta.url));
/** Starting a browser for the first time unpacks it, and building takes a while where nothing was built. */
const startMs = 120_000;

export const wide = { width: 1440, height: 900, scheme: 'light' } as const;
export const phone = { width: 390, height: 844, scheme: 'light' } as const;

export interface Chromium {
  readonly browser: Browser;
}

/** A browser for the tests of one file, and a dashboard for its hubs to serve. Call it at the top of the file. */
export function chromiumForThisFile(): Chromium {
  let browser: Browser | undefined;
  beforeAll(async () => {
    execFileSync(process.execPath, [buildDashboard], { stdio: 'inherit' });
    browser = await startChromium();
  }, startMs);
  afterAll(async () => await browser?.close());
  return {
    get browser() {
      if (browser === undefined) throw new Error('the browser has not started');
      return browser;
    },
  };
}

interface OpenOptions {
  readonly look?: Parameters<typeof aContext>[1];
  /** What the console may say, where a test provokes it: a hub that is gone, a token that is refused. */
  readonly mayComplain?: RegExp;
  /** Without movement, as some people ask for it. */
  readonly isStill?: boolean;
  /** What sees to the page's surroundings before anything is loaded. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** Opens an address of the dashboard, and holds it to its manners until the test ends. */
export async function openPage(
  { browser }: Chromium,
  address: string,
  { look = wide, mayComplain, isStill = false, prepare }: OpenOptions = {},
): Promise<Page> {
  const context = await aContext(browser, look);
  const complaints: string[] = [];
  closing(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await prepare?.(context);
  const page = await context.newPage();
  if (isStill) await page.emulateMedia({ reducedMotion: 'reduce' });
  const complain = (text: string): void => {
    if (mayComplain?.test(text) !== true) complaints.push(text);
  };
  // What the page's policy forbids is told as an error too.
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(String(error.stack ?? error)));
  const { host } = new URL(address);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.host !== host && !['blob:', 'data:'].includes(url.protocol)) complain(`it asked ${url.href}`);
  });
  await page.goto(address);
  return page;
}

/** Resolves once the page says that what it shows is of this moment. */
export async function live(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor();
}

/** Has the page add up how far it jumps by itself while it is opened. */
export async function watchJumps(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    Reflect.set(window, 'jumped', 0);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        Reflect.set(window, 'jumped', Reflect.get(window, 'jumped') + Reflect.get(entry, 'value'));
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** The shares of the window that moved, times how far: above 0.1 people lose their place. */
export async function jumpsOf(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    // What was drawn last is told with the frame after it.
    for (const _ of [1, 2]) await new Promise((resolve) => requestAnimationFrame(resolve));
    return Number(Reflect.get(window, 'jumped'));
  });
}
