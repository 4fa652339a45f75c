/** The page of one request: it follows, acts, shows whatever came as what it is and never as more, and survives its hub. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { action, defineService, type LooseHandlers, serve } from '@conduit/sdk';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { clientsOf } from '../support/clients.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, jumpsOf, live, openPage, phone, watchJumps, wide } from './open-page.ts';
import { someWork } from './work.ts';

const chromium = chromiumForThisFile();

/** A white pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==',
  'base64',
);

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
/** Its state, as the facts at the top tell it. */
const state = (page: Page, said: string) => page.locator('dl').getByText(said, { exact: true }).waitFor();

test('it follows: tasks, output and state as they come, and the result once it is there', async () => {
  const hub = await aTestHub();
  const { ids, goOn } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests/${ids.running}`);
  await state(page, 'running');
  await page.getByText('Read the page').waitFor();
  await page.getByText('50 % · half of the sheet').waitFor();
  await page.getByText('It was a dark and stormy night.').waitFor();
  await page.getByRole('link', { name: 'user-42' }).waitFor();
  goOn();
  await state(page, 'completed');
  await tab(page, 'Result').click();
  await page.getByText('About held <b>&</b>').waitFor();
  expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
});

test('one that waits tells why, and where it stands in line', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests/${ids.queued}`);
  await page.getByText(/It waits: all providers are busy, 1 in line/).waitFor();
});

test('it is cancelled after a question, and its provider is told', async () => {
  const hub = await aTestHub();
  const told = aGate();
  const wait: LooseHandlers[string] = async (_, { signal }) => {
    await once(signal, 'abort');
    told.open();
    signal.throwIfAborted();
  };
  await aProvider(hub.url, { wait }, { service: 'patience' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('patience', 'wait', {});
  const ending = request.catch((error: unknown) => error);
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  await state(page, 'running');
  await page.getByRole('button', { name: 'Cancel' }).click();
  const question = page.getByRole('dialog', { name: 'Cancel this request to patience?' });
  await question.getByRole('button', { name: 'Leave it' }).click();
  await question.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await question.getByRole('button', { name: 'Cancel the request' }).click();
  await state(page, 'cancelled');
  await told.opened;
  expect(await ending).toMatchObject({ code: 'cancelled' });
});

test('it is run again with another payload, as a request of its own that tells where it came from', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: ({ name }: { name: string }) => `hello, ${name}` }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('greeter', 'greet', { name: 'Ada' });
  await request;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  await page.getByRole('button', { name: 'Run again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run greeter greet again' });
  const payload = dialog.getByLabel('Payload');
  expect(JSON.parse(await payload.inputValue())).toEqual({ name: 'Ada' });
  await payload.fill('{ "name": ');
  await dialog.getByRole('button', { name: 'Send a new request' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'This is no JSON' }).waitFor();
  await payload.fill('{ "name": "Grace" }');
  await dialog.getByRole('button', { name: 'Send a new request' }).click();
  await page.getByText('hello, Grace').waitFor();
  const repeats = page.getByRole('region', { name: 'Related' }).getByRole('link', { name: 'greeter greet' });
  expect(await repeats.getAttribute('href')).toBe(`/requests/${request.id}`);
});

test('who runs it again is told beforehand what it would wait for', async () => {
  const hub = await aTestHub();
  const provider = await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('greeter', 'greet', {});
  await request;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  await page.getByRole('button', { name: 'Run again' }).click();
  const hint = page.getByRole('dialog').getByRole('status');
  await hint.waitFor({ state: 'hidden' });
  await provider.close();
  await hint.filter({ hasText: 'Nobody provides greeter now' }).waitFor();
});

test('a request that is looked at no more is followed no more, though nothing of it comes', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { wait: async (_, ctx) => await once(ctx.signal, 'abort') });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'wait');
  request.catch(() => undefined);
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  await state(page, 'running');
  const watching = async (): Promise<number | undefined> => {
    const clients = await clientsOf(hub.url);
    return clients.find(({ name }) => name === 'dashboard')?.watching;
  };
  expect(await watching()).toBe(1);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Services' }).click();
  await expect.poll(watching).toBe(0);
});

