import { expect, test } from 'vitest';
import { command, run } from '../support/command.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aWorker } from '../support/peer.ts';

const actions = [{ name: 'draw', description: 'Draws a picture' }];

test('services are a table for people and lines of JSON for machines, one alone with its providers', async () => {
  const { url } = await aHubProcess();
  const env = { CONDUIT_URL: url };
  expect(await run(['services'], { env })).toMatchObject({ code: 0, stdout: expect.stringContaining('No service') });
  await aWorker(url, 'brush', { register: { actions, capacity: 2, instance_id: 'brush-1' } });
  const table = await run(['services'], { env });
  expect(table.stdout).toBe('SERVICE  ACTIONS  PROVIDERS  AT WORK  WAITING\nbrush    draw     1 ready     0 of 2        0\n');
  const one = await run(['services', 'brush'], { env });
  expect(one.stdout).toMatch(/^brush · 1 provider · 0 of 2 at work · 0 waiting\n/);
  expect(one.stdout).toContain('Draws a picture');
  expect(one.stdout).toContain('brush-1');
  const json = await run(['services', '--json'], { env });
  expect(JSON.parse(json.stdout)).toMatchObject({ name: 'brush', providers: [{ instance_id: 'brush-1', state: 'ready' }] });
  const none = await run(['services', 'pen'], { env });
  expect(none).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^conduit: nobody has offered "pen"[^\n]*\n$/),
  });
});

test('watched in a pipe, each change is a line, until Ctrl-C', async () => {
  const { url } = await aHubProcess();
  const people = command(['services', '--watch', '--url', url]);
  const machines = command(['services', 'brush', '--watch', '--json', '--url', url]);
  const worker = await aWorker(url, 'brush', { register: { actions } });
  await Promise.all([people.printed('brush: 1 ready, 0 at work, 0 waiting\n'), machines.printed('"ready"')]);
  worker.close();
  await people.printed(/brush: nobody since \d\d:\d\d:\d\d, /);
  const client = await aClient(url);
  await client.ok('request', { to: 'brush', action: 'draw' });
  await people.printed(/brush: nobody since \S+, 0 at work, 1 waiting\n/);
  await machines.printed('"waiting":1');
  for (const watching of [people, machines]) watching.signal('SIGINT');
  expect((await people.finished()).code).toBe(130);
  const { code, stdout } = await machines.finished();
  expect(code).toBe(130);
  for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ event: 'service' });
});

test('watched on a terminal, the table is drawn again in place', async () => {
  const { url } = await aHubProcess();
  const terminal = { columns: 70, rows: 12 };
  const watching = command(['services', '--watch', '--url', url], { terminal, env: { NO_COLOR: '1' } });
  await watching.printed('Ctrl-C ends it');
  await aWorker(url, 'brush', { register: { actions } });
  await watching.printed('1 ready');
  expect(watching.stdout).toContain('\u001b[3A\r');
});
