/** Services, providers, clients and hubs as an operator sees them, and what can be done to them from there. */

import { action, defineService, type LooseHandlers, ServiceError, serve } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { standStill } from '../support/loop.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, openPage, phone } from './open-page.ts';
import { someWork } from './work.ts';

const chromium = chromiumForThisFile();

test('a service is tried with a form made from its schema, and what comes of it is shown as it comes', async () => {
  const hub = await aTestHub();
  const contract = defineService('painter', {
    paint: action({
      description: 'Paints a wall',
      input: z.object({
        wall: z.string().describe('which one'),
        coats: z.int().default(2),
        colour: z.enum(['white', 'blue']),
        isGlossy: z.boolean().optional(),
        options: z.object({ brush: z.string() }).optional(),
      }),
    }),
  });
  const provider = await serve(
    contract,
    { paint: (payload) => ({ painted: payload }) },
    { hub: hub.url, handlesSignals: false, log: () => undefined },
  );
  closing(() => provider.close());
  const page = await openPage(chromium, `${hub.url}/services/painter`);
  const form = page.getByRole('region', { name: 'Try it' });
  await form.getByLabel('wall').fill('north');
  expect(await form.getByLabel('coats').inputValue()).toBe('2');
  await form.getByLabel('colour').selectOption('blue');
  await form.getByLabel('isGlossy').check();
  await form.getByLabel('options, JSON').fill('{ "brush": ');
  await form.getByRole('button', { name: 'Send' }).click();
  await form.getByRole('alert').filter({ hasText: 'options, JSON' }).waitFor();
  // Where one has to mend it.
  const wrong = form.locator('[aria-invalid="true"]');
  expect(await wrong.evaluate((field) => [field.getAttribute('name'), field === document.activeElement])).toEqual([
    'options',
    true,
  ]);
  await form.getByLabel('options, JSON').fill('{ "brush": "wide" }');
  await form.getByRole('button', { name: 'Send' }).click();
  const tried = page.getByRole('region', { name: 'What came of it' });
  const comes = async (): Promise<void> => {
    await tried.getByText('completed').waitFor();
    for (const text of ['north', 'blue', 'wide']) await tried.getByText(text).waitFor();
  };
  await comes();
  // The address tells it to whoever comes back to the page.
  await page.reload();
  await comes();
  await tried.getByRole('link', { name: 'Its page' }).click();
  await page.getByRole('tabpanel', { name: 'Result' }).getByText('north').waitFor();
});

test('a service tells how its requests go, with which errors they fail, and how its pool shares them', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  const press: LooseHandlers = {
    print: async ({ fails, waits }: { readonly fails?: string; readonly waits?: boolean }) => {
      if (waits === true) await gate.opened;
      if (fails !== undefined) throw new ServiceError(fails, 'the <b>press</b> stands still');
      return 'printed';
    },
  };
  await aProvider(hub.url, press, { service: 'press', name: 'press 1', capacity: 3 });
  const page = await openPage(chromium, `${hub.url}/services/press`);
  const pool = page.getByRole('region', { name: 'Pool' });
  const errors = page.getByRole('region', { name: 'Errors in the last 15 minutes' });
  await page.getByRole('link', { name: 'Completed 0 in 15 m' }).waitFor();
  await pool.getByRole('listitem').filter({ hasText: 'press 1' }).getByText('0 served –').waitFor();
  // While nothing fails nothing is said of it.
  expect(await errors.count()).toBe(0);

  const conduit = await aConduit(hub.url);
  const print = async (payload: object) => await conduit.request('press', 'print', payload).catch(() => undefined);
  await print({});
  await aProvider(hub.url, press, { service: 'press', name: 'press 2', capacity: 3 });
  for (const fails of ['no_paper', 'jammed', 'no_paper']) await print({ fails });
  const waiting = print({ waits: true });
  await page.getByRole('link', { name: 'At work 1 now' }).waitFor();
  await page.getByRole('link', { name: 'Completed 1 in 15 m' }).waitFor();
  await page.getByRole('link', { name: 'Failed 3 in 15 m' }).waitFor();
  await page.getByText(/^\d+ ms p50$/).waitFor();
  expect(await errors.getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringMatching(/^no_paper\s+2\s+67 %\s+latest/),
    expect.stringMatching(/^jammed\s+1\s+33 %\s+latest/),
  ]);
  const jammed = await errors.getByRole('link', { name: 'jammed' }).getAttribute('href');
  expect(jammed).toBe('/requests?service=press&error=jammed');
  const rows = pool.getByRole('listitem');
  await rows.filter({ hasText: 'press 1' }).getByText('3 served 60 %').waitFor();
  await rows.filter({ hasText: 'press 2' }).getByText('2 served 40 %').waitFor();
  gate.open();
  await waiting;
  await page.getByRole('link', { name: 'Completed 2 in 15 m' }).waitFor();

  // What is counted is one step away.
  await page.getByRole('link', { name: 'Failed 3 in 15 m' }).click();
  await page.getByRole('list', { name: 'Requests' }).getByRole('listitem').nth(2).waitFor();
  expect(new URL(page.url()).search).toBe('?service=press&state=failed%2Cexpired');
  await page.goBack();
  await errors.getByRole('link', { name: 'What failed' }).click();
  await page.getByRole('list', { name: 'Requests' }).getByRole('listitem').nth(2).waitFor();
});

