/**
 * Makes pictures of every page of the dashboard, in both themes and two widths, with the demo's services at work, for people to look at.
 * Run it with `npm run screenshots`, or with the names of some: `npm run screenshots -- request overview`; they go to `screenshots/`.
 */

import { mkdirSync } from 'node:fs';
import { type Conduit, connect } from '@conduit/sdk';
import type { Browser, Page } from 'playwright-core';
import { aContext, startChromium } from '../browser/chromium.ts';
import { startDemo } from './demo.ts';
import { extremes } from './extremes.ts';

const folder = new URL('../../screenshots/', import.meta.url);
const looks = [
  { name: 'wide-light', width: 1440, height: 900, scheme: 'light' },
  { name: 'wide-dark', width: 1440, height: 900, scheme: 'dark' },
  { name: 'phone-light', width: 390, height: 844, scheme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, scheme: 'dark' },
] as const;

const maxHeight = 2_400;

/** What shows only after somebody has done something: on which page, and what. */
const moments: Readonly<Record<string, readonly [page: string, doing: (page: Page) => Promise<unknown>]>> = {
  'request-result': ['request-pictures', (page) => page.getByRole('tab', { name: 'Result' }).click()],
  'request-failed-events': [
    'request-failure',
    async (page) => {
      await page.getByRole('tab', { name: 'Events' }).click();
      await page.getByRole('button', { name: /^\d+.*error/ }).click();
    },
  ],
  'request-steps-folded': ['request-steps', (page) => page.getByRole('button', { name: 'Fold long stretches' }).click()],
  'requests-pointed': [
    'requests',
    async (page) => {
      await page.getByRole('list', { name: 'Requests' }).getByRole('listitem').nth(3).hover();
      await page.getByRole('button', { name: / new$/ }).waitFor();
    },
  ],
  'request-events': ['request', (page) => page.getByRole('tab', { name: 'Events' }).click()],
  'run-again': ['request', (page) => page.getByRole('button', { name: 'Run again' }).click()],
  'as-code': ['request', (page) => page.getByRole('button', { name: 'As code' }).click()],
  keys: ['overview', (page) => page.keyboard.press('?')],
  'no-request': ['requests?service=nobody-at-all', async () => undefined],
  'no-service': ['services/nobody-at-all', async () => undefined],
};

const only = new Set(process.argv.slice(2));
const isWanted = (name: string): boolean => only.size === 0 || only.has(name);
mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const conduit = await connect(demo.url, { name: 'storefront' });
// Somebody who was there, and is gone.
await (await connect(demo.url, { name: 'night shift' })).close();
const browser = await startChromium();
const ending = new AbortController();
try {
  const ids = { ...(await work(conduit)), ...(await extremes(demo.url, conduit, ending.signal)) };
  keepBusy(conduit);
  const pages: Readonly<Record<string, string>> = {
    overview: '',
    requests: 'requests',
    ...ids,
    services: 'services',
    service: 'services/documents',
    'service-busy': 'services/llm',
    providers: 'providers',
    clients: 'clients',
    'clients-gone': 'clients?gone=1',
    cluster: 'cluster',
  };
  for (const look of looks) {
    for (const [name, path] of Object.entries(pages)) if (isWanted(name)) await picture(browser, name, path, look);
    if (isWanted('request-running')) {
      await picture(browser, 'request-running', `requests/${await oneThatRuns(conduit)}`, look);
    }
    for (const [name, [page, doing]] of Object.entries(moments))
      if (isWanted(name)) await picture(browser, name, pages[page] ?? page, look, doing);
  }
} finally {
  ending.abort();
  conduit.close();
  await browser.close();
  await demo.stop();
}

/** Some traffic, with an end of each kind. @returns the addresses of requests that are worth a picture. */
async function work(conduit: Conduit): Promise<Record<string, string>> {
  const document = conduit.request('documents', 'process', { url: 'document:annual-report.pdf' }, { tags: ['report', 'q3'] });
  const briefing = conduit.request('briefing', 'prepare', { url: 'document:annual-report.pdf' }, { tags: ['briefing'] });
  const infographics = conduit.request('brightwrapper', 'generate-infographics', { url: 'article:tides' });
  const failing = conduit.request('documents', 'process', { url: 'document:nothing.pdf' }, { tags: ['broken'] });
  const prompts = Array.from({ length: 12 }, (_, index) =>
    conduit.request('llm', 'chat', { prompt: 'It was a dark and stormy night' }, { tags: [`user-${index % 4}`] }),
  );
  await Promise.allSettled([document, briefing, infographics, failing, ...prompts]);
  conduit.request('nobody', 'listens', {}, { startTimeoutMs: 600_000 }).catch(() => undefined);
  return {
    request: `requests/${document.id}`,
    'request-tree': `requests/${briefing.id}`,
    'request-pictures': `requests/${infographics.id}`,
    'request-failed': `requests/${failing.id}`,
  };
}

/** Some requests at any time, until the connection is closed. */
function keepBusy(conduit: Conduit): void {
  const ask = (index: number): void => {
    const next = (): void => ask(index);
    conduit.request('llm', 'chat', { prompt: 'The sea was calm and' }, { tags: [`user-${index}`] }).then(next, () => undefined);
  };
  for (let index = 0; index < 8; index += 1) ask(index);
}

async function oneThatRuns(conduit: Conduit): Promise<string> {
  const request = conduit.request('brightwrapper', 'generate-infographics', { url: 'article:tides' });
  request.catch(() => undefined);
  for await (const event of request) if (event.type === 'chunk') break;
  return request.id;
}

async function picture(
  from: Browser,
  name: string,
  path: string,
  look: (typeof looks)[number],
  doing?: (page: Page) => Promise<unknown>,
): Promise<void> {
  const context = await aContext(from, look);
  const page = await context.newPage();
  // Nothing is caught half way.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`${demo.url}/${path}`);
  await page.getByText('live', { exact: true }).waitFor();
  await doing?.(page);
  // The page's stream never ends, so that nothing tells when all is there: this much time is enough for a picture.
  await page.waitForTimeout(400);
  // As tall as it is, for what stands at the window's edges to stand there.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: look.width, height: Math.min(Math.max(height, look.height), maxHeight) });
  await page.screenshot({ path: new URL(`${name}-${look.name}.png`, folder).pathname });
  await context.close();
}
