/** What the pages tell to type is typed: every line of shell of the README and of the pages about commands is run, and does what the page says. */

import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LooseHandlers } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { aProgram, type Program } from '../python/python.ts';
import { aCheckout } from '../support/checkout.ts';
import { aChild } from '../support/child.ts';
import { anHttpTarget, json } from '../support/http-target.ts';
import { aFreePort, aHubProcess, type HubProcess } from '../support/hub-process.ts';
import { blocksOf, offered } from '../support/programs.ts';
import { aConduit, aProvider } from '../support/sdk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Lines that no test can run: of another system, of an init that is process 1, of an engine for containers; or of all tests at once. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm ci && npm run demo': 'what CI runs first, and the test of `conduit demo` after it',
  './scripts/test-all.sh': 'what CI runs: this test is a part of it',
  'systemctl ': 'needs systemd as process 1',
  'docker compose ': 'needs an engine for containers',
  a2: "changes the machine's own Apache; the files are tried in web-servers.test.ts",
  'sudo ': 'changes the machine itself',
  'avahi-publish ': 'answers for a name in the network that the machine is in',
  'dns-sd ': 'macOS alone has it',
};

/** The lines of shell of a page, each to be used once. */
class Lines {
  readonly #page: string;
  readonly #left: string[];

  constructor(page: string) {
    this.#page = page;
    const shell = blocksOf(page).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));
    this.#left = shell.join('').replaceAll('\\\n', ' ').trim().split('\n');
  }

  /** The next line, which has to begin so. */
  take(start: string): string {
    const line = this.#left.shift() ?? '';
    expect(line, `of ${this.#page}`).toSatisfy((one: string) => one.startsWith(start));
    return line;
  }

  /** Lines that are run elsewhere, or nowhere: they are lines of a shell at least. */
  passElsewhere(): void {
    for (;;) {
      const [line] = this.#left;
      if (line === undefined || !Object.keys(elsewhere).some((start) => line.startsWith(start))) return;
      this.#left.shift();
      const { status, stderr } = spawnSync('/bin/bash', ['-n', '-c', line], { encoding: 'utf8' });
      expect([line, stderr, status]).toEqual([line, '', 0]);
    }
  }

  expectNoneLeft(): void {
    this.passElsewhere();
    expect(this.#left, `of ${this.#page}: lines that nobody tried`).toEqual([]);
  }
}