test('on a phone the form is no wider than the screen, however long an action is called', async () => {
  const hub = await aTestHub();
  const name = 'reconcile-customer-records-with-the-external-registry-of-companies-and-of-their-owners';
  await aProvider(hub.url, { [name]: () => null }, { service: 'records' });
  const page = await openPage(chromium, `${hub.url}/services/records`, { look: phone });
  const form = page.getByRole('region', { name: 'Try it' });
  const action = form.getByLabel('Action');
  await action.waitFor();
  const { x = 0, width = 0 } = (await action.boundingBox()) ?? {};
  expect(x + width).toBeLessThanOrEqual(phone.width - 12);
});

test('a service without provider tells since when and what waits, and one that comes takes it at once', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/services/nightly`);
  await page.getByText(/^Nobody has provided it for /).waitFor();
  await page.getByText('1 waiting.').waitFor();
  await aProvider(hub.url, { sweep: () => null }, { service: 'nightly', name: 'the new one' });
  await page.getByText('the new one').waitFor();
  await page.getByRole('link', { name: 'Waiting 0 now' }).waitFor();
});

test('what is tried says beforehand that it would wait, and can’t be sent while there is no connection', {
  timeout: 60_000,
}, async () => {
  const hub = await aHubProcess();
  const greet: LooseHandlers = { greet: () => 'hello' };
  const first = await aProvider(hub.url, greet, { service: 'greeter' });
  const page = await openPage(chromium, `${hub.url}/services/greeter`, {
    mayComplain: /Failed to load resource|ERR_|WebSocket/,
  });
  const form = page.getByRole('region', { name: 'Try it' });
  const send = form.getByRole('button', { name: 'Send' });
  const hint = (text: RegExp) => form.getByRole('status').filter({ hasText: text }).waitFor();
  const noHint = () => form.getByRole('status').waitFor({ state: 'hidden' });
  await send.and(page.locator(':enabled')).waitFor();
  await noHint();
  await first.close();
  await hint(/^Nobody provides greeter now/);
  await aProvider(hub.url, greet, { service: 'greeter' });
  await noHint();
  await page.getByRole('button', { name: 'Pause' }).click();
  await hint(/^greeter is paused/);
  await page.getByRole('button', { name: 'Resume' }).click();
  await noHint();

  await hub.kill('SIGKILL');
  await hint(/^There is no connection to the hub now/);
  expect(await send.isDisabled()).toBe(true);
  await hub.start();
  await noHint();
  await send.click();
  await page.getByRole('region', { name: 'What came of it' }).getByText('completed').waitFor();
});

test('a service is paused, what comes then waits, and goes on when it is resumed', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const page = await openPage(chromium, `${hub.url}/services/greeter`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('region', { name: 'Pool' }).getByText('paused').waitFor();
  const conduit = await aConduit(hub.url);
  const request = conduit.request('greeter', 'greet', {});
  await page.getByRole('link', { name: 'Waiting 1 now' }).waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  expect(await request).toBe('hello');
});

test('a provider tells what it works on and how far it is, how much more there is, and how fast it answers', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  const handlers: LooseHandlers = {
    async paint({ wall }: { readonly wall: string }, ctx) {
      ctx.task('coat').progress(wall === 'north' ? 0.5 : 0);
      await gate.opened;
    },
  };
  await aProvider(hub.url, handlers, { service: 'painter', name: 'press 1', capacity: 4 });
  const conduit = await aConduit(hub.url);
  const north = conduit.request('painter', 'paint', { wall: 'north' });
  for await (const event of north) if (event.type === 'progress') break;
  const others = ['<b>east</b>', 'south'].map((wall) => conduit.request('painter', 'paint', { wall }));
  const page = await openPage(chromium, `${hub.url}/providers`);
  await page.getByText('1 connected, 3 of 4 places taken').waitFor();
  const row = page.getByRole('row', { name: /press 1/ });
  await row.getByText('and 1 more').waitFor();
  const work = row.getByRole('listitem');
  expect(await work.count()).toBe(2);
  expect(await work.first().getByRole('progressbar').getAttribute('aria-valuenow')).toBe('50');
  // The first heartbeat comes after ten seconds.
  await row.getByRole('cell', { name: /^(< 1|\d+) ms$/ }).waitFor();
  await work.first().getByRole('link', { name: 'painter paint' }).click();
  await page.waitForURL(`${hub.url}/requests/${north.id}`);
  await page.goBack();
  gate.open();
  await Promise.all([north, ...others]);
  await page.getByText('1 connected, 0 of 4 places taken').waitFor();
  expect(await work.count()).toBe(0);
});

test('a provider is drained after a question that tells what it holds, and leaves when it has done it', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  await aProvider(hub.url, { wait: async () => await gate.opened }, { service: 'patience', name: 'the old one', capacity: 2 });
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', name: 'the other one' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('patience', 'wait', {});
  const page = await openPage(chromium, `${hub.url}/providers`);
  const row = page.getByRole('row', { name: /the old one/ });
  await row.getByText('1 of 2').waitFor();
  await row.getByRole('button', { name: 'Drain' }).click();
  const question = page.getByRole('dialog', { name: 'Drain it?' });
  await question.getByText(/finishes the 1 it holds/).waitFor();
  await question.getByRole('button', { name: 'Drain it' }).click();
  await row.getByRole('cell', { name: 'draining' }).waitFor();
  gate.open();
  await request;
  await row.getByRole('cell', { name: 'gone' }).waitFor();
  await page.getByRole('row', { name: /the other one/ }).waitFor();
});

test('a provider is disconnected, and is back by itself', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', name: 'press 1' });
  const page = await openPage(chromium, `${hub.url}/providers`);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect it' }).click();
  await page.getByText('press 1 is disconnected; it may come back').waitFor();
  await page
    .getByRole('row', { name: /press 1/ })
    .getByRole('cell', { name: 'ready' })
    .waitFor();
});

test('clients are listed with what they asked for, and their requests are one step away', async () => {
  const hub = await aTestHub();
  await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/clients`);
  await page.getByRole('row', { name: /storefront \S+ ready \S+ 3/ }).waitFor();
  await page.getByRole('link', { name: 'storefront' }).click();
  const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
  await rows.nth(5).waitFor();
  expect(await rows.count()).toBe(6);
});

