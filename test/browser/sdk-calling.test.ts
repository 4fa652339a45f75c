/** What a page meets that calls: requests that are awaited, looped over, cancelled, followed after a reload; by a script tag and as a module. */

import { ServiceError } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';
import { aBrowserForThisFile, aPage } from './sdk-page.ts';

const chromium = aBrowserForThisFile();

test('a request is awaited for its result, and the page has loaded nothing but the one file', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { double: ({ n }) => ({ twice: 2 * n }) });
  const page = await aPage(chromium, hub.url);
  const result = await page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    return await hub.request('worker', 'double', { n: 21 });
  }, hub.url);
  expect(result).toEqual({ twice: 42 });
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  expect(loaded.filter((name) => name.startsWith(hub.url))).toEqual([`${hub.url}/sdk/conduit.js`]);
});

test('the same as a module', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { double: ({ n }) => ({ twice: 2 * n }) });
  const program = `
    import { connect } from '${hub.url}/sdk/conduit.mjs';
    const hub = await connect('${hub.url}');
    document.title = JSON.stringify(await hub.request('worker', 'double', { n: 21 }));`;
  const page = await aPage(chromium, hub.url, { tag: `<script type="module">${program}</script>` });
  await page.waitForFunction(() => document.title !== 'A page');
  expect(await page.title()).toBe('{"twice":42}');
  expect(await page.evaluate(() => 'conduit' in globalThis)).toBe(false);
});

test('a loop over a request sees each event in order, and ends with the result', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    async *write(_, ctx) {
      ctx.tasks([{ taskId: 'think', title: 'Think' }, { taskId: 'say' }]);
      ctx.task('think').progress(0.5, 'half way');
      ctx.task('think').done({ thought: true });
      yield 'one ';
      yield 'two';
      ctx.task('say').skip();
      return 'done';
    },
  });
  const page = await aPage(chromium, hub.url);
  const { events, result } = await page.evaluate(async (url) => {
    const request = (await conduit.connect(url)).request('worker', 'write');
    const events = [];
    for await (const event of request) events.push(event);
    return { events, result: await request };
  }, hub.url);
  const told = events.map(({ type }) => type).filter((type) => type !== 'running');
  expect(told).toEqual(['status', 'tasks', 'progress', 'task_result', 'chunk', 'chunk', 'task_result', 'result']);
  expect(events.flatMap((event) => (event.type === 'chunk' ? [event.data] : [])).join('')).toBe('one two');
  expect(result).toBe('done');
});

test('bytes are a Uint8Array on both sides, wherever they stand', async () => {
  const hub = await aTestHub();
  const given: unknown[] = [];
  await aProvider(hub.url, {
    async *reverse({ parts }) {
      given.push(parts[0].data);
      yield Uint8Array.of(7, 8);
      return { parts: [{ data: Uint8Array.from(parts[0].data).reverse() }] };
    },
  });
  const page = await aPage(chromium, hub.url);
  const shown = await page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    const show = (value: unknown): unknown => (value instanceof Uint8Array ? [...value] : Object.prototype.toString.call(value));
    const request = hub.request('worker', 'reverse', { parts: [{ data: Uint8Array.of(1, 2, 3) }] });
    const chunks = [];
    for await (const event of request) if (event.type === 'chunk') chunks.push(show(event.data));
    const result = (await request) as { parts: { data: unknown }[] };
    return { chunks, result: show(result.parts[0]?.data) };
  }, hub.url);
  expect(given).toEqual([Buffer.of(1, 2, 3)]);
  expect(shown).toEqual({ chunks: [[7, 8]], result: [3, 2, 1] });
});

test('a failure carries code, request, details, and the line of the page', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    fail: () => {
      throw new ServiceError('no_paper', 'the printer has no paper', { retryable: true, details: { tray: 2 } });
    },
  });
  const script = `async function print(url) {
    const hub = await conduit.connect(url);
    const request = hub.request('worker', 'fail');
    const { code, message, retryable, requestId, details, stack } = await request.catch((error) => error);
    return { code, message, retryable, details, isOurs: requestId === request.id, line: stack.split('\\n')[1] };
  }`;
  const page = await aPage(chromium, hub.url, { script });
  const error = await page.evaluate(`print(${JSON.stringify(hub.url)})`);
  expect(error).toMatchObject({ code: 'no_paper', message: 'the printer has no paper', retryable: true, details: { tray: 2 } });
  expect(error).toMatchObject({ isOurs: true, line: expect.stringMatching(/page\.js:3/) });
});

test('a service that nobody offers refuses at once', async () => {
  const hub = await aTestHub();
  const page = await aPage(chromium, hub.url);
  const isKnown = await page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    const error = await hub.request('nobody', 'go').catch((thrown: unknown) => thrown);
    return conduit.isConduitError(error, 'service_not_found');
  }, hub.url);
  expect(isKnown).toBe(true);
});

test('an aborted signal cancels, and the page is given its reason', async () => {
  const hub = await aTestHub();
  const [begun, stopped] = [aGate(), aGate()];
  await aProvider(hub.url, {
    wait: async (_, ctx) => {
      ctx.signal.addEventListener('abort', stopped.open);
      begun.open();
      await stopped.opened;
    },
  });
  const page = await aPage(chromium, hub.url);
  await page.evaluate(async (url) => {
    const controller = new AbortController();
    Object.assign(globalThis, { leave: () => controller.abort(new Error('the person has left')) });
    const hub = await conduit.connect(url);
    const request = hub.request('worker', 'wait', null, { signal: controller.signal });
    void request.catch((error: unknown) => {
      document.title = String(error);
    });
  }, hub.url);
  await begun.opened;
  await page.evaluate('leave()');
  await stopped.opened;
  await page.waitForFunction(() => document.title === 'Error: the person has left');
});

test('a page that was loaded again follows what it has sent before, from the first event on', async () => {
  const hub = await aTestHub();
  const [half, on] = [aGate(), aGate()];
  await aProvider(hub.url, {
    async *write() {
      yield 'before ';
      half.open();
      await on.opened;
      yield 'after';
      return 'written';
    },
  });
  const page = await aPage(chromium, hub.url);
  const id = await page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    return hub.request('worker', 'write').id;
  }, hub.url);
  await half.opened;
  await page.reload();
  const followed = page.evaluate(
    async ({ url, id }) => {
      const request = (await conduit.connect(url)).follow(id);
      let text = '';
      for await (const event of request) if (event.type === 'chunk') text += String(event.data);
      return { text, result: await request };
    },
    { url: hub.url, id },
  );
  on.open();
  expect(await followed).toEqual({ text: 'before after', result: 'written' });
});

test('what a page may not say is refused where it is said', async () => {
  const hub = await aTestHub();
  const page = await aPage(chromium, hub.url);
  const refused = await page.evaluate(async (url) => {
    const hub = await conduit.connect(url);
    const error: unknown = await hub.request('worker', 'read', 'x'.repeat(2 * 1024 * 1024)).catch((thrown: unknown) => thrown);
    return { isTooLarge: conduit.isConduitError(error, 'payload_too_large'), state: hub.state };
  }, hub.url);
  expect(refused).toEqual({ isTooLarge: true, state: 'connected' });
  const other = await aConduit(hub.url);
  expect(await other.services()).toEqual([]);
});