test('what it asks others for is there as soon as it is asked, and goes on without being asked for again', async () => {
  const hub = await aTestHub();
  const [asking, drawing] = [aGate(), aGate()];
  const draw: LooseHandlers[string] = async (_, ctx) => {
    ctx.task('main').progress(0.5);
    await drawing.opened;
    return 'a picture';
  };
  const prepare: LooseHandlers[string] = async (_, ctx) => {
    await asking.opened;
    return await ctx.request('press', 'draw', {});
  };
  await aProvider(hub.url, { draw }, { service: 'press' });
  await aProvider(hub.url, { prepare }, { service: 'editor' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('editor', 'prepare', {});
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  await state(page, 'running');
  await live(page);
  const related = page.getByRole('region', { name: 'Related' });
  expect(await related.count()).toBe(0);
  asking.open();
  const progress = related.getByRole('progressbar', { name: 'press draw' });
  await progress.and(page.locator('[aria-valuenow="50"]')).waitFor();
  await related.getByText('Asked for').waitFor();
  const id = (await related.getByRole('link').getAttribute('href'))?.split('/').at(-1) ?? 'none';
  const asked: string[] = [];
  page.on('request', (one) => asked.push(one.url()));
  drawing.open();
  await related.getByText('completed').waitFor();
  expect(asked.filter((url) => url.includes(id))).toEqual([]);
});

test('one that failed tells why at once: its error with all details, whether another try helps, and what was asked', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests/${ids.failed}`);
  const why = page.getByRole('alert');
  await why.getByText('the document <b>has</b> no pages').waitFor();
  await why.getByText('Not to be tried again blindly: work had begun.').waitFor();
  await page.getByText(/^pages0$/).waitFor();
  await page.getByRole('tabpanel', { name: 'Payload' }).getByText('payload').waitFor();
});

test('however much is streamed the page stays as high, and its end in sight until one goes up', async () => {
  const hub = await aTestHub();
  const [goOn, end] = [aGate(), aGate()];
  const talk: LooseHandlers[string] = async (_, ctx) => {
    for (let line = 1; line <= 1_000; line += 1) await ctx.chunk(`line ${line}\n`);
    await goOn.opened;
    await ctx.chunk('and one more\n');
    await end.opened;
    return 'said';
  };
  await aProvider(hub.url, { talk }, { service: 'talker' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('talker', 'talk', {});
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  const output = page.getByRole('region', { name: 'text' });
  const isAtEnd = () => output.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 2);
  await page.getByText('1,000 chunks').waitFor();
  await expect.poll(isAtEnd).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(1_800);
  await output.focus();
  await page.keyboard.press('Home');
  const follow = page.getByRole('button', { name: 'Follow the end' });
  await follow.waitFor();
  await expect.poll(() => output.evaluate((box) => box.scrollTop)).toBe(0);
  goOn.open();
  await page.getByText('1,001 chunks').waitFor();
  expect(await isAtEnd()).toBe(false);
  await follow.click();
  await expect.poll(isAtEnd).toBe(true);
  end.open();
  await request;
  await state(page, 'completed');
  expect(await follow.count()).toBe(0);
});

test('of a large result what fits is there, each row on a line, and all of it can be taken along', async () => {
  const hub = await aTestHub();
  const rows = Array.from({ length: 200 }, (_, n) => ({ id: n, name: `row ${n}` }));
  await aProvider(hub.url, { list: () => rows }, { service: 'lists' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('lists', 'list', {});
  await request;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`, {
    prepare: async (context) => await context.grantPermissions(['clipboard-read', 'clipboard-write']),
  });
  const panel = page.getByRole('tabpanel', { name: 'Result' });
  await panel.getByText('id: 19, name: row 19').waitFor();
  expect(await panel.getByText('id: 20, name: row 20').count()).toBe(0);
  await panel.getByRole('button', { name: '180 more' }).click();
  await panel.getByText('id: 199, name: row 199').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(1_800);
  await panel.getByRole('button', { name: 'Copy' }).click();
  await panel.getByRole('button', { name: 'Copied' }).waitFor();
  expect(JSON.parse(await page.evaluate(async () => await navigator.clipboard.readText()))).toEqual(rows);
  const coming = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByRole('button', { name: 'Saved' }).waitFor();
  const download = await coming;
  expect(download.suggestedFilename()).toBe(`result-${request.id.slice(-8)}.json`);
  expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toEqual(rows);
});

