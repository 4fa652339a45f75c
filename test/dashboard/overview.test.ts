/** The overview as an operator leaves it open: it says how the hub is, leads to what it counts, and follows. */

import type { BrowserContext } from 'playwright-core';
import { expect, test } from 'vitest';
import { aHubProcess } from '../support/hub-process.ts';
import { standStill } from '../support/loop.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, jumpsOf, live, openPage, phone, watchJumps, wide } from './open-page.ts';
import { someWork } from './work.ts';

const chromium = chromiumForThisFile();

test('a hub without services shows the lines that start one, and follows when one is there', async () => {
  const hub = await aTestHub();
  const page = await openPage(chromium, hub.url);
  await page.getByText('waits for its first service').waitFor();
  const code = page.getByText("import { serve } from '@conduit/sdk';");
  expect(await code.innerText()).toContain(hub.url);
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  await page.getByText('All is well: one service, ready.').waitFor();
  expect(await code.count()).toBe(0);
});

test('it tells what needs attention: who has no provider since when, and what waits', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, hub.url);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByText(/^nightly has had no provider for .+, and 1 request waits$/).waitFor();
  await attention.getByText(/^brightwrapper has /).waitFor({ state: 'detached' });
  await aProvider(hub.url, { sweep: () => null }, { service: 'nightly' });
  await page.getByText('All is well: 3 services, ready.').waitFor();
  expect(await attention.count()).toBe(0);
});

test('a request for a name that nobody has registered yet needs attention too', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  conduit.request('nobody', 'listens', {}, { startTimeoutMs: 600_000 }).catch(() => undefined);
  const page = await openPage(chromium, hub.url);
  await page.getByText('No worker has registered “nobody”, and 1 request waits').waitFor();
});

test('a hub that kept everybody waiting needs attention from operators, once it had the time to start', async () => {
  const hub = await aTestHub();
  // That time has passed by the clock of whoever looks.
  const prepare = (context: BrowserContext) => context.clock.setSystemTime(Date.now() + 60_000);
  const page = await openPage(chromium, hub.url, { prepare });
  await page.getByRole('link', { name: /^Running 0/ }).waitFor();
  standStill(400);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByRole('link', { name: /^The hub test was up to .+ late in the last ten seconds$/ }).click();
  await page.waitForURL(`${hub.url}/cluster`);
});

test('each number leads to the requests that it counts', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, hub.url);
  await page.getByRole('link', { name: /^Queued 2/ }).waitFor();
  await page.getByRole('link', { name: /^Running 1/ }).waitFor();
  await page.getByRole('link', { name: /^Completed 1/ }).waitFor();
  await page.getByRole('link', { name: /^Failed 1/ }).click();
  expect(new URL(page.url()).search).toBe('?state=failed%2Cexpired');
  const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
  await rows.getByText('no_pages').waitFor();
  expect(await rows.count()).toBe(1);
  await rows.getByRole('link').click();
  await page.waitForURL(`${hub.url}/requests/${ids.failed}`);
});

test('what ends is told as it ends', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  await aProvider(hub.url, { wait: async () => await gate.opened }, { service: 'patience' });
  const conduit = await aConduit(hub.url);
  const page = await openPage(chromium, hub.url);
  const ended = page.getByRole('region', { name: 'Just ended' });
  await ended.getByText('Nothing has ended yet').waitFor();
  const request = conduit.request('patience', 'wait', {});
  await page.getByRole('link', { name: /^Running 1/ }).waitFor();
  gate.open();
  await request;
  await ended.getByRole('link', { name: 'patience wait' }).waitFor();
  await page.getByRole('link', { name: /^Running 0/ }).waitFor();
  await page.getByRole('link', { name: /^Completed 1/ }).waitFor();
});

test('a hub that is killed and started again under the open page is followed again without a reload', async () => {
  const hub = await aHubProcess();
  const page = await openPage(chromium, hub.url, { mayComplain: /Failed to load resource|ERR_/ });
  await live(page);
  const loadedAt = await page.evaluate(() => performance.timeOrigin);
  await hub.kill('SIGKILL');
  await page.getByText('reconnecting', { exact: true }).waitFor();
  await hub.start();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  await live(page);
  await page.getByText('All is well: one service, ready.').waitFor();
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
});

test('it is opened with each question asked once, and for no more than it shows', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const asked: string[] = [];
  const page = await openPage(chromium, hub.url, {
    prepare: async (context) => {
      // Answers: the page that tests look at begins each of its effects twice, and gives up the first.
      context.on('response', (response) => {
        const { pathname, searchParams } = new URL(response.url());
        if (pathname.startsWith('/api/v1/')) asked.push(`${pathname} ${searchParams.get('state') ?? ''}`);
        if (searchParams.get('state')?.startsWith('completed')) expect(searchParams.get('limit')).toBe('24');
      });
    },
  });
  await page.getByRole('region', { name: 'Just ended' }).getByText('cancelled').waitFor();
  await page.getByRole('region', { name: 'Needs attention' }).waitFor();
  expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
});

test('where streams are held back on the way, what was asked for is shown all the same', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, hub.url, {
    prepare: async (context) => await context.route(/\/api\/v1\/events\?/, async () => await new Promise(() => undefined)),
  });
  await page.getByRole('region', { name: 'Just ended' }).getByText('cancelled').waitFor();
});

test('its chart has a round number at each line', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  for (let n = 0; n < 6; n += 1) await conduit.request('greeter', 'greet', {});
  const page = await openPage(chromium, hub.url);
  const chart = page.getByRole('region', { name: 'Ended in the last 15 minutes' });
  await chart.getByText(/^\d+ at most in 10 s$/).waitFor();
  expect(['8642', '4321']).toContain((await chart.getByText(/^\d+$/).allInnerTexts()).join(''));
});

test.each([
  ['wide', wide],
  ['phone', phone],
])('while it is opened nothing of it jumps: %s', async (_, look) => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, hub.url, { look, prepare: watchJumps });
  await page.getByRole('region', { name: 'Just ended' }).getByText('cancelled').waitFor();
  await page.getByRole('region', { name: 'Needs attention' }).waitFor();
  expect(await jumpsOf(page)).toBeLessThan(0.05);
});

test('on a phone nothing of it is wider than the screen', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, hub.url, { look: phone });
  await page.getByRole('region', { name: 'Just ended' }).getByText('cancelled').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width);
});