/** A terminal in a folder of a checkout, or in another one. */
class Terminal {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>> = {}, elsewhere?: string) {
    const { folder, path } = aCheckout();
    this.folder = elsewhere ?? folder;
    this.#env = { PATH: path, CONDUIT_PORT: '0', CONDUIT_DATA_DIR: join(folder, 'data'), NO_COLOR: '1', ...env };
  }

  /** Types a line, whose output comes as to a terminal, line by line. */
  type(line: string): Program {
    const args = ['-oL', '/bin/bash', '-o', 'pipefail', '-c', line];
    return aProgram('stdbuf', args, { cwd: this.folder, env: this.#env });
  }

  /** @returns what it printed, once it has ended well, or as it is said to. */
  async run(line: string, expectedCode = 0): Promise<string> {
    const running = this.type(line);
    const code = await running.ended();
    expect(`${line}\n${running.output}\nended with ${code}`).toMatch(new RegExp(`ended with ${expectedCode}$`));
    return running.output;
  }

  /** A hub that the line starts, until it listens; told to leave, it does. */
  async runHub(line: string): Promise<string> {
    const hub = this.type(line);
    await hub.printed(/listens on http:\S+/);
    hub.kill('SIGTERM');
    expect([line, await hub.ended()]).toEqual([line, 0]);
    return hub.output;
  }
}

async function anExample(name: string, hub: HubProcess): Promise<ChildProcess> {
  const main = join(root, 'examples', name, 'src/main.ts');
  const args = [`CONDUIT_URL=${hub.url}`, process.execPath, '--import', 'tsx', '--conditions=conduit-src', main];
  return await aChild('env', args, `${name} serves`);
}

const fail = (): Promise<never> => Promise.reject(new Error('it could not'));

test('README.md', async () => {
  const lines = new Lines('README.md');
  lines.passElsewhere();
  accessSync(join(root, 'scripts/test-all.sh'), constants.X_OK);
  expect(read('.ci/run')).toContain('scripts/test-all.sh');
  expect(read('scripts/test-all.sh')).toContain("stage 'npm ci' npm ci");
  expect(JSON.parse(read('package.json')).scripts.demo).toMatch(/npm run .*build.* && .* demo/);

  const hub = await aHubProcess();
  await Promise.all([anExample('brightwrapper', hub), anExample('llm', hub)]);
  const terminal = new Terminal({ CONDUIT_URL: hub.url });
  await terminal.run(lines.take('npx conduit call brightwrapper'));
  expect(readdirSync(terminal.folder).filter((name) => /\.(?:png|svg)$/.test(name))).toHaveLength(4);
  // What it writes is chance: sometimes it has no more to say, sometimes it is cut off.
  expect(await terminal.run(lines.take('npx conduit call llm'))).toMatch(/"finishReason": "(?:stop|length)"/);
  const following = terminal.type(lines.take('npx conduit requests --follow'));
  await following.printed(/llm +chat/);
  await following.close();

  const [shop, renderer] = [lines.take('npx conduit token create'), lines.take('npx conduit token create')];
  for (const line of [shop, renderer]) expect(await terminal.run(line)).toMatch(/^[\w.-]{20,}$/m);
  expect(await terminal.run('npx conduit token list')).toMatch(/web-shop[\s\S]*renderer/);
  lines.expectNoneLeft();
}, 120_000);

test('docs/cli.md: starting hubs', async () => {
  const terminal = new Terminal();
  const lines = new Lines('docs/cli.md');
  await terminal.runHub(lines.take('conduit start'));
  expect(existsSync(join(terminal.folder, 'data/conduit.db'))).toBe(true);
  expect(await terminal.runHub(lines.take('conduit start --memory'))).toContain('memory');
  writeFileSync(join(terminal.folder, 'conduit.json'), '{ "hubId": "of-the-file" }');
  expect(await terminal.runHub(lines.take('conduit start --config'))).toContain('of-the-file');
}, 120_000);

test('docs/cli.md: everything that speaks to a hub, and the rest', async () => {
  const lines = new Lines('docs/cli.md');
  for (let count = 0; count < 3; count += 1) lines.take('conduit start');
  const hub = await aHubProcess();
  const [, llm] = await Promise.all([anExample('brightwrapper', hub), anExample('llm', hub)]);
  await aProvider(hub.url, { add: (payload) => payload, fail }, { service: 'counter' });
  const terminal = new Terminal({ CONDUIT_URL: hub.url });
  const conduit = await aConduit(hub.url);

  await terminal.run(lines.take('conduit call brightwrapper'));
  expect(readdirSync(join(terminal.folder, 'pictures'))).toHaveLength(4);
  writeFileSync(join(terminal.folder, 'prompt.json'), '{ "prompt": "It was a dark and stormy night" }');
  expect((await terminal.run(lines.take('conduit call llm'))).split('\n').length).toBeGreaterThan(20);
  expect(await terminal.run(lines.take('echo'))).toMatch(/"n": 1/);

  // What the lines about one request are about: held until it is cancelled.
  const [watch, watchJson] = [lines.take('conduit watch'), lines.take('conduit watch')];
  const requestId = watch.split(' ').at(-1) ?? '';
  const hold: LooseHandlers[string] = async (_, { signal }) => {
    await once(signal, 'abort');
    signal.throwIfAborted();
  };
  await aProvider(hub.url, { hold }, { service: 'holder' });
  const request = conduit.request('holder', 'hold', {}, { requestId });
  const watchers = [terminal.type(watch), terminal.type(watchJson)];
  await watchers[0]?.printed('holder');
  await watchers[1]?.printed('"event":"status"');

  expect(await terminal.run(lines.take('conduit services'))).toMatch(/^brightwrapper +generate-infographics +1 ready/m);
  expect(await terminal.run(lines.take('conduit services llm'))).toContain('chat');
  const crowded = terminal.type(lines.take('conduit services --watch'));
  llm.kill('SIGTERM');
  await once(llm, 'exit');
  const waiting = Array.from({ length: 101 }, () => conduit.request('llm', 'chat', {}, { startTimeoutMs: 600_000 }));
  for (const one of waiting) one.catch(() => undefined);
  await crowded.printed('llm\n');
  await crowded.close();

  await expect(conduit.request('counter', 'fail', {})).rejects.toThrow('it could not');
  expect(await terminal.run(lines.take('conduit requests --state'))).toMatch(/counter\S* +fail/);
  expect(await terminal.run(lines.take('conduit requests --error'))).toContain('No such requests.');
  const following = terminal.type(lines.take('conduit requests --follow'));
  await following.printed('queued');
  await following.close();
  await terminal.run(lines.take('conduit requests --service'));
  await terminal.run(lines.take('conduit cancel'));
  await expect(request).rejects.toMatchObject({ code: 'cancelled' });
  for (const watcher of watchers)
    expect([await watcher.ended(), watcher.output]).toEqual([1, expect.stringContaining('wrong document')]);

  const target = await anHttpTarget(({ response }) => json(response, { said: 'over HTTP' }));
  const dispatcher = terminal.type(lines.take('conduit dispatch').replace(':8000', `:${target.port}`));
  await dispatcher.printed('llm serves');
  dispatcher.kill('SIGTERM');
  expect(await dispatcher.ended()).toBe(0);

  for (let count = 0; count < 2; count += 1) {
    expect(await terminal.run(lines.take('conduit token create'))).toMatch(/^[\w.-]{20,}$/m);
  }
  expect(await terminal.run(lines.take('conduit token list --json'))).toMatch(/"web-shop"[\s\S]*"renderer"/);
  const found = await terminal.run(lines.take('conduit doctor'));
  const [shown = ''] = blocksOf('docs/cli.md').flatMap(({ language, text }) => (language === 'text' ? text : []));
  const looked = (text: string): string[] =>
    [...text.matchAll(/^(?:ok|warning|failed) +(.{13})/gm)].map(([, what = '']) => what.trim());
  expect(looked(shown)).toEqual(looked(found));
  writeFileSync(join(terminal.folder, 'conduit.json'), '{ "keepHours": 48 }');
  await terminal.run(lines.take('conduit doctor --config').replace('/etc/conduit', terminal.folder));
  for (const [start, file] of [
    ['conduit init my-worker', 'my-worker/package.json'],
    ['conduit init my-model', 'my-model/worker.py'],
  ] as const) {
    await terminal.run(lines.take(start));
    expect(existsSync(join(terminal.folder, file)), file).toBe(true);
  }
  lines.expectNoneLeft();
}, 240_000);

test('docs/operations.md', async () => {
  const lines = new Lines('docs/operations.md');
  const terminal = new Terminal();
  const at = (path: string): string => join(terminal.folder, path);
  for (const folder of ['etc/systemd/system', 'etc/prometheus', 'backup']) mkdirSync(at(folder), { recursive: true });
  const moved = (line: string): string => line.replaceAll(' /etc/', ` ${terminal.folder}/etc/`);

  await terminal.run(moved(lines.take('install ')));
  expect(existsSync(at('etc/systemd/system/conduit.service'))).toBe(true);
  lines.passElsewhere();
  const journal = lines.take('journalctl ');
  lines.passElsewhere();
  for (const folder of ['etc/apache2/sites-available', 'etc/nginx/sites-available', 'etc/nginx/sites-enabled'])
    mkdirSync(at(folder), { recursive: true });
  await terminal.run(moved(lines.take('install -m 644 deploy/apache')));
  lines.passElsewhere();
  await terminal.run(moved(lines.take('install -m 644 deploy/nginx')));
  await terminal.run(moved(lines.take('ln -s ')));
  expect(existsSync(at('etc/nginx/sites-enabled/conduit.conf'))).toBe(true);
  lines.passElsewhere();
  await terminal.runHub(lines.take('conduit start --trust-proxy'));
  await terminal.run(moved(lines.take('conduit token create prometheus')));
  expect(readFileSync(at('etc/prometheus/conduit.token'), 'utf8')).toMatch(/^[\w.-]{20,}\n$/);

  const hub = await aHubProcess();
  await aProvider(hub.url, { fail }, { service: 'failing' });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('failing', 'fail', {});
  await expect(request).rejects.toThrow('it could not');
  await conduit.get(request.id);
  // What a journal is to systemd: the log, told line by line.
  writeFileSync(at('bin/journalctl'), `#!/bin/sh\ncat '${at('hub.log')}'\n`, { mode: 0o755 });
  writeFileSync(at('hub.log'), hub.output.replace(/^[^{].*\n/gm, ''));
  expect(await terminal.run(journal)).toContain('"hub_id"');
  const selected = await terminal.run(lines.take('journalctl ').replace('0192f7c4-…', request.id));
  expect(selected).toContain('"msg": "a request ended without a result"');
  expect(selected.match(/"request_id"/g)?.length).toBe(selected.match(/^\{$/gm)?.length);

  const backup = [lines.take('sqlite3 '), lines.take('cp -p '), lines.take('test ! -e ')].join('\n');
  copyFileSync(at('data/tokens.json'), join(hub.dataDir, 'tokens.json'));
  await terminal.run(`set -e; DATA='${hub.dataDir}'; BACKUP='${at('backup')}'\n${backup}`);
  expect(readdirSync(at('backup')).sort()).toEqual(['conduit.db', 'secret', 'tokens.json']);
  lines.expectNoneLeft();
}, 120_000);

/** What each program of the Integration Guide that stays prints when it is ready; or the service that it then offers. */
const ready: readonly (readonly [start: string, ready: string | RegExp | { readonly offers: string }])[] = [
  ['npm start -w examples/worker', 'is ready'],
  ['npm start -w examples/express', /http:\S+\//],
  ['npm start -w examples/parallel-images', 'threads'],
  ['npm run page -w examples/parallel-images', /http:\S+\//],
  ['npm run dev ', /Local:\s+http:\S+/],
  ['node examples/opentelemetry', { offers: 'shop' }],
  ['node examples/', /http:\S+\//],
  ['PYTHONPATH=python python3 examples/', ' serves '],
  ['python3 -m uvicorn ', /(?:Application startup complete[\s\S]*){4}/],
];

test('docs/integration-guide.md: each template, at the hub that it is for', async () => {
  const demo = await aHubProcess();
  await Promise.all(['brightwrapper', 'llm', 'documents', 'briefing'].map(async (name) => await anExample(name, demo)));
  const [introduction = '', ...sections] = read('docs/integration-guide.md').split(/^## /m);
  // Both are started by other tests of this file and of the command line, and each section says which of them it is for.
  expect([...introduction.matchAll(/^```sh stays\n(.*)\n```$/gm)].map(([, line]) => line)).toEqual([
    'npx conduit start',
    'npm run demo',
  ]);
  let typed = 0;
  for (const section of sections) {
    const hub = section.includes('Beside `npm run demo`') ? demo : await aHubProcess();
    // Those of the guide may be somebody's.
    const ports = { '8000': String(await aFreePort()), '8080': String(await aFreePort()) };
    const terminal = new Terminal({ CONDUIT_URL: hub.url, PORT: ports['8080'] }, root);
    const staying: Program[] = [];
    for (const [, kind, block = ''] of section.matchAll(/^```sh( stays)?\n(.*?)\n```$/gms)) {
      const line = block
        .replace('8000', ports['8000'])
        .replace(/8080$/, ports['8080'])
        // Its port stands in its script.
        .concat(block.startsWith('npm run page') ? ` -- --port ${ports['8080']}` : '')
        .replace('http://127.0.0.1:9100', hub.url);
      typed += 1;
      if (kind === undefined) {
        expect((await terminal.run(line)).length, line).toBeGreaterThan(0);
        continue;
      }
      const [, sign] = ready.find(([start]) => block.startsWith(start)) ?? [];
      if (sign === undefined) throw new Error(`nobody knows what it prints when it is ready: ${line}`);
      const program = terminal.type(line);
      staying.push(program);
      if (typeof sign === 'object' && 'offers' in sign) await offered(hub.url, sign.offers);
      else await program.printed(sign);
    }
    for (const program of staying) await program.close();
  }
  expect(typed).toBeGreaterThan(18);
}, 240_000);

test('docs/security.md: tokens, and the way back from them', async () => {
  const terminal = new Terminal({ CONDUIT_PORT: String(await aFreePort()) });
  const lines = new Lines('docs/security.md');
  for (let count = 0; count < 2; count += 1)
    expect(await terminal.run(lines.take('conduit token create'))).toMatch(/^[\w.-]{20,}$/m);
  const [id = ''] = /\b[0-9a-f]{12}\b/.exec(await terminal.run(lines.take('conduit token list'))) ?? [];
  await terminal.run(lines.take('conduit token revoke').replace('3f9c2b7a10de', id));
  const rest = JSON.parse((await terminal.run('conduit token list --json')).trim());
  await terminal.run(`conduit token revoke ${rest.id}`);

  /** What a hub that is started so answers to whoever has no token. */
  const answered = async (line: string): Promise<number> => {
    const hub = terminal.type(line);
    await hub.printed(/listens on http:\S+/);
    const [url = ''] = /http:\/\/[\d.:]+/.exec(hub.output) ?? [];
    const { status } = await fetch(`${url}/api/v1/services`);
    hub.kill('SIGTERM');
    expect(await hub.ended()).toBe(0);
    return status;
  };
  expect(await answered('conduit start')).toBe(401);
  await terminal.run(lines.take('rm ').replace('conduit-data', 'data'));
  expect(await answered(lines.take('conduit start'))).toBe(200);
  lines.expectNoneLeft();
}, 120_000);

test('docs/conduit-local.md and docs/dashboard.md', async () => {
  const terminal = new Terminal();
  const lines = new Lines('docs/conduit-local.md');
  lines.passElsewhere();
  const [token, start, insecure] = [
    lines.take('npx conduit token'),
    lines.take('npx conduit start'),
    lines.take('npx conduit start'),
  ];
  expect(await terminal.run(start, 2)).toContain('--insecure');
  await terminal.runHub(insecure);
  await terminal.run(token);
  await terminal.runHub(start);
  await terminal.runHub(lines.take('npx conduit start --allow-origin'));
  lines.expectNoneLeft();

  const dashboard = new Lines('docs/dashboard.md');
  expect(await terminal.run(dashboard.take('npx conduit token create on-call'))).toMatch(/^[\w.-]{20,}$/m);
  dashboard.expectNoneLeft();
}, 120_000);