test('clients that are gone are counted, and shown to whoever asks for them; the address says so', async () => {
  const hub = await aTestHub();
  await aConduit(hub.url, { name: 'day shift' });
  await (await aConduit(hub.url, { name: 'night shift' })).close();
  const page = await openPage(chromium, `${hub.url}/clients`);
  const [here, gone] = ['day shift', 'night shift'].map((name) => page.getByRole('row', { name: new RegExp(name) }));
  const toggle = page.getByRole('button', { name: '1 gone, kept to come back' });
  await page.getByText('1 connected, 0 open requests, 0 followed').waitFor();
  await here?.waitFor();
  expect(await gone?.count()).toBe(0);
  await toggle.click();
  await gone?.getByText('gone').waitFor();
  expect(new URL(page.url()).search).toBe('?gone=1');
  await page.reload();
  await gone?.getByText('gone').waitFor();
  expect(await toggle.getAttribute('aria-pressed')).toBe('true');
  await toggle.click();
  await gone?.waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toBe('');
});

test('the cluster is its hub, with what it carries and whether it keeps up', async () => {
  const hub = await aTestHub();
  await aConduit(hub.url);
  const page = await openPage(chromium, `${hub.url}/cluster`);
  const row = page.getByRole('row', { name: /ready/ });
  await row.getByText(/^[\d.]+ in · [\d.]+ out$/).waitFor();
  await row.getByText(/^[\d.]+ MiB$/).waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  standStill(150);
  await row.getByText(/^\d+ ms, late$/).waitFor();
});
