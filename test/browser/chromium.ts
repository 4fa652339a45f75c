/** Finds a Chromium and starts it: the machine's own, or the one that ships in an npm package. */

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const installed = '/usr/bin/chromium';

/** No request of its own to anywhere: it would fail here and slow every test. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param further arguments beside the usual ones. */
export async function startChromium(further: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({ executablePath: await chromiumPath(), args: [...args, ...further] });
}

/** Where it is; the one from the package is unpacked, where it has not been yet. Not by two at a time: see `unpacked.ts`. */
export async function chromiumPath(): Promise<string> {
  const named = process.env['CHROMIUM'] ?? (existsSync(installed) ? installed : undefined);
  return named ?? (await (await import('@sparticuz/chromium')).default.executablePath());
}

/** A page's surroundings; without a plain locale some code of Chromium's machine fails. */
export async function aContext(
  browser: Browser,
  look: { readonly width: number; readonly height: number; readonly scheme: 'light' | 'dark' },
): Promise<BrowserContext> {
  const { width, height, scheme } = look;
  return await browser.newContext({ locale: 'en-US', viewport: { width, height }, colorScheme: scheme });
}