test('an event is a sentence, and opens below its line to all that was told', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests/${ids.completed}`);
  await tab(page, 'Events').click();
  const list = page.getByRole('region', { name: 'Events' });
  await list.getByRole('button', { name: /tasks 2 steps: Read the page, Draw$/ }).click();
  const opened = list.getByText('event 2', { exact: true });
  await opened.waitFor();
  const [line, next] = [
    list.getByRole('button', { name: /2 steps/ }),
    list.getByRole('button', { name: /Read the page is done/ }),
  ];
  const tops = await Promise.all([line, opened, next].map(async (one) => (await one.boundingBox())?.y ?? 0));
  expect(tops).toEqual(tops.toSorted((one, other) => one - other));
  await line.click();
  await opened.waitFor({ state: 'detached' });
  await list.getByRole('button', { name: /result Completed after/ }).waitFor();
  // No higher than what is in it.
  const heights = await list.evaluate((box) => [box.clientHeight, box.scrollHeight]);
  expect(heights[0]).toBe(heights[1]);
});

test('what a step asked others for stands below it as bars that lead on, told by their ids, twenty at most', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  const answer: LooseHandlers[string] = async ({ n }: { n: number }, ctx) => {
    if (n > 0) return n;
    ctx.task('main').progress(0.5, 'half an answer');
    await gate.opened;
    return 0;
  };
  await aProvider(hub.url, { answer }, { service: 'sage', capacity: 32 });
  const fan: LooseHandlers[string] = async (_, ctx) => {
    ctx.tasks([
      { taskId: 'ask', title: 'Ask everybody' },
      { taskId: 'gather', title: 'Gather' },
    ]);
    ctx.task('ask').progress(0.1);
    for (let n = 1; n <= 21; n += 1) await ctx.request('sage', 'answer', { n }, { taskId: 'ask' });
    await ctx.request('sage', 'answer', { n: 0 }, { taskId: 'gather' });
    return 'gathered';
  };
  await aProvider(hub.url, { fan }, { service: 'asker' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('asker', 'fan', {});
  request.catch(() => undefined);
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText('and 2 more that it asked for').waitFor();
  const children = timeline.getByRole('link', { name: 'sage answer' });
  await children.nth(19).waitFor();
  expect(await children.count()).toBe(20);
  const [ask, first, gather] = [timeline.getByText('Ask everybody'), children.first(), timeline.getByText('Gather')];
  const tops = await Promise.all([ask, first, gather].map(async (one) => (await one.boundingBox())?.y ?? 0));
  expect(tops).toEqual(tops.toSorted((one, other) => one - other));
  const id = (await first.getAttribute('href'))?.slice(-8) ?? '';
  await timeline.getByText(id, { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Related' }).getByRole('link', { name: id }).waitFor();
  await first.click();
  await page.getByRole('heading', { name: 'sage answer' }).waitFor();
  await page.getByRole('region', { name: 'Related' }).getByText('Part of').waitFor();
  gate.open();
});

test('a long step can be folded by keyboard, so that short ones are told apart; what never ran has no bar', async () => {
  const hub = await aTestHub();
  const ids = [...Array.from({ length: 6 }, (_, n) => `step-${n}`), 'long'];
  const turns = new Map(ids.map((taskId) => [taskId, aGate()]));
  const steps: LooseHandlers[string] = async (_, ctx) => {
    ctx.tasks([...ids, 'never'].map((taskId) => ({ taskId })));
    for (const [taskId, turn] of turns) {
      ctx.task(taskId).progress(0.5);
      await turn.opened;
      ctx.task(taskId).done();
    }
    ctx.task('never').skip();
    return 'done';
  };
  const name = 'a-worker-whose-name-is-as-long-as-names-of-workers-are-in-large-companies';
  await aProvider(hub.url, { steps }, { service: 'stepper', name });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('stepper', 'steps', {});
  for await (const event of request) {
    if (event.type !== 'progress') continue;
    await hub.advance(event.taskId === 'long' ? 20_000 : 100);
    turns.get(event.taskId)?.open();
  }
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  const timeline = page.getByRole('region', { name: 'Timeline' });
  const attempt = timeline.getByText('Attempt 1', { exact: true });
  await attempt.waitFor();
  expect(await attempt.evaluate((name) => name.scrollWidth <= name.clientWidth)).toBe(true);
  const bars = timeline.locator('[style*="--colour"]');
  const widths = () => bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width));
  expect(await bars.count()).toBe(8);
  expect(Math.min(...(await widths()))).toBeGreaterThanOrEqual(6);
  expect(await timeline.getByTitle('declared, not begun').count()).toBe(0);
  await timeline.getByRole('button', { name: 'Fold long stretches' }).press('Enter');
  expect(Math.max(...(await widths()).slice(1, 7))).toBeGreaterThan(40);
});

test('a silence goes on to be counted, as a warning; what was spent on what adds up, and a failure has no percentage', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests/${ids.running}`);
  await live(page);
  await hub.advance(106_000);
  const silence = page.getByText(/^Its provider has said nothing for (\d+ m )?\d+ s: it may hang\.$/);
  await silence.waitFor();
  const before = await silence.innerText();
  await expect.poll(async () => await silence.innerText()).not.toBe(before);
  await page.getByText('Handed over').waitFor();
  await page.goto(`${hub.url}/requests/${ids.failed}`);
  await state(page, 'failed');
  expect(await page.getByRole('region', { name: 'Timeline' }).getByText('%').count()).toBe(0);
});

