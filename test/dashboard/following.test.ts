/** What every page shows is of this moment, whichever page was open before, and whatever happened to the connection. */

import { expect, test } from 'vitest';
import { aProvider, aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, live, openPage } from './open-page.ts';

const chromium = chromiumForThisFile();

test('a page that is opened from another one shows all there is, and what comes after', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', name: 'first' });
  const page = await openPage(chromium, `${hub.url}/clients`);
  await live(page);
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await pages.getByRole('link', { name: 'Services' }).click();
  await page.getByRole('link', { name: 'greeter' }).waitFor();
  await pages.getByRole('link', { name: 'Providers' }).click();
  await page.getByText('first').waitFor();
  await pages.getByRole('link', { name: 'Clients' }).click();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'welcomer', name: 'second' });
  await pages.getByRole('link', { name: 'Services' }).click();
  await page.getByRole('link', { name: 'welcomer' }).waitFor();
  expect(await page.getByRole('link', { name: 'greeter' }).count()).toBe(1);
  await pages.getByRole('link', { name: 'Providers' }).click();
  await page.getByText('second').waitFor();
  expect(await page.getByText('first').count()).toBe(1);
});
