/**
 * What an open dashboard costs the hub, how far behind it is, and how soon it answers, under load; then how soon it finds things among
 * 100,000 kept requests: `npm run build && npx tsx --conditions=conduit-src bench/dashboard.ts` (`--connections 5000 --running 1000
 * --events 20000 --reps 5 --only load,search`). Hub, load and Chromium share the machine.
 */

import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Conduit, connect, serve } from '@conduit/sdk';
import type { Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { aContext, startChromium } from '../test/browser/chromium.ts';
import { spawnDependent } from '../test/support/dependent.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    running: { type: 'string', default: '1000' },
    events: { type: 'string', default: '20000' },
    reps: { type: 'string', default: '5' },
    kept: { type: 'string', default: '100000' },
    only: { type: 'string', default: 'load,search' },
  },
});
const reps = Number(values.reps);
const root = fileURLToPath(new URL('..', import.meta.url));
const look = { width: 1440, height: 900, scheme: 'light' } as const;
const windowMs = 8_000;

const sorted = (all: readonly number[]): number[] => all.toSorted((one, other) => one - other);
const quantile = (all: readonly number[], share: number): number =>
  sorted(all)[Math.floor((all.length - 1) * share)] ?? Number.NaN;
const told = (all: readonly number[], digits = 0): string =>
  `${quantile(all, 0.5).toFixed(digits)} (${quantile(all, 0).toFixed(digits)}–${quantile(all, 1).toFixed(digits)})`;

async function started(
  args: readonly string[],
  pattern: RegExp,
): Promise<{ readonly child: ChildProcess; readonly found: string }> {
  const child = spawnDependent(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  return await new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (data) => {
      if (printed === 'enough') return;
      printed += String(data);
      const found = pattern.exec(printed)?.[0];
      if (found === undefined) return;
      printed = 'enough';
      resolve({ child, found });
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
  });
}

function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** @returns the share of one CPU that the process used meanwhile, per cent. */
async function cpuWhile(pid: number | undefined, ms: number): Promise<number> {
  const [cpu, at] = [cpuMs(pid), performance.now()];
  await wait(ms);
  return ((cpuMs(pid) - cpu) / (performance.now() - at)) * 100;
}

/** How late the page's main thread takes what was due, milliseconds, every 20 ms. */
async function lateness(page: Page, ms: number): Promise<number[]> {
  return await page.evaluate(
    async ([forMs, stepMs]) => {
      const late: number[] = [];
      const until = performance.now() + forMs;
      while (performance.now() < until) {
        const due = performance.now() + stepMs;
        await new Promise((resolve) => setTimeout(resolve, stepMs));
        late.push(performance.now() - due);
      }
      return late;
    },
    [ms, 20] as const,
  );
}

/** Resolves in the page with the wall clock's time at which the selector is there; after 20 s with infinity. */
const seenAt = async (page: Page, selector: string): Promise<number> =>
  await page.evaluate(
    async (wanted) =>
      await new Promise<number>((resolve) => {
        const look = (): void => {
          if (document.querySelector(wanted) === null) return;
          observer.disconnect();
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, {
          subtree: true,
          childList: true,
          attributes: true,
          attributeFilter: ['href', 'data-state'],
        });
        setTimeout(() => resolve(Number.POSITIVE_INFINITY), 20_000);
        look();
      }),
    selector,
  );

async function surroundings(browser: Awaited<ReturnType<typeof startChromium>>) {
  const context = await aContext(browser, look);
  // What tsx makes of a function that has a name calls this, also in what goes to the page.
  await context.addInitScript('globalThis.__name = (named) => named');
  return context;
}

