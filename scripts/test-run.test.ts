/** A test run says what became of it, whatever became of it, fails for what a file leaves open, and leaves nothing running. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const planted = mkdtempSync(join(tmpdir(), 'conduit-test-run-'));

beforeAll(() => {
  symlinkSync(join(root, 'node_modules'), join(planted, 'node_modules'));
  const options = {
    setupFiles: [join(root, 'test/end-with-run.ts'), join(root, 'test/leak-guard.ts')],
    reporters: ['default', join(root, 'scripts/closing-line.ts')],
  };
  writeFileSync(join(planted, 'vitest.config.mjs'), `export default { test: ${JSON.stringify(options)} };\n`);
});
afterAll(() => rmSync(planted, { recursive: true }));

function plant(text: string): void {
  writeFileSync(join(planted, 'planted.test.ts'), text);
}

/** Runs a file of tests by itself. */
function run(text: string): { readonly status: number | null; readonly output: string; readonly lastLine: string | undefined } {
  plant(text);
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/vitest'), ['run'], {
    cwd: planted,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NO_COLOR: '1', CI: 'true' },
  });
  return { status, output: `${stdout}${stderr}`, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

test('a run ends with what it counted, alone on the last line', () => {
  const { status, lastLine } = run(`
    import { test } from 'vitest';
    test('is well', () => {});
    test.skip('is left out', () => {});
    test('is to come', () => { throw new Error('not yet'); });
  `);
  expect([status, lastLine]).toEqual([1, '1 passed, 1 failed, 1 skipped']);
});

test.each([
  ['a file that cannot be read', "import { test } from 'vitest'; test("],
  ['a process that dies', "import { test } from 'vitest'; test('dies', () => process.reallyExit(0));"],
  [
    'a run that is ended',
    "import { test } from 'vitest'; test('waits', async () => { process.kill(process.ppid); await new Promise(() => {}); });",
  ],
])('%s has failed', (_, text) => {
  const { status, lastLine } = run(text);
  expect(status).not.toBe(0);
  expect(lastLine).toMatch(/^0 passed, [1-9]\d* failed, 0 skipped$/);
});

test('what a file leaves open is named, and has failed', () => {
  const { status, output, lastLine } = run(`
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { connect, createServer } from 'node:net';
    import { Worker } from 'node:worker_threads';
    import { test } from 'vitest';
    test('leaves much', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      connect(server.address().port, '127.0.0.1');
      await once(server, 'connection');
      const child = spawn('sleep', ['60']);
      process.once('exit', () => child.kill());
      await once(new Worker('setInterval(() => {}, 1e6)', { eval: true }), 'online');
      setTimeout(() => {}, 1e6);
      setTimeout(() => {}, 1_100);
    });
  `);
  expect([status, lastLine]).toEqual([1, '1 passed, 1 failed, 0 skipped']);
  for (const left of [/a server on .*127\.0\.0\.1/, /a connection from port/, /the process \d+: sleep 60/, /the thread \d+/]) {
    expect(output).toMatch(left);
  }
  for (const line of [15, 16]) expect(output).toMatch(new RegExp(`a timer, set .*planted\\.test\\.ts:${line}`));
});

test('what closes, passes or keeps nothing running is no leak', () => {
  const { status, output } = run(`
    import { readFile } from 'node:fs/promises';
    import { once } from 'node:events';
    import { createServer } from 'node:http';
    import { promisify } from 'node:util';
    import { expect, test, vi } from 'vitest';
    test('leaves nothing', async () => {
      const server = createServer((_, response) => response.end('kept alive')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      await (await fetch('http://127.0.0.1:' + server.address().port)).text();
      server.close();
      setTimeout(() => {}, 1e6).unref();
      clearTimeout(setTimeout(() => {}, 1e6));
      setTimeout(() => {}, 50);
      void readFile('vitest.config.mjs');
      process.stdout.write('said');
      expect(await promisify(setTimeout)(1, 'waited')).toBe('waited');
      vi.useFakeTimers();
      setTimeout(() => {}, 1e6);
    });
  `);
  expect(output).not.toContain('leaves open');
  expect(status).toBe(0);
});

test('a run that is killed takes its processes with it', async () => {
  const connections = new Set<Socket>();
  const server = createServer((connection) => void connections.add(connection.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  plant(`
    import { connect } from 'node:net';
    import { test } from 'vitest';
    import { aChild } from ${JSON.stringify(join(root, 'test/support/child.ts'))};
    test('waits', async () => {
      await aChild(process.execPath, ['--eval', "require('net').connect(${port}, '127.0.0.1', () => console.log('ready'))"], 'ready');
      // A process that has something to tell ends by itself, for it can't; this one is as if it had nothing.
      process.removeAllListeners('error').on('error', () => undefined);
      connect(${port}, '127.0.0.1');
      await new Promise(() => {});
    }, 1e6);
  `);
  const vitest = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], {
    cwd: planted,
    stdio: 'ignore',
  });
  const ended = once(vitest, 'exit');
  onTestFinished(() => void vitest.kill('SIGKILL'));
  while (connections.size < 2) await once(server, 'connection');
  const gone = [...connections].map(async (connection) => await once(connection.resume(), 'close'));
  vitest.kill('SIGKILL');
  await ended;
  await Promise.all(gone);
});
