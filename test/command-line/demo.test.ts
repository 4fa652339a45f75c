import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { command, run } from '../support/command.ts';
import { aFolder } from '../support/folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// The demo runs what a checkout has built.
beforeAll(() => {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' });
}, 120_000);

test('the demo draws its pictures and ends', async () => {
  const cwd = aFolder();
  const { code, stdout } = await run(['demo', '--once'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("conduit call brightwrapper generate-infographics '");
  const pictures = readdirSync(join(cwd, 'conduit-demo'));
  expect(pictures.length).toBeGreaterThan(1);
  for (const picture of pictures) {
    expect(
      readFileSync(join(cwd, 'conduit-demo', picture))
        .subarray(1, 4)
        .toString(),
      picture,
    ).toBe('PNG');
  }
});

test('the demo goes on: what it says to type in a second terminal works, and Ctrl-C ends it and its service', async () => {
  const cwd = aFolder();
  const demo = command(['demo'], { cwd });
  await demo.printed('Ctrl-C ends it.');
  const [, words = ''] = /^ {2}npx conduit (.*)$/m.exec(demo.stdout) ?? [];
  const args = words.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
  expect(await run(args, { cwd })).toMatchObject({ code: 0 });
  demo.signal('SIGINT');
  expect((await demo.finished()).code).toBe(0);
});

test('the command is there as soon as packages are installed', () => {
  const version = execFileSync(join(root, 'packages/hub/bin/conduit.js'), ['--version'], { encoding: 'utf8' });
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('the hub that is killed comes back and the call goes on, a worker that is killed is told, and Ctrl-C leaves nothing behind', async () => {
  const demo = command(['demo', '--data-dir', join(aFolder(), 'data')], { cwd: aFolder() });
  await demo.printed('Ctrl-C ends it.');
  const [, url = ''] = /^The hub goes on: (\S+)$/m.exec(demo.stdout) ?? [];
  const [, ...workers] = /brightwrapper +2 workers +pid (\d+), (\d+)/.exec(demo.stdout) ?? [];
  const [, hub] = /kill -9 (\d+) ends the hub/.exec(demo.stdout) ?? [];
  closing(() => {
    // Where the test fails, nobody else would end them.
    for (const pid of [hub, ...workers]) spawnSync('kill', ['-9', String(pid)]);
  });
  const call = command(['call', 'brightwrapper', 'generate-infographics', '{"url":"article:tides"}', '--json', '--url', url], {
    cwd: aFolder(),
  });
  await call.printed('"assigned"');
  process.kill(Number(hub), 'SIGKILL');
  await demo.printed('The hub is there again');
  expect((await call.finished()).code).toBe(0);
  process.kill(Number(workers[0]), 'SIGKILL');
  await demo.printed(/A worker of brightwrapper has ended .*; 1 left\./);
  demo.signal('SIGINT');
  expect((await demo.finished()).code).toBe(0);
  for (const pid of [hub, ...workers]) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});
