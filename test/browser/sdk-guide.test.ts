/** The pages of the guide, opened as they stand; only the hub's address is that of a hub of the test. */

import { serve } from '@conduit/sdk';
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
])('the page of the guide with %s shows what a service answers', async (_, at) => {
  const hub = await aTestHub();
  const provider = await serve('greeter', { greet: ({ name }) => `Hello, ${name}!` }, { hub: hub.url, handlesSignals: false });
  closing(() => provider.close());
  const site = await aSite({ 'index.html': String(pages[at]).replaceAll('https://hub.example.org', hub.url) });
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  const page = await context.newPage();
  await page.goto(site);
  await page.getByText('Hello, Ada!', { exact: true }).waitFor();
  expect(pages).toHaveLength(2);
});
