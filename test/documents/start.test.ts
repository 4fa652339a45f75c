/** The first page does what it says: its commands are run in their order, in an empty folder of a checkout, with what it writes. */

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aProgram } from '../python/python.ts';
import { aCheckout } from '../support/checkout.ts';
import { closing } from '../support/closing.ts';
import { aFreePort } from '../support/hub-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Block {
  readonly language: string;
  readonly kind: string;
  readonly text: string;
}

const page = readFileSync(join(root, 'docs/start.md'), 'utf8');
const blocks: readonly Block[] = [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', kind = '', text = '']) => ({ language, kind, text }),
);

test('an empty folder, a hub, a service, its callers and a worker in Python, as the page says', async () => {
  const { folder: checkout, path } = aCheckout();
  const port = await aFreePort();
  const env = {
    PATH: path,
    CONDUIT_URL: `http://127.0.0.1:${port}`,
    CONDUIT_PORT: String(port),
  };
  const ready = [`127.0.0.1:${port}`, 'the greeter serves', 'llm serves'];
  const outputs: string[] = [];
  let folder = checkout;
  for (const { language, kind, text } of blocks) {
    const name = language === 'python' ? kind : /^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1];
    if (name !== undefined) writeFileSync(join(folder, name), text);
    if (language !== 'sh' || kind === 'outside') continue;
    const running = aProgram('/bin/bash', ['-e', '-c', text], { cwd: folder, env });
    if (kind === 'stays') {
      await running.printed(ready.shift() ?? 'more stays than the test knows');
      continue;
    }
    const code = await running.ended();
    expect(`${running.output}\nended with ${code}`).toMatch(/ended with 0$/);
    outputs.push(running.output);
    folder = join(checkout, 'hello');
  }
  expect(ready).toEqual([]);
  const [, called, fromProgram, fromPython] = outputs;
  expect(called).toContain('"greeted": "Ada"');
  expect(fromProgram).toBe(blocks.find(({ language }) => language === 'text')?.text);
  expect(fromPython).toContain('You said: Hello from Python');
}, 120_000);

test('in a folder outside of any checkout the packages are installed by their path, and are found', async () => {
  const beside = mkdtempSync(join(tmpdir(), 'conduit-outside-'));
  closing(() => rmSync(beside, { recursive: true, force: true }));
  symlinkSync(root, join(beside, 'conduit'));
  const block = blocks.find(({ kind }) => kind === 'outside')?.text;
  const inside =
    "import('@conduit/sdk').then(({ serve }) => import('@conduit/hub/testing').then(() => console.log(typeof serve)))";
  const typed = aProgram('/bin/bash', ['-e', '-c', `${block}node --eval "${inside}"`], { cwd: beside, env: {} });
  const code = await typed.ended();
  expect(`${typed.output}\nended with ${code}`).toMatch(/\n\d+\.\d+\.\d+\nfunction\n\nended with 0$/);
}, 120_000);
