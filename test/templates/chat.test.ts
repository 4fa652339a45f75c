/** The chat as a person sees it: its page in Chromium, a hub and its workers, each a process of its own. */

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aBrowserForThisFile } from '../browser/sdk-page.ts';
import type { Program } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aWorker } from '../support/peer.ts';
import { aConduit } from '../support/sdk.ts';
import type { Body } from '../support/wire.ts';
import { aTemplate } from './started.ts';

const chromium = aBrowserForThisFile();
/** One word in some seconds: whatever a test does, it does in the middle of an answer. */
const slow = '0.5';
const fast = '1000';

async function anLlm(url: string, wordsPerSecond: string): Promise<Program> {
  const env = { CONDUIT_URL: url, LLM_WORDS_PER_SECOND: wordsPerSecond, OPENAI_BASE_URL: '' };
  return await aTemplate('llm/src/main.ts', 'llm serves', { env });
}

async function aChatPage(hubUrl: string): Promise<Page> {
  const site = await aTemplate('chat/serve.mjs', /http:\/\/\S+/);
  const [address = ''] = /http:\/\/\S+/.exec(site.output) ?? [];
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`${address}?hub=${encodeURIComponent(hubUrl)}`);
  await page.locator('#send:enabled').waitFor();
  return page;
}

async function ask(page: Page, prompt: string): Promise<void> {
  await page.fill('#prompt', prompt);
  await page.press('#prompt', 'Enter');
}

/** Resolves with the text of the latest answer, once it is in this state and has words. */
async function answer(page: Page, state: 'open' | 'done' | 'stopped'): Promise<string> {
  const text = page.locator(`#messages li:last-child[data-state="${state}"] .text`).filter({ hasText: /\S/ });
  await text.waitFor();
  return (await text.textContent()) ?? '';
}

const note = '#messages li:last-child .note';

test('words are streamed to the page, and who wrote them is told', async () => {
  const hub = await aHubProcess();
  await anLlm(hub.url, fast);
  const page = await aChatPage(hub.url);
  await page.getByRole('button', { name: 'It is a truth universally' }).click();
  const said = await answer(page, 'done');
  expect(said.split(/\s+/).length).toBeGreaterThan(50);
  expect(await page.innerText(note)).toBe('written by trigram');
  await ask(page, 'Go on');
  await page.locator('#messages li').nth(3).waitFor();
  expect(await answer(page, 'done')).not.toBe(said);
  const conduit = await aConduit(hub.url);
  const id = await page.evaluate(() => JSON.parse(localStorage.getItem('conduit-chats') ?? '')[0].messages[3].requestId);
  const { payload } = await conduit.get(id, { include: ['payload'] });
  // A model knows of the conversation only what it is told each time.
  expect(payload).toEqual({
    messages: [
      { role: 'user', content: 'It is a truth universally' },
      { role: 'assistant', content: said },
      { role: 'user', content: 'Go on' },
    ],
  });
});

test('Stop cancels the request; what was written stays, and the next message can be sent', async () => {
  const hub = await aHubProcess();
  await anLlm(hub.url, slow);
  const page = await aChatPage(hub.url);
  await ask(page, 'Dear Sir');
  const before = await answer(page, 'open');
  await page.click('#stop');
  expect(await answer(page, 'stopped')).toContain(before);
  expect(await page.innerText(note)).toBe('Stopped');
  const conduit = await aConduit(hub.url);
  const id = await page.evaluate(() => JSON.parse(localStorage.getItem('conduit-chats') ?? '')[0].messages[1].requestId);
  expect(await conduit.get(id)).toMatchObject({ state: 'cancelled' });
  await page.locator('#send:enabled').waitFor();
});

test('a worker that is killed in the middle is followed by another one, and the page says so', async () => {
  const hub = await aHubProcess();
  const first = await anLlm(hub.url, slow);
  await anLlm(hub.url, fast);
  const page = await aChatPage(hub.url);
  await ask(page, 'Dear Sir');
  const before = await answer(page, 'open');
  first.kill('SIGKILL');
  const said = await answer(page, 'done');
  // Without a seed the same request gives the same text: what the first one had written is its beginning, and is there once.
  expect(said.startsWith(before)).toBe(true);
  expect(await page.innerText(note)).toBe('attempt 2: the worker was lost, another one started over · written by trigram');
});

test('a reload in the middle loses nothing, and earlier chats are there to go back to, and to delete', async () => {
  const hub = await aHubProcess();
  const first = await anLlm(hub.url, slow);
  const page = await aChatPage(hub.url);
  await ask(page, 'Dear Sir');
  const before = await answer(page, 'open');
  await page.reload();
  expect((await answer(page, 'open')).startsWith(before.slice(0, 3))).toBe(true);
  await anLlm(hub.url, fast);
  first.kill('SIGKILL');
  const said = await answer(page, 'done');
  await page.click('#new');
  await page.getByText('Ask something').waitFor();
  await ask(page, 'My dear aunt');
  await answer(page, 'done');
  const titles = (): Promise<string[]> => page.locator('#list li button:first-child').allTextContents();
  expect(await titles()).toEqual(['My dear aunt', 'Dear Sir']);
  await page.getByRole('button', { name: 'Dear Sir', exact: true }).click();
  expect(await answer(page, 'done')).toBe(said);
  await page.getByRole('button', { name: 'Delete “Dear Sir”' }).click();
  expect(await titles()).toEqual(['My dear aunt']);
});

test('what a worker says is shown as text, never as markup', async () => {
  const hub = await aHubProcess();
  const worker = await aWorker(hub.url, 'llm');
  const page = await aChatPage(hub.url);
  page.on('dialog', (dialog) => {
    throw new Error(`the page ran what a worker said: ${dialog.message()}`);
  });
  const markup = '<img src=x onerror="alert(1)"><b>bold</b>';
  await ask(page, markup);
  const { request_id }: Body = await worker.next('request');
  await worker.ok('result', { request_id, result: { model: markup, text: markup } });
  expect(await answer(page, 'done')).toBe(markup);
  expect(await page.innerText(note)).toBe(`written by ${markup}`);
  expect(await page.locator('main img, main li b').count()).toBe(0);
});
