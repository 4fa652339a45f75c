/** The list of requests: found by what they are, shared by its address, going on while one looks, acted upon. */

import { once } from 'node:events';
import type { LooseHandlers } from '@conduit/sdk';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, live, openPage, phone, wide } from './open-page.ts';
import { someWork } from './work.ts';

const chromium = chromiumForThisFile();

const rowsOf = (page: Page) => page.getByRole('list', { name: 'Requests' }).getByRole('listitem');

test('a list without requests tells how one is sent, and shows the first that comes', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const page = await openPage(chromium, `${hub.url}/requests`);
  await page.getByText('No request yet').waitFor();
  const conduit = await aConduit(hub.url);
  await conduit.request('greeter', 'greet', {});
  await rowsOf(page).getByText('completed').waitFor();
  expect(await rowsOf(page).count()).toBe(1);
});

test('terms narrow the list, its address holds them, and whoever opens that sees the same', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests`);
  await rowsOf(page).nth(4).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('state:completed,running service:brightwrapper tag:user-42');
  await page.keyboard.press('Enter');
  await page.waitForURL(/state=completed%2Crunning/);
  await rowsOf(page).nth(2).waitFor({ state: 'detached' });
  const other = await openPage(chromium, page.url());
  await rowsOf(other).nth(1).waitFor();
  const links = rowsOf(other).getByRole('link');
  expect(await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname))).toEqual([
    `/requests/${ids.running}`,
    `/requests/${ids.completed}`,
  ]);
  await other.getByRole('link', { name: 'Completed' }).click();
  await rowsOf(other).nth(1).waitFor({ state: 'detached' });
  await other.goBack();
  await rowsOf(other).nth(1).waitFor();
});

test('an id, its first characters, or those that the list shows of it, lead to the request', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, hub.url);
  for (const typed of [ids.completed, ids.completed.slice(0, -2), ids.completed.slice(-8)]) {
    const box = page.getByRole('searchbox', { name: 'Search requests' });
    await box.fill(typed);
    await box.press('Enter');
    await page.waitForURL(`${hub.url}/requests/${ids.completed}`);
    await page.goto(hub.url);
  }
});

test('a request in the list moves on while one looks, and leaves where it no longer belongs', async () => {
  const hub = await aTestHub();
  const { goOn } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests?state=queued%2Crunning&service=brightwrapper`);
  const [queued, running] = [rowsOf(page).nth(0), rowsOf(page).nth(1)];
  await queued.getByText('waits, 1 in line').waitFor();
  await running.getByText('63 %').waitFor();
  expect(await running.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('63');
  goOn();
  await page.getByText('No request is like that').waitFor();
});

test('a list that stands still counts what it holds back, and shows it when it goes on', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  await conduit.request('greeter', 'greet', {});
  const page = await openPage(chromium, `${hub.url}/requests`);
  await rowsOf(page).first().waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  for (const _ of [1, 2]) await conduit.request('greeter', 'greet', {});
  const held = page.getByRole('button', { name: '2 new' });
  await held.waitFor();
  expect(await rowsOf(page).count()).toBe(1);
  await page.getByRole('button', { name: 'Go on' }).click();
  await rowsOf(page).nth(2).waitFor();
  expect(await held.count()).toBe(0);
});

test('under a pointer or a focus no row moves: new ones wait to be asked for, and those that are there go on', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  await aProvider(hub.url, { greet: () => 'hello', wait: async () => await gate.opened }, { service: 'greeter', capacity: 2 });
  const conduit = await aConduit(hub.url);
  const first = conduit.request('greeter', 'wait', {});
  for await (const event of first) if (event.type === 'running') break;
  const page = await openPage(chromium, `${hub.url}/requests?state=running,completed`);
  await live(page);
  const pointedAt = rowsOf(page).first();
  await pointedAt.hover();
  for (const _ of [1, 2]) await conduit.request('greeter', 'greet', {});
  const held = page.getByRole('button', { name: '2 new' });
  await held.waitFor();
  gate.open();
  await first;
  await pointedAt.getByText('completed').waitFor();
  expect(await rowsOf(page).count()).toBe(1);
  await held.click();
  await rowsOf(page).nth(2).waitFor();
  await page.mouse.move(0, 0);

  await page.keyboard.press('j');
  await conduit.request('greeter', 'greet', {});
  await page.getByRole('button', { name: '1 new' }).press('Enter');
  await rowsOf(page).nth(3).waitFor();
  await page.keyboard.press('j');
  expect(
    await rowsOf(page)
      .first()
      .getByRole('link')
      .evaluate((link) => link === document.activeElement),
  ).toBe(true);
  await conduit.request('greeter', 'greet', {});
  await page.getByRole('button', { name: '1 new' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).focus();
  await rowsOf(page).nth(4).waitFor();
});