async function underLoad(): Promise<void> {
  const { child: hub, found: url } = await started(
    ['packages/hub/bin/conduit.js', 'start', '--port', '0', '--memory', '--log-level', 'error'],
    /http:\/\/[\d.:]+/,
  );
  const { child: load } = await started(
    ['bench/dashboard-load.mjs', url, values.connections, values.running, values.events, '20'],
    /ready/,
  );
  const sent: number[] = [];
  load.stdout?.on('data', (data) => {
    for (const line of String(data).split('\n').filter(Boolean)) sent.push(Number(JSON.parse(line).sent));
  });
  const browser = await startChromium();
  const context = await surroundings(browser);
  const conduit = await connect(url);
  try {
    // Requests that began together end together, until their lives are mixed.
    await wait(40_000);
    sent.length = 0;
    const cost = await costs(hub.pid, url, context);
    console.log(
      `${values.connections} connections, ${values.running} running, ${told(sent)} progress messages a second into the hub`,
    );
    console.log(`| hub CPU without a dashboard, % of one CPU | ${told(cost.without, 1)} |`);
    for (const [name, all] of cost.added) console.log(`| more with ${name}, points | ${told(all, 1)} |`);
    const behind = await lags(url, context, conduit);
    for (const [name, all] of behind.lag) console.log(`| ${name}, ms behind | ${told(all)} |`);
    for (const [name, all] of behind.late)
      console.log(
        `| main thread of ${name}: late by, ms | p50 ${quantile(all, 0.5).toFixed(1)}, p95 ${quantile(all, 0.95).toFixed(1)}, max ${quantile(all, 1).toFixed(0)} |`,
      );
  } finally {
    conduit.close();
    await browser.close();
    load.kill('SIGKILL');
    hub.kill('SIGKILL');
  }
}

const shown = { overview: '', 'the list': 'requests' } as const;
type Context = Awaited<ReturnType<typeof aContext>>;

/**
 * What an open page costs the hub, in points of one CPU: drawn by a Chromium beside it, and drawn elsewhere, when its streams are read as
 * the page reads them and thrown away. Between the two lies what hub and browser cost each other on the same CPUs. Each is compared with
 * what the hub used right before and right after, for the load itself comes in waves.
 */
async function costs(pid: number | undefined, url: string, context: Context) {
  const without: number[] = [await cpuWhile(pid, windowMs)];
  const added = new Map<string, number[]>();
  const compare = async (name: string, open: () => Promise<() => unknown>): Promise<void> => {
    const before = without.at(-1) ?? Number.NaN;
    const close = await open();
    await wait(1_000);
    const during = await cpuWhile(pid, windowMs);
    await close();
    await wait(500);
    const after = await cpuWhile(pid, windowMs);
    without.push(after);
    added.set(name, [...(added.get(name) ?? []), during - (before + after) / 2]);
  };
  for (let rep = 0; rep < reps; rep += 1) {
    for (const [name, path] of Object.entries(shown)) {
      const streams = new Set<string>();
      await compare(`${name}, drawn on the same CPUs`, async () => {
        const page = await context.newPage();
        page.on('request', (request) => {
          if (request.headers()['accept'] === 'text/event-stream') streams.add(request.url());
        });
        await page.goto(`${url}/${path}`);
        await page.getByText('live', { exact: true }).waitFor();
        return () => page.close();
      });
      await compare(`${name}, drawn elsewhere`, () => readElsewhere([...streams]));
    }
  }
  return { without, added };
}

async function readElsewhere(urls: readonly string[]): Promise<() => void> {
  if (urls.length === 0) throw new Error('the page follows nothing');
  const ending = new AbortController();
  for (const url of urls) {
    const { body } = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: ending.signal });
    body?.pipeTo(new WritableStream()).catch(() => undefined);
  }
  return () => ending.abort();
}

/** A service that registers, and a request that begins: told by the hub, and seen in the page. */
async function lags(url: string, context: Context, conduit: Conduit) {
  const lag = new Map<string, number[]>([
    ['overview (a service registers)', []],
    ['the list (a request begins)', []],
  ]);
  const late = new Map<string, number[]>(Object.keys(shown).map((name) => [name, []]));
  const overview = await context.newPage();
  await overview.goto(url);
  for (let rep = 0; rep < reps * 3; rep += 1) {
    const seen = seenAt(overview, `a[href="/services/probe-${rep}"]`);
    const at = Date.now();
    const provider = await serve(
      `probe-${rep}`,
      { ping: () => 'pong' },
      { hub: url, handlesSignals: false, log: () => undefined },
    );
    lag.get('overview (a service registers)')?.push((await seen) - at);
    await provider.close();
    // Not in step with what the hub tells every half second.
    await wait(Math.random() * 700);
  }
  late.get('overview')?.push(...(await lateness(overview, windowMs)));
  await overview.close();
  const list = await context.newPage();
  // Narrowed, so that what is looked for is in sight; all that changes is told to it nevertheless.
  await list.goto(`${url}/requests?service=probe`);
  await list.getByText('live', { exact: true }).waitFor();
  const provider = await serve('probe', { ping: () => 'pong' }, { hub: url, handlesSignals: false, log: () => undefined });
  for (let rep = 0; rep < reps * 3; rep += 1) {
    const id = randomUUID();
    const seen = seenAt(list, `a[href="/requests/${id}"]`);
    const at = Date.now();
    await conduit.request('probe', 'ping', {}, { requestId: id });
    lag.get('the list (a request begins)')?.push((await seen) - at);
    await wait(Math.random() * 700);
  }
  await list.goto(`${url}/requests`);
  await list.getByText('live', { exact: true }).waitFor();
  late.get('the list')?.push(...(await lateness(list, windowMs)));
  await provider.close();
  // How late a page is in which nothing happens, for comparison: the machine's share of it.
  await list.goto('about:blank');
  late.set('an empty page', await lateness(list, windowMs));
  await list.close();
  return { lag, late };
}

