import { expect, test } from 'vitest';
import { command, run } from '../support/command.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aWorker, echo } from '../support/peer.ts';

/** A dozen processes, on a machine that is busy. */
const patienceMs = 90_000;

test('requests are listed newest first, and found by what they are', { timeout: patienceMs }, async () => {
  const { url } = await aHubProcess();
  const env = { CONDUIT_URL: url };
  expect(await run(['requests'], { env })).toMatchObject({ code: 0, stdout: 'No such requests.\n' });
  const worker = await aWorker(url, 'echo', { work: echo });
  const slow = await aWorker(url, 'slow');
  const client = await aClient(url);
  const { request_id: failed } = await client.ok('request', { to: 'slow', action: 'work' });
  await slow.next('request');
  await slow.ok('error', { request_id: failed, error: { code: 'no_ink', message: 'there is none' } });
  const first = await worker.finish({ to: 'echo', action: 'say', payload: 1, tags: ['morning'] });
  const { request_id } = await client.ok('request', { to: 'slow', action: 'work' });
  await slow.next('request');
  await slow.ok('progress', { request_id, progress: 0.5 });

  const table = await run(['requests'], { env });
  const [head, newest, oldest] = table.stdout.split('\n');
  expect(head).toMatch(/^REQUEST +SERVICE +ACTION +STATE +SENT +TOOK +TAGS$/);
  expect(newest).toMatch(new RegExp(`^${request_id} +slow +work +running 50 %`));
  expect(oldest).toMatch(new RegExp(`^${first.body.request_id} +echo +say +completed .* morning$`));

  const ids = async (...args: string[]): Promise<readonly string[]> => {
    const { stdout } = await run(['requests', '--json', ...args], { env });
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).request_id]));
  };
  const found = [
    ids('--state', 'completed', 'failed'),
    ids('--service', 'slow', '--action', 'work'),
    ids('--tag', 'morning', '--since', '1h'),
    ids('--since', '2100-01-01'),
    ids('--limit', '1'),
    ids('--longer-than', '1d'),
    ids('--error', 'no_ink'),
  ];
  const done = first.body.request_id;
  expect(await Promise.all(found)).toEqual([[done, failed], [request_id, failed], [done], [], [request_id], [], [failed]]);
});

test('a request is named by a part of its id that no other one has', { timeout: patienceMs }, async () => {
  const { url } = await aHubProcess();
  const env = { CONDUIT_URL: url };
  const slow = await aWorker(url, 'slow');
  const client = await aClient(url);
  await client.ok('request', { to: 'slow', action: 'work' });
  const { request_id } = await client.ok('request', { to: 'slow', action: 'work' });
  await slow.next('request', { request_id });
  const short = request_id.slice(-8);
  expect(await run(['cancel', short], { env })).toMatchObject({ code: 0, stdout: expect.stringContaining(request_id) });
  await slow.next('cancel');
  await slow.ok('error', { request_id, error: { code: 'cancelled', message: 'stopped' } });
  expect((await run(['watch', short.toUpperCase()], { env })).code).toBe(1);
  const several = await run(['watch', request_id.slice(0, 4)], { env });
  expect(several).toMatchObject({ code: 1, stderr: expect.stringContaining('several requests') });
  const none = await run(['cancel', 'ffffffff'], { env });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('no request of the newest 2') });
});

test('followed in a pipe, each change is a line, over a restart of the hub too', async () => {
  const hub = await aHubProcess();
  const { url } = hub;
  const worker = await aWorker(url, 'echo', { work: echo });
  const first = await worker.finish({ to: 'echo', action: 'say', payload: 1 });
  const people = command(['requests', '--follow', '--service', 'echo', '--url', url]);
  const machines = command(['requests', '--follow', '--json', '--url', url]);
  await Promise.all([people.printed(`${first.body.request_id} echo say completed in`), machines.printed(first.body.request_id)]);
  await hub.kill('SIGKILL');
  await people.printed('the connection is gone');
  await hub.start();
  const again = await aWorker(url, 'echo', { work: echo });
  const second = await again.finish({ to: 'echo', action: 'say', payload: 2 });
  await people.printed(new RegExp(`${second.body.request_id} echo say completed`));
  await machines.printed(second.body.request_id);
  for (const following of [people, machines]) following.signal('SIGINT');
  const { code, stdout } = await people.finished();
  expect(code).toBe(130);
  // What was told before the restart is not told again.
  expect(stdout.split(first.body.request_id)).toHaveLength(2);
  for (const line of (await machines.finished()).stdout.trimEnd().split('\n')) expect(JSON.parse(line).to).toBe('echo');
});

test('followed on a terminal, the table is drawn again in place', async () => {
  const { url } = await aHubProcess();
  const worker = await aWorker(url, 'echo', { work: echo });
  const terminal = { columns: 70, rows: 12 };
  const following = command(['requests', '--follow', '--url', url], { terminal, env: { NO_COLOR: '1' } });
  await following.printed('Ctrl-C ends it');
  const { body } = await worker.finish({ to: 'echo', action: 'say', payload: 1 });
  await following.printed(new RegExp(`${body.request_id.slice(-8)} +echo +say +completed`));
});

test.each([
  ['a state that is none', ['--state', 'done'], /Allowed choices are queued/],
  ['a time that is none', ['--since', 'soon'], /--since[^\n]* 10m, 2h or 3d/],
])('%s: 2', async (_what, args, sentence) => {
  expect(await run(['requests', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) });
});
