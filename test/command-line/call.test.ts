import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, inShell, run } from '../support/command.ts';
import { aFolder } from '../support/folder.ts';
import { aFreePort, aHubProcess } from '../support/hub-process.ts';
import { aWorker, echo, type Peer } from '../support/peer.ts';
import { aSite } from '../support/site.ts';
import type { Body } from '../support/wire.ts';

const png = Buffer.from('89504e470d0a1a0a0000', 'hex');

/** Work in two tasks with text, a picture and an evil title. */
function draw({ request_id, attempt }: Body, worker: Peer): void {
  const say = (event: string, body: object): void => worker.say(event, { request_id, attempt, ...body });
  say('tasks', {
    tasks: [
      { task_id: 'read', title: 'Read the page' },
      { task_id: 'draw:cover', title: 'Draw\u001b[2J' },
    ],
  });
  say('progress', { task_id: 'read', progress: 0.5, message: 'half \u009b31m way' });
  say('progress', { task_id: 'read', progress: 0.5, message: 'half \u009b31m way' });
  say('chunk', { data: 'a word ' });
  say('task_result', { task_id: 'read' });
  say('task_result', { task_id: 'draw:cover', result: { mime: 'image/png', picture: png } });
  say('result', { result: { title: 'evil \u001b[2J', cover: png } });
}

test('on a pipe: a line an event on standard error, the result alone on standard output, pictures as files', async () => {
  const { url } = await aHubProcess({ args: ['--progress-interval', '0'] });
  await aWorker(url, 'brush', { work: draw });
  const cwd = aFolder();
  const { code, stdout, stderr } = await run(['call', 'brush', 'draw', '{}', '--out', 'pictures', '--url', url], { cwd });
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^accepted [0-9a-f-]{36} assigned$/),
    'tasks read draw:cover',
    'progress read 50 % half \\u009b31m way',
    'chunk text a word',
    'task_result read',
    'task_result draw:cover',
    expect.stringMatching(/^completed in \d+ ms$/),
    'pictures/draw-cover.png  10 B',
    'pictures/result.png  10 B',
    'a word ',
    '',
  ]);
  expect(stdout).not.toContain('\u001b');
  expect(JSON.parse(stdout)).toEqual({ title: 'evil \u001b[2J', cover: '<binary 10 B → pictures/result.png>' });
  expect(code).toBe(0);
  expect(readFileSync(join(cwd, 'pictures/draw-cover.png'))).toEqual(png);
});

test('with --json: every event a line, binary as base64, and no files', async () => {
  const { url } = await aHubProcess();
  await aWorker(url, 'brush', { work: draw });
  const cwd = aFolder();
  const { code, stdout, stderr } = await run(['call', 'brush', 'draw', '--json'], { cwd, env: { CONDUIT_URL: url } });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: 'accepted', state: 'assigned', seq: 1 });
  expect(events.at(-1)).toMatchObject({
    event: 'result',
    state: 'completed',
    result: { title: 'evil \u001b[2J', cover: { base64: png.toString('base64') } },
  });
  const numbers = events.filter(({ event }) => event !== 'progress' && event !== 'running').map(({ seq }) => seq);
  expect(numbers).toEqual(numbers.map((_seq, at) => at + 1));
  expect([code, stderr, readdirSync(cwd)]).toEqual([0, '', []]);
});

