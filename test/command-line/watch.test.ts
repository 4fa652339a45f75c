import { expect, test } from 'vitest';
import { command, run } from '../support/command.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aWorker } from '../support/peer.ts';

test('watch tells a request from its first event to its end, and leaving it changes nothing', async () => {
  const { url } = await aHubProcess();
  const worker = await aWorker(url, 'writer');
  const client = await aClient(url);
  const { request_id } = await client.ok('request', { to: 'writer', action: 'write', tags: ['poem'] });
  await worker.next('request');
  await worker.ok('chunk', { request_id, attempt: 1, n: 1, data: 'roses ' });

  const leaving = command(['watch', request_id, '--url', url]);
  await leaving.printed('roses');
  leaving.signal('SIGINT');
  expect(await leaving.finished()).toMatchObject({ code: 130, stderr: expect.stringContaining(`${request_id} goes on`) });

  const watching = command(['watch', request_id, '--url', url]);
  const machine = command(['watch', request_id, '--json', '--url', url]);
  await Promise.all([watching.printed('roses'), machine.printed('roses')]);
  await worker.ok('chunk', { request_id, attempt: 1, n: 2, data: 'are red' });
  await worker.ok('result', { request_id, attempt: 1, n: 3 });
  const { code, stdout, stderr } = await watching.finished();
  expect([code, stdout]).toEqual([0, 'roses are red\n']);
  expect(stderr).toContain(`writer write, request ${request_id}`);
  expect(stderr).toContain('tagged poem');
  expect(stderr).toMatch(/completed in \d+/);
  const events = (await machine.finished()).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: 'status', seq: 1, request_id, state: 'assigned' });
  expect(events.at(-1)).toMatchObject({ event: 'result', seq: 4 });
  // Ended, it is told all the same.
  expect(await run(['watch', request_id, '--url', url])).toMatchObject({ code: 0, stdout: 'roses are red\n' });
});

test('a worker that dies is no drama: attempt 2 begins, and its text alone is the result', async () => {
  const { url } = await aHubProcess();
  const terminal = { columns: 60, rows: 20 };
  const first = await aWorker(url, 'writer');
  const call = command(['call', 'writer', 'write', '--url', url], { terminal, env: { NO_COLOR: '1' } });
  const { request_id } = await first.next('request');
  await first.ok('tasks', { request_id, tasks: [{ task_id: 'think' }, { task_id: 'write' }] });
  await first.ok('chunk', { request_id, data: 'Once upon' });
  await call.printed('Once upon');
  first.close();
  const second = await aWorker(url, 'writer');
  await second.next('request', { request_id, attempt: 2 });
  await second.ok('chunk', { request_id, data: 'Once upon a time.' });
  await call.printed('attempt 2, from the beginning');
  await second.ok('result', { request_id });
  const { code, stdout } = await call.finished();
  expect(code).toBe(0);
  expect(stdout).toMatch(/Once upon a time\.[\s\S]*completed in [^\n]* · attempt 2/);
  expect(stdout).not.toContain('conduit:');
});

test('a request that nobody knows, and a part of an id that is too short', async () => {
  const { url } = await aHubProcess();
  const unknown = '01980000-0000-7000-8000-000000000000';
  expect(await run(['watch', unknown, '--url', url])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('(request_not_found)'),
  });
  expect(await run(['watch', 'abc', '--url', url])).toMatchObject({ code: 2, stderr: expect.stringContaining('at least 4') });
});

test('cancel ends requests, and says of each what came of it', async () => {
  const { url } = await aHubProcess();
  const worker = await aWorker(url, 'slow', { register: { capacity: 1 } });
  const client = await aClient(url);
  const held = await client.ok('request', { to: 'slow', action: 'work' });
  await worker.next('request');
  const waiting = await client.ok('request', { to: 'slow', action: 'work' });
  const ids = [held.request_id, waiting.request_id];
  const cancelled = await run(['cancel', ...ids, '--reason', 'changed my mind', '--url', url]);
  expect(cancelled.code).toBe(0);
  expect(cancelled.stdout).toMatch(new RegExp(`^${ids[0]} is told to stop[^\n]*\n${ids[1]} is cancelled\n$`));
  expect(await worker.next('cancel')).toMatchObject({ request_id: held.request_id, reason: 'changed my mind' });
  const unknown = '01980000-0000-7000-8000-000000000000';
  const again = await run(['cancel', waiting.request_id, unknown, '--json', '--url', url]);
  expect(again.code).toBe(1);
  expect(
    again.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { request_id: waiting.request_id, outcome: 'already_finished' },
    { request_id: unknown, outcome: 'request_not_found' },
  ]);
});
