import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, run } from '../support/command.ts';
import { aFolder } from '../support/folder.ts';
import { aFreePort } from '../support/hub-process.ts';
import { aClient, aWorker } from '../support/peer.ts';

test('its first line says where it listens, and it stops with code 0 when it is told to', async () => {
  const port = await aFreePort();
  const dataDir = aFolder();
  const hub = command(['start', '--port', String(port), '--hub-id', 'first', '--data-dir', dataDir]);
  await hub.printed('listens on');
  expect(hub.stdout).toMatch(new RegExp(`^Conduit hub first listens on http://127.0.0.1:${port}\n`));
  expect(hub.stdout).toContain(dataDir);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  hub.signal('SIGTERM');
  expect(await hub.finished()).toMatchObject({ code: 0, stderr: expect.stringContaining('the hub leaves') });
});

test('told to stop while it works, it tells everybody, leaves at once, and the next hub goes on', async () => {
  const args = ['start', '--port', String(await aFreePort()), '--data-dir', aFolder()];
  const url = `http://127.0.0.1:${args[2]}`;
  const hub = command(args);
  await hub.printed(url);
  const worker = await aWorker(url, 'slow', { register: { instance_id: 'slow-1' } });
  const client = await aClient(url);
  const { request_id } = await client.ok('request', { to: 'slow', action: 'work', payload: 1 });
  await worker.next('request', { request_id });
  const startedAt = performance.now();
  hub.signal('SIGTERM');
  expect(await client.next('going_away')).toMatchObject({ reason: 'hub_draining' });
  expect((await hub.finished()).code).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  const next = command(args);
  await next.printed(url);
  const in_flight = [{ request_id, attempt: 1 }];
  const again = await aWorker(url, 'slow', { register: { instance_id: 'slow-1', in_flight } });
  await again.ok('result', { request_id, attempt: 1, result: 'kept' });
  const reader = await aClient(url);
  expect(await reader.ok('get', { request_id, include: ['result'] })).toMatchObject({
    request: { state: 'completed', attempt: 1, result: 'kept' },
  });
});

test('a hub in memory waits for what is open; a second signal ends it at once', async () => {
  const port = await aFreePort();
  const url = `http://127.0.0.1:${port}`;
  const hub = command(['start', '--port', String(port), '--memory']);
  await hub.printed(url);
  const worker = await aWorker(url, 'slow');
  const client = await aClient(url);
  const { request_id } = await client.ok('request', { to: 'slow', action: 'work' });
  await worker.next('request', { request_id });
  hub.signal('SIGTERM');
  await client.next('going_away');
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ok: false });
  hub.signal('SIGTERM');
  expect((await hub.finished()).code).not.toBe(0);
});

test('an error of its own is logged as one line of JSON, and ends it with code 70', async () => {
  const error = `const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text, ...more) => {
      if (String(text).includes('listens')) setImmediate(() => Promise.reject(new Error('out of order')));
      return write(text, ...more);
    };`;
  const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(error)}"` };
  const { code, stderr } = await run(['start', '--port', '0', '--memory'], { env });
  expect(code).toBe(70);
  expect(JSON.parse(stderr)).toMatchObject({ level: 'error', err: { message: 'out of order' } });
});

describe('what keeps it from starting is one sentence', () => {
  test('a port in use', async () => {
    const port = await aFreePort();
    const first = command(['start', '--port', String(port), '--memory']);
    await first.printed('listens');
    expect(await run(['start', '--port', String(port), '--memory'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `conduit: port ${port} is in use on 127.0.0.1; stop what listens there, or give --port\n`,
    });
  });

  test('a folder in use', async () => {
    const dataDir = aFolder();
    const first = command(['start', '--port', '0', '--data-dir', dataDir]);
    await first.printed('listens');
    const second = await run(['start', '--port', '0', '--data-dir', dataDir]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^conduit: [^\n]+\n$/);
    expect(second.stderr).toContain(dataDir);
  });

  test.each([
    ['an option that is none', ['--prot', '1'], "conduit: unknown option '--prot'\n(Did you mean --port?)\n"],
    ['a value that is none', ['--port', 'x'], 'conduit: --port must be a whole number from 0 to 65535, not "x"\n'],
    [
      'a file that is not there',
      ['--config', 'none.json'],
      /^conduit: the configuration none\.json can't be read: ENOENT[^\n]*\n$/,
    ],
    ['other machines', ['--host', '0.0.0.0'], /^conduit: --host 0\.0\.0\.0 lets other machines in[^\n]* --insecure [^\n]*\n$/],
  ])('%s: code 2', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await run(['start', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  });
});

test('flags come before variables, variables before the file', async () => {
  const [flag, variable, file] = [await aFreePort(), await aFreePort(), join(aFolder(), 'conduit.json')];
  writeFileSync(file, JSON.stringify({ port: 1, hubId: 'of-the-file', memory: true }));
  const env = { CONDUIT_PORT: String(variable), CONDUIT_HUB_ID: 'of-the-variable', CONDUIT_CONFIG: file };
  const first = command(['start', '--port', String(flag)], { env });
  await first.printed(`Conduit hub of-the-variable listens on http://127.0.0.1:${flag}`);
  await first.printed('in memory only');
  const second = command(['start'], { env });
  await second.printed(`Conduit hub of-the-variable listens on http://127.0.0.1:${variable}`);
});

test('the help names every option with its default and its variable, and the exit codes', async () => {
  const { code, stdout } = await run(['start', '--help']);
  const help = stdout.replaceAll(/\s+/g, ' ');
  expect(code).toBe(0);
  for (const said of ['--port <port>', 'default 9100, CONDUIT_PORT', '--keep-hours', 'CONDUIT_CONFIG', 'no hub answers']) {
    expect(help).toContain(said);
  }
  expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