async function amongMany(): Promise<void> {
  const kept = Number(values.kept);
  const folder = mkdtempSync(join(tmpdir(), 'conduit-bench-'));
  const { child: hub, found: url } = await started(
    [
      'packages/hub/bin/conduit.js',
      'start',
      '--port',
      '0',
      '--data-dir',
      folder,
      '--keep-requests',
      String(kept * 2),
      '--log-level',
      'error',
    ],
    /http:\/\/[\d.:]+/,
  );
  const socket = io(url, { transports: ['websocket'] });
  const ids = await filled(socket, kept);
  socket.close();
  const browser = await startChromium();
  const page = await (await surroundings(browser)).newPage();
  try {
    await page.goto(`${url}/clients`);
    await page.getByText('live', { exact: true }).waitFor();
    const opened: number[] = [];
    const found: number[] = [];
    for (let rep = 0; rep < reps * 4; rep += 1) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Clients' }).click();
      await page.getByRole('heading', { name: 'Clients' }).waitFor();
      const id = ids[Math.floor(Math.random() * ids.length)] ?? '';
      opened.push(await searched(page, id.slice(0, 8), '[role="tablist"]'));
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Clients' }).click();
      await page.getByRole('heading', { name: 'Clients' }).waitFor();
      const terms = `service:${rep % 2 === 0 ? 'even' : 'odd'} state:completed tag:user-${rep}`;
      found.push(await searched(page, terms, 'ul[aria-label="Requests"] > li'));
    }
    const [first = Number.NaN, ...others] = opened;
    console.log(`${kept} kept requests, in a folder`);
    console.log(
      `| an id's first eight characters → its page, ms | ${told(others)}; the first time, with the page's own program, ${first.toFixed(0)} |`,
    );
    console.log(`| service, state and tag → the first page of the list, ms | ${told(found)} |`);
  } finally {
    await browser.close();
    hub.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the key that sends a search to the page that shows what it found, milliseconds, in the page. */
async function searched(page: Page, text: string, selector: string): Promise<number> {
  return await page.evaluate(
    async ([typed, wanted]) =>
      await new Promise<number>((resolve, reject) => {
        const input = document.querySelector<HTMLInputElement>('#search');
        if (input === null) return reject(new Error('there is nothing to search with'));
        input.value = typed;
        const begun = performance.now();
        const observer = new MutationObserver(() => {
          if (document.querySelector(wanted) === null) return;
          observer.disconnect();
          resolve(performance.now() - begun);
        });
        observer.observe(document.body, { subtree: true, childList: true });
        setTimeout(() => reject(new Error(`${typed} found nothing within 20 s`)), 20_000);
        input.form?.requestSubmit();
      }),
    [text, selector] as const,
  );
}

/** As many requests as that, ended, half of each of two services, a tag of a hundred on each. @returns their ids. */
async function filled(socket: Socket, count: number): Promise<string[]> {
  await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
  for (const name of ['even', 'odd']) await socket.emitWithAck('register', { type: 'service', name, capacity: 1_000 });
  const ids: string[] = [];
  let ended = 0;
  return await new Promise((resolve) => {
    const ask = (): void => {
      const id = randomUUID();
      const n = ids.push(id);
      socket.emit('request', {
        to: n % 2 === 0 ? 'even' : 'odd',
        action: 'do',
        request_id: id,
        payload: { n },
        tags: [`user-${n % 100}`],
      });
    };
    socket.on('request', ({ request_id }) => socket.emit('result', { request_id, result: { text: 'x'.repeat(200) } }));
    socket.on('result', () => {
      ended += 1;
      if (ended === count) resolve(ids);
      else if (ids.length < count) ask();
    });
    for (let index = 0; index < 64; index += 1) ask();
  });
}

if (values.only.includes('load')) await underLoad();
if (values.only.includes('search')) await amongMany();
