/** `conduit init`: what it writes works as it stands, and nothing of anybody is written over. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aProgram, aPython } from '../python/python.ts';
import { run } from '../support/command.ts';
import { aFolder } from '../support/folder.ts';
import { aFreePort, aHubForThisFile } from '../support/hub-process.ts';

const hub = aHubForThisFile();

test('a worker in TypeScript installs, compiles, serves and is asked by the lines that were printed', async () => {
  const cwd = aFolder();
  const written = await run(['init', 'My First Worker'], { cwd });
  expect([written.code, written.stderr]).toEqual([0, '']);
  const folder = join(cwd, 'My First Worker');
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name).toBe('my-first-worker');
  expect(readdirSync(folder).toSorted()).toEqual(['.gitignore', 'README.md', 'package.json', 'src', 'tsconfig.json']);
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(/^# my-first-worker\n/);

  const installed = aProgram('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
  expect(await installed.ended(), installed.output).toBe(0);
  const checked = aProgram('npm', ['run', 'check'], { cwd: folder });
  expect(await checked.ended(), checked.output).toBe(0);
  const worker = aProgram('npm', ['start'], { cwd: folder, env: { CONDUIT_URL: hub.url } });
  await worker.printed('is ready');
  const [, payload = ''] = /conduit call links check '(.*)'/.exec(written.stdout) ?? [];
  const asked = await run(['call', 'links', 'check', payload.replace('http://127.0.0.1:9100', hub.url)], {
    env: { CONDUIT_URL: hub.url },
  });
  expect(JSON.parse(asked.stdout)).toEqual({ checked: 1, broken: [] });
}, 120_000);

test('a worker in Python answers', async () => {
  const cwd = aFolder();
  const written = await run(['init', 'model', '--template', 'python'], { cwd });
  expect(written.code).toBe(0);
  const folder = join(cwd, 'model');
  const required = readFileSync(join(folder, 'requirements.txt'), 'utf8').trim();
  expect(existsSync(join(required, 'pyproject.toml')), required).toBe(true);
  // Debian's way is that of docs/python.md, where a test takes it: two that build the package at a time would be in each other's way.
  const [, debian = ''] = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, text]) => text,
  );
  const page = readFileSync(new URL('../../docs/python.md', import.meta.url), 'utf8').replaceAll('--quiet ', '');
  const said = debian
    .trim()
    .split('\n')
    .map((line) => line.replace('/usr/bin/', '').replace('-r requirements.txt', './python'));
  expect(said).toHaveLength(4);
  for (const line of said) expect(page).toContain(line);
  const worker = aPython(['worker.py'], { cwd: folder, env: { CONDUIT_URL: hub.url } });
  await worker.printed('llm serves');
  const [, payload = ''] = /conduit call llm chat '(.*)'/.exec(written.stdout) ?? [];
  const asked = await run(['call', 'llm', 'chat', payload], { env: { CONDUIT_URL: hub.url } });
  expect(JSON.parse(asked.stdout)).toEqual({ words: 3 });
});

test('a page is served', async () => {
  const cwd = aFolder();
  expect((await run(['init', 'page', '--template', 'page'], { cwd })).stdout).toContain('npx conduit demo');
  const port = await aFreePort();
  const server = aProgram(process.execPath, ['serve.mjs', String(port)], { cwd: join(cwd, 'page') });
  await server.printed(`127.0.0.1:${port}`);
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  for (const [, script = ''] of page.matchAll(/(?:src|href)="([\w.-]+\.(?:js|css))"/g)) {
    expect((await fetch(`http://127.0.0.1:${port}/${script}`)).status, script).toBe(200);
  }
});

test('a folder that has something, a file, and a template that is none are refused, and nothing is written', async () => {
  const cwd = aFolder();
  mkdirSync(join(cwd, 'mine'));
  writeFileSync(join(cwd, 'mine', 'notes.txt'), 'mine');
  writeFileSync(join(cwd, 'file'), 'mine');
  const taken = await run(['init', 'mine'], { cwd });
  expect([taken.code, taken.stderr]).toEqual([
    2,
    expect.stringMatching(/mine is not empty \(it has notes\.txt\): name a new folder\n$/),
  ]);
  expect(readdirSync(join(cwd, 'mine'))).toEqual(['notes.txt']);
  const file = await run(['init', 'file'], { cwd });
  expect([file.code, file.stderr]).toEqual([2, expect.stringContaining('is a file: name a new folder')]);
  const unknown = await run(['init', 'new', '--template', 'cobol'], { cwd });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('worker, python, page')]);
  expect(existsSync(join(cwd, 'new'))).toBe(false);
});