test.each([
  ['wide', wide],
  ['phone', phone],
])('while it is opened nothing of it jumps: %s', async (_, look) => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const page = await openPage(chromium, `${hub.url}/requests/${ids.completed}`, { look, prepare: watchJumps });
  await page.getByText('It was a dark and stormy night.').waitFor();
  await page.getByText('Read the page').waitFor();
  expect(await jumpsOf(page)).toBeLessThan(0.05);
});

test('pictures are shown and other bytes are saved, from the page itself', async () => {
  const hub = await aTestHub();
  const bytes = Buffer.from([0, 255, 1, 254]);
  await aProvider(hub.url, { draw: () => ({ picture: png, model: bytes }) }, { service: 'press' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('press', 'draw', {});
  await request;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  const picture = page.getByRole('img', { name: /^picture, / });
  await picture.waitFor();
  expect(await picture.getAttribute('src')).toMatch(/^blob:/);
  await page.waitForFunction(() => document.querySelector('img')?.naturalWidth === 1);
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save 4 B' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe('model.bin');
  expect(readFileSync(await download.path())).toEqual(bytes);
});

test('whatever others have written is text: no markup of it is ever alive', async () => {
  const hub = await aTestHub();
  const evil = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>';
  const contract = defineService('evil', { bite: action({ description: evil, tasks: [{ taskId: 't', title: evil }] }) });
  const bitten = aGate();
  const provider = await serve(
    contract,
    {
      bite: async (_, ctx) => {
        ctx.task('t').progress(0.5, evil);
        await ctx.chunk(evil);
        bitten.open();
        await once(ctx.signal, 'abort');
        return { [evil]: evil };
      },
    },
    { hub: hub.url, name: evil, handlesSignals: false, log: () => undefined },
  );
  closing(() => provider.close());
  const conduit = await aConduit(hub.url, { name: evil });
  const request = conduit.request('evil', 'bite', { [evil]: evil }, { tags: [evil] });
  request.catch(() => undefined);
  await bitten.opened;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  for (const name of ['Output', 'Payload', 'Events']) {
    await tab(page, name).click();
    await page.getByRole('tabpanel').getByText('onerror').first().waitFor();
  }
  const nav = page.getByRole('navigation', { name: 'Pages' });
  for (const [name, shown] of [
    ['Overview', 'evil'],
    ['Requests', evil],
    ['Providers', evil],
    ['Clients', evil],
    ['Services', 'evil'],
  ] as const) {
    await nav.getByRole('link', { name }).click();
    await page.getByRole('main').getByText(shown).first().waitFor();
  }
  await page.getByRole('main').getByRole('link', { name: 'evil' }).click();
  await page.getByText(evil).first().waitFor();
  expect(await page.evaluate(() => [Reflect.get(window, 'hurt'), document.querySelectorAll('main img').length])).toEqual([
    undefined,
    0,
  ]);
  await request.cancel();
});

test('of thousands of events those in sight are there, down to the last', { timeout: 60_000 }, async () => {
  const hub = await aTestHub();
  const count = 50_000;
  const talk: LooseHandlers[string] = async (_, ctx) => {
    for (let index = 0; index < count; index += 1) await ctx.chunk(`${index} `);
    return 'said';
  };
  await aProvider(hub.url, { talk }, { service: 'talker' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('talker', 'talk', {});
  await request;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`);
  await state(page, 'completed');
  await tab(page, 'Events').click();
  await page.getByText(/^50,00\d events$/).waitFor();
  const list = page.getByRole('region', { name: 'Events' });
  await list.getByRole('button').first().waitFor();
  expect(await list.getByRole('button').count()).toBeLessThan(60);
  await list.focus();
  await page.keyboard.press('End');
  await list.getByRole('button', { name: /result/ }).click();
  await page.getByText('said').last().waitFor();
  await page.getByLabel('Kind').selectOption('status');
  await page.getByText(/^[12] events$/).waitFor();
});

test('a hub that is killed and started again under it: what happened meanwhile is there without a reload', {
  timeout: 60_000,
}, async () => {
  const hub = await aHubProcess();
  const gate = aGate();
  const wait: LooseHandlers[string] = async (_, ctx) => {
    await ctx.chunk('before, ');
    await gate.opened;
    await ctx.chunk('after');
    return 'done';
  };
  await aProvider(hub.url, { wait }, { service: 'patience' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('patience', 'wait', {});
  request.catch(() => undefined);
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`, {
    mayComplain: /Failed to load resource|ERR_|WebSocket/,
  });
  await page.getByText('before,').waitFor();
  const loadedAt = await page.evaluate(() => performance.timeOrigin);
  await hub.kill('SIGKILL');
  await page.getByText('reconnecting', { exact: true }).waitFor();
  await hub.start();
  gate.open();
  await state(page, 'completed');
  await page.getByText('before, after').waitFor();
  await live(page);
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
});

test('its tabs turn by arrows, and its lines of code send the same', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('greeter', 'greet', { name: "O'Hara" });
  await request;
  const page = await openPage(chromium, `${hub.url}/requests/${request.id}`, { look: phone });
  await tab(page, 'Result').focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tabpanel', { name: 'Payload' }).getByText("O'Hara").waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('tabpanel', { name: 'Output' }).getByText('Nothing was streamed').waitFor();
  await page.getByRole('button', { name: 'As code' }).click();
  const code = page.getByRole('dialog', { name: 'As code' });
  expect(await code.locator('pre').evaluateAll((all) => all.every((one) => one.scrollWidth <= one.clientWidth))).toBe(true);
  await code.getByText(`conduit call greeter greet '{"name":"O'\\''Hara"}' --url ${hub.url}`).waitFor();
});

test('an id that the hub does not know is told so', async () => {
  const hub = await aTestHub();
  const page = await openPage(chromium, `${hub.url}/requests/0190aaaa-0000-7000-8000-000000000001`, {
    mayComplain: /the server responded with a status of 404/,
  });
  await page.getByText('Requests are kept for a while').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'All requests' }).click();
  await page.getByText('No request yet').waitFor();
});
