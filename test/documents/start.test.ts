/** The first page does what it says: its commands are run in their order, in an empty folder of a checkout, with what it writes. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { aProgram } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { aFreePort } from '../support/hub-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

interface Block {
  readonly language: string;
  readonly kind: string;
  readonly text: string;
}

const page = readFileSync(join(root, 'docs/start.md'), 'utf8');
const blocks: readonly Block[] = [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', kind = '', text = '']) => ({ language, kind, text }),
);

/** What a checkout has for whoever stands in a folder of it: its packages, its Python, and its `npx`. */
function aCheckout(): string {
  const checkout = mkdtempSync(join(tmpdir(), 'conduit-start-'));
  closing(() => rmSync(checkout, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  symlinkSync(join(root, 'python'), join(checkout, 'python'));
  writeFileSync(join(checkout, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(checkout, 'bin'));
  const node = `exec '${process.execPath}' --conditions=conduit-src --import '${tsx}'`;
  const cli = join(root, 'packages/hub/src/cli/conduit.ts');
  const npx = `#!/bin/sh\ncase $1 in\nconduit) shift; ${node} '${cli}' "$@";;\ntsx) shift; ${node} "$@";;\nesac\n`;
  writeFileSync(join(checkout, 'bin/npx'), npx, { mode: 0o755 });
  return checkout;
}

test('an empty folder, a hub, a service, its callers and a worker in Python, as the page says', async () => {
  const checkout = aCheckout();
  const port = await aFreePort();
  const env = {
    PATH: `${join(checkout, 'bin')}:/usr/bin:/bin`,
    CONDUIT_URL: `http://127.0.0.1:${port}`,
    CONDUIT_PORT: String(port),
  };
  const ready = [`127.0.0.1:${port}`, 'the greeter serves', 'llm serves'];
  const outputs: string[] = [];
  let folder = checkout;
  for (const { language, kind, text } of blocks) {
    const name = language === 'python' ? kind : /^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1];
    if (name !== undefined) writeFileSync(join(folder, name), text);
    if (language !== 'sh') continue;
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
