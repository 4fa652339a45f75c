import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { command, run } from '../support/command.ts';
import { aFolder } from '../support/folder.ts';
import { aFreePort } from '../support/hub-process.ts';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly advice?: string;
}

/** What it finds, by what it looked at. */
async function examined(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { stdout, stderr, code } = await run(['doctor', '--json', ...args], { env });
  expect(stderr).toBe('');
  const findings = stdout
    .trim()
    .split('\n')
    .map((line): Finding => JSON.parse(line));
  return { code, of: (check: string) => findings.find((finding) => finding.check === check) };
}

test('where a hub could start it says so, names where each setting was said, and makes nothing', async () => {
  const folder = aFolder();
  const port = await aFreePort();
  const dataDir = join(folder, 'data');
  writeFileSync(join(folder, 'conduit.json'), JSON.stringify({ dataDir, keepBytes: 1_000, keepHours: 48 }));
  const args = ['--config', join(folder, 'conduit.json'), '--keep-hours', '12'];
  const { code, of } = await examined(args, { CONDUIT_PORT: String(port) });
  expect(code).toBe(0);
  expect(of('node')).toMatchObject({ status: 'ok', message: `Node ${process.versions.node}` });
  expect(of('packages')?.message).toMatch(/^engine\.io [\d.]+, socket\.io-parser [\d.]+, ws [\d.]+$/);
  expect(of('configuration')?.message).toContain(`port ${port} (CONDUIT_PORT)`);
  expect(of('configuration')?.message).toContain('keepHours 12 (--keep-hours)');
  expect(of('configuration')?.message).toContain(`dataDir ${dataDir} ("dataDir" in ${join(folder, 'conduit.json')})`);
  expect(of('access')).toMatchObject({ status: 'ok', message: expect.stringContaining('no token is asked for') });
  expect(of('data folder')).toMatchObject({ status: 'ok', message: `${dataDir} is not there yet; a hub will make it` });
  expect(of('disk')).toMatchObject({ status: 'ok' });
  expect(of('port')).toEqual({ check: 'port', status: 'ok', message: `127.0.0.1:${port} is free` });
  expect(existsSync(dataDir)).toBe(false);
});

test('of a hub that runs it tells the version, whether it is ready, and whose the folder is', async () => {
  const port = String(await aFreePort());
  const dataDir = aFolder();
  const args = ['--port', port, '--data-dir', dataDir];
  const hub = command(['start', ...args]);
  await hub.printed('listens on');
  const before = readdirSync(dataDir).sort();
  const { code, of } = await examined(args);
  expect(code).toBe(0);
  expect(of('port')).toMatchObject({ status: 'ok', message: expect.stringMatching(/a hub answers on .*, version \d/) });
  expect(of('readiness')).toMatchObject({ status: 'ok' });
  expect(of('clock')).toMatchObject({ status: 'ok' });
  expect(of('data folder')?.message).toMatch(/ is in use by a hub \(pid \d+\)$/);
  expect(readdirSync(dataDir).sort()).toEqual(before);
  hub.signal('SIGTERM');
  await hub.finished();
  expect((await examined(args)).of('data folder')?.message).toMatch(/ is free; format \d+ of \d+$/);
});

test('what keeps a hub from starting is said with what to do, and ends with 1', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'file'), '');
  const stranger = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  closing(() => void stranger.close());
  await new Promise((resolve) => stranger.once('listening', resolve));
  const { port } = stranger.address() as AddressInfo;
  const { code, of } = await examined(['--port', String(port), '--data-dir', join(folder, 'file')]);
  expect(code).toBe(1);
  expect(of('port')).toMatchObject({ status: 'failed', advice: 'stop it, or give --port' });
  expect(of('data folder')).toMatchObject({ status: 'failed', message: expect.stringContaining('is not a folder') });
  const open = await examined(['--host', '0.0.0.0', '--data-dir', folder, '--port', '0']);
  expect(open.of('access')).toMatchObject({ status: 'failed', message: expect.stringContaining('conduit token create') });
  expect(open.code).toBe(1);
  const insecure = await examined(['--host', '0.0.0.0', '--insecure', '--memory', '--port', '0']);
  expect(insecure.of('access')).toMatchObject({ status: 'warning' });
  expect(insecure.code).toBe(0);
});

test('a folder that a newer hub wrote, and one that is read-only, are told apart', async () => {
  const newer = aFolder();
  const head = Buffer.alloc(100);
  head.writeUInt32BE(99, 60);
  writeFileSync(join(newer, 'conduit.db'), head);
  const { of } = await examined(['--data-dir', newer, '--port', '0']);
  expect(of('data folder')).toMatchObject({ status: 'failed', message: expect.stringContaining('newer Conduit (format 99') });
  // Whoever may do everything is kept out by nothing.
  if (process.getuid?.() === 0) return;
  const closed = join(aFolder(), 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o500);
  const refused = await examined(['--data-dir', closed, '--port', '0']);
  expect(refused.of('data folder')).toMatchObject({ status: 'failed', message: expect.stringContaining('read-only') });
});

test('for people it is a line each and what to do below it; a wrong configuration ends with 2', async () => {
  const wrong = await run(['doctor'], { env: { CONDUIT_KEEP_HOURS: 'long' } });
  expect(wrong.code).toBe(2);
  expect(wrong.stdout).toMatch(/^failed {2}configuration CONDUIT_KEEP_HOURS must be a number of hours.*\n {22}→ /m);
  const { stdout, code } = await run(['doctor', '--memory', '--port', '0']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok {6}data folder {3}--memory: nothing is kept/m);
  expect((await run(['doctor', '--nonsense'])).code).toBe(2);
});
