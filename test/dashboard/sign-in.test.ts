/** The dashboard of a hub with tokens: it asks for one, shows what that one may see, offers what it may do, and forgets it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { run } from '../support/command.ts';
import { aConduit, aProvider, aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, live, openPage } from './open-page.ts';

const chromium = chromiumForThisFile();
/** Chromium says of every answer of this kind that it came. */
const refused = /the server responded with a status of 401/;

/** A hub that has these subjects, each with its scopes. @returns the hub, the token of each, and what takes one back. */
async function aHubWith<Subject extends string>(scopes: Readonly<Record<Subject, readonly string[]>>) {
  const folder = mkdtempSync(join(tmpdir(), 'conduit-tokens-'));
  closing(() => rmSync(folder, { recursive: true, force: true }));
  const tokens = join(folder, 'tokens.json');
  const made = {} as Record<Subject, string>;
  for (const subject of Object.keys(scopes) as Subject[]) {
    const { stdout, code, stderr } = await run(['token', 'create', subject, '--scope', ...scopes[subject], '--tokens', tokens]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('shown only now')]);
    made[subject] = stdout.trim();
  }
  const revoke = async (subject: Subject): Promise<void> => {
    const { code } = await run(['token', 'revoke', String(made[subject].split('_')[1]), '--tokens', tokens]);
    expect(code).toBe(0);
  };
  return { hub: await aTestHub({ tokens }), made, revoke };
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('it asks for a token, says what is wrong with one, lets the right one in, and forgets it', async () => {
  const { hub, made } = await aHubWith({ ada: ['admin', 'request:*', 'provide:*'] });
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', token: made.ada });
  const page = await openPage(chromium, `${hub.url}/services`, { mayComplain: refused });
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, 'ck_not_mine');
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await signIn(page, made.ada);
  await page.getByRole('link', { name: 'greeter' }).waitFor();
  await live(page);
  // It lives as long as the tab, also through a reload, and in no other.
  await page.reload();
  await page.getByRole('link', { name: 'greeter' }).waitFor();
  expect(await page.evaluate((token) => Object.values(localStorage).includes(token), made.ada)).toBe(false);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(await page.getByText('greeter').count()).toBe(0);
});

test('who may only look is told so, sees everything, and is offered nothing to do with what is others’', async () => {
  const { hub, made } = await aHubWith({ ada: ['request:*', 'provide:*'], eve: ['observe:*'] });
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', token: made.ada });
  const conduit = await aConduit(hub.url, { token: made.ada });
  const request = conduit.request('greeter', 'greet', {});
  await request;
  const page = await openPage(chromium, `${hub.url}/requests`, { mayComplain: refused });
  await signIn(page, made.eve);
  const row = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
  await row.getByText('completed').waitFor();
  await page.getByText('read only', { exact: true }).waitFor();
  expect(await row.getByRole('button').count()).toBe(0);
  await row.getByRole('link').click();
  await page.getByRole('heading', { name: 'greeter greet' }).waitFor();
  expect(await page.getByRole('button', { name: /Cancel|Run again/ }).count()).toBe(0);
});

test('who may see nothing but its own sees that, and may act on it', async () => {
  const { hub, made } = await aHubWith({ ada: ['request:*', 'provide:*'], bob: ['request:*'] });
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', token: made.ada });
  const [adas, bobs] = [await aConduit(hub.url, { token: made.ada }), await aConduit(hub.url, { token: made.bob })];
  await adas.request('greeter', 'greet', {});
  await bobs.request('greeter', 'greet', {}, { tags: ['of-bob'] });
  const page = await openPage(chromium, `${hub.url}/requests`, { mayComplain: refused });
  await signIn(page, made.bob);
  const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
  await rows.getByText('of-bob').waitFor();
  expect(await rows.count()).toBe(1);
  await rows.getByRole('button', { name: 'Run again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send a new request' }).click();
  await page.mouse.move(0, 0);
  await rows.nth(1).waitFor();
});

test('whoever looks when its token is taken back is asked for another one, and sees nothing more', async () => {
  const { hub, made, revoke } = await aHubWith({ ada: ['request:*', 'provide:*'], eve: ['observe:*'] });
  await aProvider(hub.url, { greet: () => 'hello' }, { service: 'greeter', token: made.ada });
  const page = await openPage(chromium, `${hub.url}/services`, { mayComplain: /status of 401|ERR_INCOMPLETE_CHUNKED_ENCODING/ });
  await signIn(page, made.eve);
  await page.getByRole('link', { name: 'greeter' }).waitFor();
  await live(page);
  await revoke('eve');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
  expect(await page.getByText('greeter').count()).toBe(0);
});
