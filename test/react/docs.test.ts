/** The page about React is true: its program is opened as it stands, and is the one that the compiler has checked. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { filesOf } from '../browser/built.ts';
import { aBrowserForThisFile } from '../browser/sdk-page.ts';
import { closing } from '../support/closing.ts';
import { blocksOf } from '../support/programs.ts';
import { aProvider, aTestHub } from '../support/sdk.ts';
import { aSite } from '../support/site.ts';

const chromium = aBrowserForThisFile();
const guide = fileURLToPath(new URL('./guide', import.meta.url));

test('the program of the page is the one that is compiled and opened here', () => {
  expect(blocksOf('docs/sdk-react.md')).toEqual([{ language: 'tsx', text: readFileSync(`${guide}/app.tsx`, 'utf8') }]);
});

test('it greets, word by word', async () => {
  const hub = await aTestHub();
  const greet = async function* (payload: unknown) {
    const { name } = payload as { readonly name: string };
    for (const word of ['Hello, ', name]) yield word;
    return { greeted: name };
  };
  await aProvider(hub.url, { greet }, { service: 'greeter' });
  const built = Object.entries(await filesOf(guide)).map(
    ([name, content]) => [name, String(content).replaceAll('https://hub.example.org', hub.url)] as const,
  );
  const context = await chromium.browser.newContext({ locale: 'en-US' });
  closing(async () => await context.close());
  const page = await context.newPage();
  await page.goto(await aSite(Object.fromEntries(built)));
  await page.getByText('connected', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Greet' }).click();
  await page.getByText('Hello, Ada', { exact: true }).waitFor();
  await page.getByText('Ada was greeted').waitFor();
});
