/** The Express backend: its page in Chromium and its routes by hand, over a hub and a worker, each a process of its own. */

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aBrowserForThisFile } from '../browser/sdk-page.ts';
import type { Program } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { aFreePort, aHubProcess } from '../support/hub-process.ts';
import { aConduit } from '../support/sdk.ts';
import { aSlowSite, aTemplate } from './started.ts';

const chromium = aBrowserForThisFile();

interface Backend {
  readonly url: string;
  readonly program: Program;
}

async function aBackend(hubUrl: string, { port = 0, leaveMs = 60_000 } = {}): Promise<Backend> {
  const env = { CONDUIT_URL: hubUrl, PORT: String(port), LEAVE_MS: String(leaveMs) };
  const program = await aTemplate('express/src/main.ts', /http:\/\/\S+:\d+\//, { env });
  return { url: /http:\/\/\S+:\d+/.exec(program.output)?.[0] ?? '', program };
}

async function aLinksWorker(hubUrl: string): Promise<Program> {
  return await aTemplate('worker/src/worker.ts', 'is ready', { env: { CONDUIT_URL: hubUrl } });
}

async function aBackendPage({ url }: Backend): Promise<Page> {
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function check(page: Page, urls: readonly string[]): Promise<void> {
  await page.fill('#urls', urls.join('\n'));
  await page.click('#go');
}

async function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return await fetch(`${url}/api/checks`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Resolves with the state of the latest request of the hub, once it has ended. */
async function ended(hubUrl: string, id: string): Promise<string> {
  const conduit = await aConduit(hubUrl);
  for await (const event of conduit.follow(id)) if (event.type === 'result' || event.type === 'error') return event.state;
  throw new Error('a request has an end');
}

test('the page starts a check, and shows each finding as it comes', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const [backend] = await Promise.all([aBackend(hub.url), aLinksWorker(hub.url)]);
  const page = await aBackendPage(backend);
  await check(page, [`${site.url}/page`, `${site.url}/nowhere`, `${site.url}/slow`]);
  await page.getByText(`${site.url}/nowhere: 404`).waitFor();
  await page.getByText(`2 of 3: ${site.url}/slow`).waitFor();
  expect(await page.locator('#findings li').allTextContents()).toEqual([`${site.url}/page: 200`, `${site.url}/nowhere: 404`]);
  site.open();
  await page.getByText('3 checked, 1 broken').waitFor();
  expect(await page.locator('#findings [data-works="true"]').count()).toBe(2);
});

test('Stop cancels, and so does leaving: the backend waits a while for a browser to come back', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const [backend] = await Promise.all([aBackend(hub.url, { leaveMs: 100 }), aLinksWorker(hub.url)]);
  const page = await aBackendPage(backend);
  const created = (): Promise<string> =>
    page.waitForResponse((answer) => answer.status() === 202).then(async (answer) => (await answer.json()).id);
  const first = created();
  await check(page, [`${site.url}/slow`]);
  await site.visited(1);
  await page.click('#stop');
  expect(await ended(hub.url, await first)).toBe('cancelled');
  await page.locator('#go:visible').waitFor();
  const second = created();
  await check(page, [`${site.url}/slow`]);
  await site.visited(2);
  const id = await second;
  await page.close();
  expect(await ended(hub.url, id)).toBe('cancelled');
});

test('a stream that is resumed goes on after what its browser has seen, and is over once it has seen the end', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const [backend] = await Promise.all([aBackend(hub.url), aLinksWorker(hub.url)]);
  const { id } = await (await post(backend.url, { urls: [`${site.url}/page`, `${site.url}/nowhere`] })).json();
  const address = `${backend.url}/api/checks/${id}`;
  const all = await (await fetch(`${address}/events`)).text();
  const numbers = [...all.matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number));
  expect(all).toContain('event: result');
  const at = /^event: chunk\nid: (\d+)$/m.exec(all)?.[1] ?? '';
  const rest = await (await fetch(`${address}/events`, { headers: { 'last-event-id': at } })).text();
  expect(rest).toContain('"says":"404"');
  expect(rest).not.toContain('"says":"200"');
  const last = await fetch(`${address}/events`, { headers: { 'last-event-id': String(numbers.at(-1)) } });
  expect(last.status).toBe(204);
  expect(await (await fetch(address)).json()).toMatchObject({ state: 'completed', overall: 1, result: { checked: 2 } });
});

test('errors have the status of their code', async () => {
  const hub = await aHubProcess();
  const backend = await aBackend(hub.url);
  const nobody = await post(backend.url, { urls: ['http://127.0.0.1/'] });
  expect([nobody.status, (await nobody.json()).error.code]).toEqual([503, 'service_not_found']);
  await aLinksWorker(hub.url);
  const wrong = await post(backend.url, { urls: [] });
  expect([wrong.status, (await wrong.json()).error.code]).toEqual([422, 'invalid_payload']);
  const unknown = await fetch(`${backend.url}/api/checks/00000000-0000-4000-8000-000000000000/events`);
  expect([unknown.status, (await unknown.json()).error.code]).toEqual([404, 'request_not_found']);
  const broken = await fetch(`${backend.url}/api/checks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(broken.status).toBe(400);
});

test('a backend that is stopped and started again in the middle costs its page nothing', async () => {
  const [hub, site, port] = await Promise.all([aHubProcess(), aSlowSite(), aFreePort()]);
  const [backend] = await Promise.all([aBackend(hub.url, { port }), aLinksWorker(hub.url)]);
  const page = await aBackendPage(backend);
  await check(page, [`${site.url}/page`, `${site.url}/slow`]);
  await page.getByText(`1 of 2: ${site.url}/slow`).waitFor();
  backend.program.kill('SIGTERM');
  expect(await backend.program.ended()).toBe(0);
  await page.getByText('The connection is gone').waitFor();
  await aBackend(hub.url, { port });
  site.open();
  await page.getByText('2 checked, 0 broken').waitFor();
  expect(await page.locator('#findings li').allTextContents()).toEqual([`${site.url}/page: 200`, `${site.url}/slow: 200`]);
});