test('on a terminal: bars that are redrawn in place, harmless whatever they say', async () => {
  const { url } = await aHubProcess();
  const worker = await aWorker(url, 'brush');
  const call = command(['call', 'brush', 'draw', '--url', url], { cwd: aFolder(), terminal: { columns: 90, rows: 20 } });
  const handed = await worker.next('request');
  worker.say('progress', { request_id: handed.request_id, task_id: 'sketch', progress: 0.5, message: 'half way' });
  await call.printed(/sketch .*━━━.*50 %.*half way/);
  draw(handed, worker);
  const { code, stdout } = await call.finished();
  expect(code).toBe(0);
  expect(stdout).toMatch(/completed in \d+/);
  expect(stdout).toMatch(/Draw\\u001b\[2J .*━.*done/);
  // Up, erase and colours are its own; what the service said is shown.
  const sequences = stdout.split('\u001b').slice(1);
  for (const sequence of sequences) expect(sequence).toMatch(/^\[(?:\d+A|J|K|[0-9;]*m)/);
  expect(stdout).not.toContain('\u009b');
  expect(stdout).toContain('\u001b[3');
});

test('NO_COLOR takes the colours and leaves the bars', async () => {
  const { url } = await aHubProcess();
  await aWorker(url, 'brush', { work: draw });
  const terminal = { columns: 90, rows: 20 };
  const { stdout } = await run(['call', 'brush', 'draw', '--url', url], { cwd: aFolder(), terminal, env: { NO_COLOR: '1' } });
  expect(stdout).toMatch(/Read the page .*━{24}.*done/);
  for (const sequence of stdout.split('\u001b').slice(1)) expect(sequence).toMatch(/^\[(?:\d+A|J|K)/);
});

test('a dumb terminal gets a line an event, and colours go where they are asked for', async () => {
  const { url } = await aHubProcess();
  await aWorker(url, 'brush', { work: draw });
  const terminal = { columns: 90, rows: 20 };
  const dumb = await run(['call', 'brush', 'draw', '--url', url], { cwd: aFolder(), terminal, env: { TERM: 'dumb' } });
  expect(dumb.stdout).toMatch(/^accepted [0-9a-f-]{36} assigned\r\n/);
  expect(dumb.stdout).not.toContain('\u001b');
  const env = { FORCE_COLOR: '1', NO_COLOR: '1' };
  expect((await run(['services', '--url', url], { env })).stdout).toContain('\u001b[32m1 ready\u001b[39m');
});

test('a reader that has seen enough is no error', async () => {
  const { url } = await aHubProcess();
  await aWorker(url, 'loud', {
    work: ({ request_id, attempt }, worker) => {
      for (let line = 0; line < 5_000; line += 1) worker.say('chunk', { request_id, attempt, data: `line ${line}\n`.repeat(20) });
      worker.say('result', { request_id, attempt });
    },
  });
  const { code, stdout, stderr } = await inShell(['call', 'loud', 'shout', '--json', '--url', url], '| head -n 1');
  expect(stdout).toMatch(/^\{"event":"accepted".*\}\n$/);
  expect([code, stderr]).toEqual([0, '']);
});

test('the payload comes from a file, from standard input, or not at all', async () => {
  const { url } = await aHubProcess();
  await aWorker(url, 'echo', { work: echo });
  const env = { CONDUIT_URL: url };
  const result = async (payload: string[], input?: string): Promise<unknown> =>
    JSON.parse((await run(['call', 'echo', 'say', ...payload], { env, ...(input === undefined ? {} : { input }) })).stdout);
  expect(await result(['-'], '{"from":"stdin"}')).toEqual({ from: 'stdin' });
  expect(await result(['@package.json'])).toMatchObject({ name: 'conduit' });
  expect(await result([])).toBeNull();
});

describe('it says how it went', () => {
  test('failed, and unknown to the hub: 1', async () => {
    const { url } = await aHubProcess();
    await aWorker(url, 'broken', {
      work: ({ request_id }, worker) =>
        worker.say('error', { request_id, error: { code: 'pen_broken', message: 'no \u001b[31m pen' } }),
    });
    const failed = await run(['call', 'broken', 'draw', '--url', url]);
    expect([failed.code, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toContain('conduit: no \\u001b[31m pen (pen_broken)\n');
    const unknown = await run(['call', 'nobody', 'draw', '--url', url]);
    expect(unknown).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^conduit: [^\n]*"nobody"[^\n]*\n$/) });
    const expired = await run(['call', 'nobody', 'draw', '--url', url, '--start-timeout-ms', '50']);
    expect(expired).toMatchObject({ code: 1, stderr: expect.stringContaining('(expired)') });
  });

  test.each([
    ['a payload that is no JSON', ['{x'], /^conduit: the payload is not JSON: [^\n]*\n$/],
    ['a payload file that is not there', ['@none'], /^conduit: the payload can't be read: ENOENT[^\n]*\n$/],
    [
      'a payload file of bytes',
      [`@${process.execPath}`],
      /^conduit: the payload is binary, and a command sends JSON; [^\n]*curl [^\n]*\n$/,
    ],
    ['an address that is none', ['--url', 'localhost:9100'], /^conduit: the hub's address must be a URL [^\n]*\n$/],
    ['a number that is none', ['--priority', 'high'], /^conduit: [^\n]*--priority[^\n]* from -10 to 10\.\n$/],
  ])('%s: 2', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await run(['call', 'any', 'thing', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  });

  test('no hub: 69', async () => {
    const url = `http://127.0.0.1:${await aFreePort()}`;
    expect(await run(['call', 'any', 'thing', '--url', url])).toEqual({
      code: 69,
      stdout: '',
      stderr: `conduit: no hub answers at ${url}; start one with: conduit start\n`,
    });
  });

  test('somebody who is no hub: 69, and told so', async () => {
    const site = await aSite({});
    const { code, stderr } = await run(['call', 'any', 'thing', '--url', site]);
    expect([code, stderr]).toEqual([69, `conduit: what answers at ${site} is no hub (it said 404 to /healthz); say --url\n`]);
  });

  test('no action: 2, and how to find one; one that is misspelt: 1, and what there is', async () => {
    expect(await run(['call', 'thing'])).toMatchObject({
      code: 2,
      stderr: "conduit: missing required argument 'action'; conduit services SERVICE names those of a service\n",
    });
    const { url } = await aHubProcess();
    await aWorker(url, 'llm', { register: { actions: ['chat', 'embed'] } });
    expect(await run(['call', 'llm', 'chatt', '--url', url])).toMatchObject({
      code: 1,
      stderr: 'conduit: "llm" does not offer "chatt", but chat, embed (action_not_found)\n',
    });
  });

  test('interrupted, and the worker stopped: 130; interrupted twice: 130 at once', async () => {
    const { url } = await aHubProcess();
    const worker = await aWorker(url, 'slow');
    const call = command(['call', 'slow', 'work', '--url', url]);
    const { request_id, attempt } = await worker.next('request');
    call.signal('SIGINT');
    expect(await worker.next('cancel')).toMatchObject({ request_id, reason: 'interrupted' });
    worker.say('error', { request_id, attempt, error: { code: 'cancelled', message: 'stopped' } });
    expect(await call.finished()).toMatchObject({ code: 130, stderr: expect.stringContaining('cancelling…') });

    const hasty = command(['call', 'slow', 'work', '--url', url]);
    await worker.next('request', (body) => body.request_id !== request_id);
    hasty.signal('SIGINT');
    await hasty.printed('cancelling…');
    hasty.signal('SIGINT');
    expect((await hasty.finished()).code).toBe(130);
  });
});

test('a call survives a hub that is killed and comes back', async () => {
  const hub = await aHubProcess();
  const register = { instance_id: 'slow-1' };
  const first = await aWorker(hub.url, 'slow', { register });
  const call = command(['call', 'slow', 'work', '--json', '--url', hub.url]);
  const { request_id } = await first.next('request');
  await first.ok('chunk', { request_id, attempt: 1, n: 1, data: 'before ' });
  await call.printed('before ');
  first.close();
  await hub.kill('SIGKILL');
  await call.printed('the connection is gone');
  await hub.start();
  const in_flight = [{ request_id, attempt: 1 }];
  const second = await aWorker(hub.url, 'slow', { register: { ...register, in_flight } });
  await second.ok('chunk', { request_id, attempt: 1, n: 2, data: 'after' });
  await second.ok('result', { request_id, attempt: 1, n: 3, result: 'done' });
  const { code, stdout } = await call.finished();
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(events.at(-1)).toMatchObject({ event: 'result', result: 'done', attempt: 1 });
  expect(
    events
      .filter(({ event }) => event === 'chunk')
      .map(({ data }) => data)
      .join(''),
  ).toBe('before after');
});

test('a call to a hub that restarts and has kept nothing says so', async () => {
  const hub = await aHubProcess({ args: ['--memory'] });
  const worker = await aWorker(hub.url, 'slow');
  const call = command(['call', 'slow', 'work', '--url', hub.url]);
  await worker.next('request');
  // Killed before this it would never have answered, and the call would rightly send again.
  await call.printed('accepted');
  worker.close();
  await hub.kill('SIGKILL');
  await hub.start();
  expect(await call.finished()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('had kept nothing') });
});
