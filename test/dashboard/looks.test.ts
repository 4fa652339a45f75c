/** Every page in both themes, wide and on a phone: as everybody can use it (WCAG 2.2 AA, by axe), never wider than the screen. */

import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, live, openPage, phone, wide } from './open-page.ts';
import { someWork, type Work } from './work.ts';

const chromium = chromiumForThisFile();

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Each page with what it shows once it is all there. */
const pages: Readonly<Record<string, (ids: Work['ids']) => readonly [path: string, shows: string | RegExp]>> = {
  overview: () => ['', /^nightly has had no provider/],
  requests: () => ['requests', 'no_pages'],
  'a filtered list': () => ['requests?state=failed', 'no_pages'],
  'an empty list': () => ['requests?service=nobody', 'No request is like that'],
  'a request that has ended': ({ completed }) => [`requests/${completed}`, 'Read the page'],
  'a request that failed': ({ failed }) => [`requests/${failed}`, /the document <b>has<\/b> no pages/],
  'a request that runs': ({ running }) => [`requests/${running}`, 'It was a dark and stormy night.'],
  'a request that waits': ({ queued }) => [`requests/${queued}`, 'queued'],
  services: () => ['services', 'nightly'],
  'a service': () => ['services/brightwrapper', 'generate-infographics'],
  'a service that fails': () => ['services/documents', 'no_pages'],
  providers: () => ['providers', 'press 1'],
  clients: () => ['clients', 'storefront'],
  'clients that are gone': () => ['clients?gone=1', 'gone'],
  cluster: () => ['cluster', /^Hubs?$|^Cluster$/],
};

test.each(Object.entries(pages))('%s: usable by everybody, and no wider than the screen', async (_, pageOf) => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const [path, shows] = pageOf(ids);
  // Nobody checks what is still on its way.
  const page = await openPage(chromium, `${hub.url}/${path}`, { isStill: true });
  for (const { width, height } of [wide, phone]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.getByText(shows).first().waitFor();
      await live(page);
      const at = `${width} wide, ${colorScheme}`;
      expect(await troubles(page), at).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), at).toBe(width);
    }
  }
});

/** What axe finds against WCAG 2.2 AA, and where. */
async function troubles(page: Page): Promise<readonly string[]> {
  // As a text: in the page its name is another than here. No script tag, which the page's policy would rightly forbid.
  await page.evaluate(`${axe.source}; undefined`);
  const options = { runOnly: { type: 'tag', values: standards }, resultTypes: ['violations'] };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 300)} ${failureSummary}`),
  );
}