test('a row that fits no more stays as long as somebody is at it', async () => {
  const hub = await aTestHub();
  const { goOn } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests?state=running`);
  await live(page);
  await rowsOf(page).hover();
  goOn();
  await rowsOf(page).getByText('completed').waitFor();
  await page.mouse.move(0, 0);
  await page.getByText('No request is like that').waitFor();
});

test('whoever has gone down stays where they are: what is new waits, and leads back to the beginning', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  await Promise.all(Array.from({ length: 60 }, async () => await conduit.request('greeter', 'greet', {})));
  const page = await openPage(chromium, `${hub.url}/requests`, { look: phone });
  await rowsOf(page).first().waitFor();
  await live(page);
  await page.evaluate(() => scrollTo(0, 1_000));
  await page.evaluate(async () => await new Promise((resolve) => requestAnimationFrame(resolve)));
  const { id } = conduit.request('greeter', 'greet', {});
  await page.getByRole('button', { name: '1 new' }).click();
  await rowsOf(page).locator(`a[href$="${id}"]`).waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test.each([
  ['wide', wide],
  ['phone', phone],
])('rows are as high as they are apart: %s', async (_, look) => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests`, { look });
  await rowsOf(page).nth(5).waitFor();
  const boxes = await rowsOf(page).evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect()));
  expect(boxes.slice(1).map(({ top }) => top)).toEqual(boxes.slice(0, -1).map(({ bottom }) => bottom));
});

test('of many requests only those in sight are there, and the rest come as one goes down', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  const count = 350;
  const first = conduit.request('greeter', 'greet', {});
  await first;
  await Promise.all(Array.from({ length: count - 1 }, async () => await conduit.request('greeter', 'greet', {})));
  const page = await openPage(chromium, `${hub.url}/requests`);
  await rowsOf(page).first().waitFor();
  expect(await rowsOf(page).count()).toBeLessThan(60);
  const last = rowsOf(page).locator(`a[href$="${first.id}"]`);
  for (let seen = 0; (await last.count()) === 0 && seen < count; seen += 1) {
    await page.mouse.wheel(0, 2_000);
    await page.evaluate(async () => await new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  await last.waitFor();
  expect(await last.locator('xpath=ancestor::li').getAttribute('aria-posinset')).toBe(String(count));
});

test('rows are gone through and opened by keyboard', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests?service=brightwrapper`);
  await rowsOf(page).nth(3).waitFor();
  for (const key of ['j', 'j', 'j', 'k', 'j', 'j']) await page.keyboard.press(key);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${hub.url}/requests/${ids.completed}`);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.waitForURL(`${hub.url}/`);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
});

test('a request is cancelled from its row after a question that says which, and one that ended is run again', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  const wait: LooseHandlers[string] = async (_, { signal }) =>
    await Promise.race([gate.opened, once(signal, 'abort').then(() => signal.throwIfAborted())]);
  await aProvider(hub.url, { wait }, { service: 'patience' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('patience', 'wait', { n: 1 });
  request.catch(() => undefined);
  const page = await openPage(chromium, `${hub.url}/requests`);
  await rowsOf(page).getByText('running').waitFor();
  await rowsOf(page).getByRole('button', { name: 'Cancel' }).click();
  const question = page.getByRole('dialog');
  await question.getByText(request.id.slice(-8)).waitFor();
  await question.getByRole('button', { name: 'Cancel the request' }).click();
  await rowsOf(page).getByText('cancelled', { exact: true }).waitFor();
  gate.open();
  await rowsOf(page).getByRole('button', { name: 'Run again' }).click();
  const again = page.getByRole('dialog', { name: 'Run this request to patience again?' });
  await again.getByText(request.id.slice(-8)).waitFor();
  await again.getByRole('button', { name: 'Send a new request' }).click();
  await page.mouse.move(0, 0);
  await rowsOf(page).getByText('completed').waitFor();
  expect(await rowsOf(page).count()).toBe(2);
});

test('a row tells what its request works on; one whose provider falls silent is among the stalled, and needs attention', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests`);
  await rowsOf(page).getByText('63 % · Draw · half of the sheet').waitFor();
  await page.getByRole('navigation', { name: 'Presets' }).getByRole('link', { name: 'Stalled' }).click();
  await page.getByText('No request is like that').waitFor();
  await live(page);
  await hub.advance(31_000);
  await rowsOf(page)
    .getByText(/^silent for 3\d s$/)
    .waitFor();
  expect(await rowsOf(page).count()).toBe(1);
  await page.goto(hub.url);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByRole('link', { name: /^1 running request of brightwrapper has said nothing/ }).click();
  expect(new URL(page.url()).search).toBe('?is=stalled&service=brightwrapper');
  await rowsOf(page)
    .getByText(/^silent for/)
    .waitFor();
});

test('what failed with one error, and what took long, is found by terms', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests?error=no_pages`, { mayComplain: /status of 400/ });
  await rowsOf(page).getByText('no_pages').waitFor();
  expect(await rowsOf(page).count()).toBe(1);
  const filter = page.getByRole('textbox', { name: 'Filter' });
  await filter.fill('longer:1h');
  await filter.press('Enter');
  await page.getByText('No request is like that').waitFor();
  await filter.fill('longer:soon');
  await filter.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'min_duration_ms' }).waitFor();
});

