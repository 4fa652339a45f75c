/** `conduit dispatch` as people and supervisors run it: secrets by variable, a drain on SIGTERM, and four processes of uvicorn behind it. */

import { expect, test } from 'vitest';
import { aPython } from '../python/python.ts';
import { command, run } from '../support/command.ts';
import { anHttpTarget, json } from '../support/http-target.ts';
import { aFreePort, aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName } from '../support/peer.ts';
import { aGate } from '../support/sdk.ts';

const hub = aHubForThisFile();

test('a header takes its secret from a variable, which nothing prints', async () => {
  const to = aName('gpu');
  const target = await anHttpTarget(({ request, response }) => json(response, request.headers.authorization));
  const env = { CONDUIT_URL: hub.url, GPU_KEY: 's3cret' };
  const args = ['dispatch', to, '--to', target.url, '--header'];
  const dispatcher = command([...args, `Authorization: Bearer \${GPU_KEY}`], { env });
  await dispatcher.printed(`${to} serves`);
  const client = await aClient(hub.url);
  expect((await client.finish({ to, action: 'any' })).body.result).toBe('Bearer s3cret');
  expect(dispatcher.stdout + dispatcher.stderr).not.toContain('s3cret');

  const unset = await run([...args, `Authorization: Bearer \${NO_SUCH_KEY}`], { env });
  expect([unset.code, unset.stderr]).toEqual([
    2,
    'conduit: the header Authorization needs the variable NO_SUCH_KEY, which is not set\n',
  ]);
  const broken = await run([...args, `X: \${GPU_KEY}`], { env: { ...env, GPU_KEY: 's3cret\nY: z' } });
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('a line break perhaps')]);
  expect(broken.stderr).not.toContain('s3cret');
});

test('on SIGTERM it finishes what it holds, and leaves with 0', async () => {
  const to = aName('gpu');
  const gate = aGate();
  const asked = aGate();
  const target = await anHttpTarget(async ({ response }) => {
    asked.open();
    await gate.opened;
    json(response, 'finished');
  });
  const dispatcher = command(['dispatch', to, '--to', target.url], { env: { CONDUIT_URL: hub.url } });
  await dispatcher.printed(`${to} serves`);
  const client = await aClient(hub.url);
  const ended = client.finish({ to, action: 'any' });
  await asked.opened;
  dispatcher.signal('SIGTERM');
  await dispatcher.printed('finishing 1 before leaving');
  gate.open();
  expect((await ended).body).toMatchObject({ state: 'completed', result: 'finished' });
  expect((await dispatcher.finished()).code).toBe(0);
});

test('a target that is no address, and a hub that is none, are refused in a sentence', async () => {
  const nowhere = await run(['dispatch', 'gpu', '--to', 'nowhere']);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    2,
    expect.stringMatching(/^conduit: a target must be an address such as .*"nowhere"\n$/),
  ]);
  expect((await run(['dispatch', 'gpu', '--to', 'http://127.0.0.1:1', '--url', 'nowhere'])).code).toBe(2);
});

test('four processes of uvicorn share the requests, and one that nobody waits for any more is stopped', async () => {
  const to = aName('llm');
  const port = await aFreePort();
  const api = aPython(['-m', 'uvicorn', 'api:app', '--workers', '4', '--port', String(port)], {
    cwd: 'examples/python-dispatcher',
  });
  await api.printed(/(?:Application startup complete[\s\S]*){4}/);
  const args = ['--to', `http://127.0.0.1:${port}/{action}`, '--concurrency', '8', '--health', '/health'];
  await command(['dispatch', to, ...args], { env: { CONDUIT_URL: hub.url } }).printed(`${to} serves`);
  const client = await aClient(hub.url);
  const ends = await Promise.all(
    Array.from({ length: 40 }, async (_, number) => await client.finish({ to, action: 'echo', payload: { number } })),
  );
  const results = ends.map(({ body }) => body.result as { payload: unknown; pid: number });
  expect(results.map(({ payload }) => payload)).toEqual(Array.from({ length: 40 }, (_, number) => ({ number })));
  expect(new Set(results.map(({ pid }) => pid)).size).toBeGreaterThan(1);

  const { request_id } = await client.ok('request', { to, action: 'generate', payload: { prompt: 'on and on', pause_s: 60 } });
  await client.next('chunk', { request_id });
  await client.ok('cancel', { request_id });
  expect((await client.end(request_id)).body.state).toBe('cancelled');
  await api.printed('nobody listens any more: stopping');
});
