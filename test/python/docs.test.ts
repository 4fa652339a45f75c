/** The page about Python is true: its blocks are run as they stand, in an empty folder, in the order in which somebody would. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aCheckout } from '../support/checkout.ts';
import { aFreePort, aHubForThisFile } from '../support/hub-process.ts';
import { aProgram, aPython } from './python.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/python.md'), 'utf8');

interface Block {
  readonly language: string;
  /** What stands behind the language: a file's name, or what kind of block it is. */
  readonly kind: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', kind = '', text = '']) => ({
    language,
    kind,
    text,
  }),
);
const of = (language: string, kind: string): string[] =>
  blocks.filter((block) => block.language === language && block.kind === kind).map(({ text }) => text);

const hub = aHubForThisFile();

test('every block is of a kind that is run', () => {
  expect(blocks.length).toBeGreaterThan(20);
  const kinds = [
    'sh ',
    'sh apt',
    'sh stays',
    'python worker.py',
    'python caller.py',
    'python test_llm.py',
    'python handlers',
    'python program',
    'python client',
  ];
  for (const { language, kind } of blocks) expect(kinds).toContain(`${language} ${kind}`);
});

test('the packages that it names are those that the tests install', () => {
  const script = readFileSync(join(root, 'scripts/test-all.sh'), 'utf8');
  const [, installed = ''] = /python=\((.*)\)/.exec(script) ?? [];
  const named = of('sh', 'apt').flatMap((text) => text.match(/python3-\S+/g) ?? []);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(installed.split(' ')).toContain(name);
});

test('from nothing to a worker, a caller and HTTP workers, in the order of the page', async () => {
  const { folder, path } = aCheckout();
  const [hubPort, apiPort] = [await aFreePort(), await aFreePort()];
  // Other ports than the page's: somebody may be using those.
  const told = (text: string): string => text.replaceAll('8000', String(apiPort));
  const env = {
    PATH: path,
    CONDUIT_URL: `http://127.0.0.1:${hubPort}`,
    CONDUIT_PORT: String(hubPort),
  };
  const ready = [`127.0.0.1:${hubPort}`, 'llm serves', /(?:Application startup complete[\s\S]*){4}/, 'http-llm serves'];
  const outputs: string[] = [];
  for (const { language, kind, text } of blocks) {
    if (language === 'python' && kind.endsWith('.py')) writeFileSync(join(folder, kind), text);
    if (language !== 'sh' || kind === 'apt') continue;
    const running = aProgram('/bin/bash', ['-e', '-c', told(text)], { cwd: folder, env });
    if (kind === 'stays') {
      await running.printed(ready.shift() ?? 'more stays than the test knows');
    } else {
      const code = await running.ended();
      expect(`${running.output}\nended with ${code}`).toMatch(/ended with 0$/);
      outputs.push(running.output);
    }
  }
  expect(ready).toEqual([]);
  const [, called, fromPython, fromTest, overHttp] = outputs;
  expect(fromTest).toContain('Ran 2 tests');
  expect(called).toContain('You said: Hello from Python');
  expect(fromPython).toBe('You said: Hello again ');
  expect(overHttp).toContain('Hello over HTTP');
}, 120_000);

test('the handlers work, and what the callers print is so', async () => {
  const env = { CONDUIT_URL: hub.url };
  const handlers = [
    'from conduit import Failure, Service',
    'service = Service("docs")',
    ...of('python', 'handlers'),
    'service.run()',
  ];
  const worker = aPython(['-c', handlers.join('\n')], { env });
  await worker.printed('docs serves');
  const run = async (program: string): Promise<string> => {
    const caller = aPython(['-c', program], { env });
    expect(`${await caller.ended()} ${caller.output}`).toMatch(/^0 /);
    return caller.output;
  };
  const asked = async (text: string): Promise<string> => {
    const lines = text.replaceAll(/^(?=.)/gm, '        ');
    return await run(
      `import asyncio, conduit\nasync def main():\n    async with conduit.connect() as hub:\n${lines}\nasyncio.run(main())`,
    );
  };
  const [counting = '', failing = '', cancelling = '', ...more] = of('python', 'client');
  expect(more).toEqual([]);
  expect(await asked(counting)).toMatch(/^0 0\n1 0\n2 0\n\{'counted': 3\} [0-9a-f-]{36}\n$/);
  expect(await asked(failing)).toMatch(/^too_much 1000 is more than the card allows False \{'most': 100\} [0-9a-f-]{36}\n$/);
  expect(await asked(cancelling)).toMatch(/^requested\nstatus\n[\s\S]*error\ncancelled \[.*'docs'.*\]\n$/);
  const [beside = '', plain = '', ...others] = of('python', 'program');
  expect(others).toEqual([]);
  expect(await run(beside)).toContain('Hello, Ada!\n');
  expect(await run(plain)).toMatch(/^status 1\n[\s\S]*result 4\n\{'counted': 2\}\ntimeout\n$/);
  const rest = `for action, payload in (("picture", {"url": "here"}), ("summary", None), ("summary_in_a_thread", None)):
            print(await hub.request("docs", action, payload))`.replaceAll(/^ {12}/gm, '    ');
  expect(await asked(rest)).toBe("{'type': 'image/png', 'data': b'\\x89PNG'}\n{'counted': 3}\n{'counted': 3}\n");
});