test('on a phone each row still tells how far it is, and why it failed', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests`, { look: phone });
  await rowsOf(page).getByText('no_pages').waitFor();
  await rowsOf(page).getByText('63 %').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width);
});

test('where more happens than is told the list looks again, and no look is given up for the next one', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', capacity: 1_000 });
  const conduit = await aConduit(hub.url);
  let isOver = false;
  const flood = async (): Promise<void> => {
    while (!isOver) await Promise.all(Array.from({ length: 400 }, async () => await conduit.request('greeter', 'greet', {})));
  };
  // Longer than the half second after which the hub tells again that there is more.
  const slowMs = 1_200;
  const looked = /\/api\/v1\/requests\?/;
  const page = await openPage(chromium, `${hub.url}/requests`, {
    prepare: async (context) =>
      await context.route(looked, async (route) => {
        const response = await route.fetch();
        await new Promise((resolve) => setTimeout(resolve, slowMs));
        // One that was given up meanwhile has nobody to be answered.
        await route.fulfill({ response }).catch(() => undefined);
      }),
  });
  await page.getByText('No request yet').waitFor();
  const flooding = flood();
  for (const _ of [1, 2]) await page.waitForEvent('requestfinished', (request) => looked.test(request.url()));
  isOver = true;
  await flooding;
  await rowsOf(page).first().waitFor();
});

test('a list is asked for once, and what failed is among what the preset Failed shows', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const asked: string[] = [];
  const page = await openPage(chromium, `${hub.url}/requests?state=failed`, {
    prepare: async (context) => {
      context.on('request', (request) => {
        if (request.url().includes('/api/v1/requests?')) asked.push(request.url());
      });
    },
  });
  await rowsOf(page).getByText('no_pages').waitFor();
  await live(page);
  const preset = page.getByRole('navigation', { name: 'Presets' }).getByRole('link', { name: 'Failed', exact: true });
  expect(await preset.getAttribute('aria-current')).toBe('true');
  expect(asked).toHaveLength(1);
});

test('what the hub tells while its answer is on the way is not forgotten', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  await aProvider(hub.url, { wait: async () => await gate.opened }, { service: 'patience' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('patience', 'wait', {});
  for await (const event of request) if (event.type === 'running') break;
  const other = await openPage(chromium, `${hub.url}/requests`);
  await rowsOf(other).getByText('running').waitFor();
  const page = await openPage(chromium, `${hub.url}/requests`, {
    prepare: async (context) =>
      await context.route(/\/api\/v1\/requests\?/, async (route) => {
        const response = await route.fetch();
        gate.open();
        await request;
        await rowsOf(other).getByText('completed').waitFor();
        await route.fulfill({ response });
      }),
  });
  await rowsOf(page).getByText('completed').waitFor();
});

test('what ended after an answer was made, and before the stream began, is looked up', async () => {
  const hub = await aTestHub();
  const [gate, over] = [aGate(), aGate()];
  await aProvider(hub.url, { wait: async () => await gate.opened }, { service: 'patience' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('patience', 'wait', {});
  for await (const event of request) if (event.type === 'running') break;
  let answers = 0;
  const page = await openPage(chromium, `${hub.url}/requests`, {
    prepare: async (context) => {
      await context.route(/\/api\/v1\/events\?/, async (route) => {
        await over.opened;
        await route.continue();
      });
      await context.route(/\/api\/v1\/requests\?/, async (route) => {
        answers += 1;
        if (answers > 1) return await route.continue();
        const response = await route.fetch();
        gate.open();
        await request;
        over.open();
        for (const opened of context.pages()) await live(opened);
        await route.fulfill({ response });
      });
    },
  });
  await rowsOf(page).getByText('completed').waitFor();
});
