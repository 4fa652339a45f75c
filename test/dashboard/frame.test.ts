/** What is around every page: keys, themes, and where one is after one went somewhere. */

import { expect, test } from 'vitest';
import { aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, openPage, phone, wide } from './open-page.ts';
import { someWork } from './work.ts';

const chromium = chromiumForThisFile();

test('every page is reached by keys, and the list of keys is opened and closed by them', async () => {
  const hub = await aTestHub();
  const page = await openPage(chromium, hub.url);
  await page.getByText('waits for its first service').waitFor();
  for (const [key, path] of [
    ['r', '/requests'],
    ['s', '/services'],
    ['p', '/providers'],
    ['c', '/clients'],
    ['h', '/cluster'],
    ['o', '/'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForURL(hub.url + path);
    // Whoever hears the page is where it begins.
    await page.waitForFunction(() => document.activeElement?.id === 'main');
  }
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await keys.waitFor();
  await page.keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
});

test.each([
  ['wide', wide],
  ['phone', phone],
])('the documentation and the API are one step away, below wherever the hub is: %s', async (_, look) => {
  const hub = await aTestHub();
  const page = await openPage(chromium, `${hub.url}/requests`, { look });
  const links = page.getByRole('banner').getByRole('link', { name: /^(Docs|API)$/ });
  await links.nth(1).waitFor();
  expect(await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))).toEqual([
    `${hub.url}/docs/`,
    `${hub.url}/api`,
  ]);
  for (const link of await links.all()) {
    const { x = 0, width = 0 } = (await link.boundingBox()) ?? {};
    expect(x + width).toBeLessThanOrEqual(look.width);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(look.width);
  await links.first().click();
  await page.waitForURL(`${hub.url}/docs/`);
});

test('what is typed into a field is no key', async () => {
  const hub = await aTestHub();
  const page = await openPage(chromium, hub.url);
  await page.getByText('waits for its first service').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('gr?');
  expect(await page.getByRole('searchbox', { name: 'Search requests' }).inputValue()).toBe('gr?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(new URL(page.url()).pathname).toBe('/');
});

test('the first thing that is reached by tabulator skips to the page', async () => {
  const hub = await aTestHub();
  const page = await openPage(chromium, hub.url);
  await page.getByText('waits for its first service').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'main');
});

test('a theme that was chosen stays chosen, whatever the system says', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/services`);
  const ground = async () => await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.getByRole('link', { name: 'nightly' }).waitFor();
  const light = await ground();
  await page.getByRole('radio', { name: 'dark' }).check({ force: true });
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.getByRole('link', { name: 'nightly' }).waitFor();
  expect(await ground()).toBe(dark);
  await page.getByRole('radio', { name: 'auto' }).check({ force: true });
  expect(await ground()).toBe(light);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await ground()).toBe(dark);
});
