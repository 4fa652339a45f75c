/** Attacks by texts that are shown to somebody else: on a terminal, in a page, in a log. */

import { expect, test } from 'vitest';
import { anAttackedHub } from '../support/attacked-hub.ts';
import { run } from '../support/command.ts';
import { aClient, aName, aWorker } from '../support/peer.ts';

const hub = anAttackedHub({ args: ['--log-level', 'debug'] });

/** Markup, an escape that clears the screen, one of a single byte, a title, a null, a new line, and text that runs backwards. */
const evil =
  '<script>alert(1)</script>\u001b[2J\u009b31m\u001b]0;owned\u0007\u0000\r\n{"level":"fatal","msg":"forged"}\u202e\u2028';

/** A request whose every text is evil. */
async function anEvilRequest(): Promise<{ readonly service: string; readonly request_id: string }> {
  const service = aName('evil');
  const worker = await aWorker(hub.url, service, {
    register: { actions: [{ name: 'go', description: evil }], metadata: { [evil]: evil } },
  });
  const client = await aClient(hub.url);
  await client.ok('register', { type: 'client', name: evil });
  const { request_id } = await client.ok('request', { to: service, action: 'go', payload: { [evil]: evil }, tags: [evil] });
  const { attempt } = await worker.next('request');
  const stamp = { request_id, attempt };
  await worker.ok('tasks', { ...stamp, tasks: [{ task_id: 'a', title: evil }] });
  await worker.ok('progress', { ...stamp, task_id: 'a', progress: 0.5, message: evil, unit: evil });
  await worker.ok('chunk', { ...stamp, data: evil });
  await worker.ok('task_error', { ...stamp, task_id: 'a', error: { message: evil } });
  const ended = client.end(request_id);
  await worker.ok('error', { ...stamp, error: { code: 'mine', message: evil, details: { [evil]: evil } } });
  expect((await ended).body.error?.message).toBe(evil);
  return { service, request_id };
}

test('texts come back as they are, as JSON that no browser takes for a page', async () => {
  const { service, request_id } = await anEvilRequest();
  for (const path of [
    `requests/${request_id}`,
    `requests/${request_id}/payload`,
    `requests/${request_id}/events`,
    'clients',
    `services/${service}`,
  ]) {
    const answer = await fetch(`${hub.url}/api/v1/${path}`);
    expect(answer.headers.get('content-type'), path).toMatch(/^application\/json/);
    expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff');
    const text = await answer.text();
    expect(text, path).toContain('<script>');
    expect(JSON.stringify(JSON.parse(text)), path).toContain('\\u001b[2J');
  }
});

test('a stream of events has as many lines as it would have without them', async () => {
  const { request_id } = await anEvilRequest();
  const answer = await fetch(`${hub.url}/api/v1/requests/${request_id}/events`, { headers: { accept: 'text/event-stream' } });
  for (const line of (await answer.text()).split(/\r\n|\r|\n/)) expect(line).toMatch(/^$|^(event|id|data|retry): |^:/);
});

test('a result that is markup is bytes to a browser, never a page of the hub', async () => {
  const service = aName('markup');
  const worker = await aWorker(hub.url, service);
  const client = await aClient(hub.url);
  for (const result of [evil, Buffer.from(evil), { mime: 'text/html', page: Buffer.from(evil) }]) {
    const { request_id } = await client.ok('request', { to: service, action: 'go' });
    const { attempt } = await worker.next('request', { request_id });
    await worker.ok('result', { request_id, attempt, result });
    const answer = await fetch(`${hub.url}/api/v1/requests/${request_id}/result`);
    expect(answer.headers.get('content-type')).not.toMatch(/html|svg|xml|javascript/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    await answer.body?.cancel();
  }
});

test('the command line shows them and does nothing of what they say', async () => {
  const { service, request_id } = await anEvilRequest();
  for (const args of [
    ['requests'],
    ['requests', '--text', service],
    ['watch', request_id],
    ['services'],
    ['services', service],
  ]) {
    const piped = await run([...args, '--url', hub.url]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    expect(piped.stdout + piped.stderr, args.join(' ')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
  }
  const { stdout } = await run(['watch', request_id, '--url', hub.url], { terminal: { columns: 80, rows: 24 } });
  // Of its own it moves up, clears lines, and colours.
  for (const sequence of stdout.split('\u001b').slice(1)) expect(sequence).toMatch(/^\[(?:\d+A|J|K|\d+m|\?25[hl])/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  expect(stdout).not.toMatch(/[\u0000-\u0007\u0080-\u009f\u202e]/);
}, 120_000);

test('the log stays lines of its own, whatever names, origins and paths say', async () => {
  const client = await aClient(hub.url);
  await client.refusal('request', { to: evil, action: 'go' });
  await client.refusal(evil, {});
  for (const path of ['/%1b%5b2J%0a%7b%7d', '/%00', '/<script>alert(1)</script>', '/%0d%0a%0d%0aforged'])
    await fetch(hub.url + path);
  for (const origin of ['https://evil.example/\u001b[2J', '{"level":"fatal"}', '<script>']) {
    await hub.answerTo(`GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nConnection: close\r\n\r\n`);
  }
  await anEvilRequest();
  const { output } = hub.process;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
  expect(output).not.toContain('<script>');
  const logged = output.split('\n').filter((line) => line.includes('"level"'));
  expect(logged.length).toBeGreaterThan(0);
  for (const line of logged) expect(JSON.parse(line)).not.toHaveProperty('level', 'fatal');
});
