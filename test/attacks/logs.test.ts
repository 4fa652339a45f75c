/** A marker stands wherever a secret or somebody's data can stand, in every event and every call, and the whole log of a hub is searched for it. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/command.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aPeer, type Peer } from '../support/peer.ts';
import { expectNoSecrets, inQuery, keepSecret } from '../support/secrets.ts';

const marker = 'canary-0f9d2b61';

/** Says it with an acknowledgement and without one; what becomes of it does not matter here. */
async function say(peer: Peer, event: string, body: unknown): Promise<void> {
  peer.say(event, body);
  await peer.call(event, body);
}

test('of tokens, headers, queries, payloads, results, chunks, errors, texts and tags nothing is logged, at trace either', async () => {
  const hub = await aHubProcess();
  const made = await run([
    'token',
    'create',
    'ann',
    '--scope',
    'request:*',
    'provide:*',
    'admin',
    'operator',
    '--data-dir',
    hub.dataDir,
  ]);
  const token = made.stdout.trim();
  const secret = token.slice('conduit_0123456789ab_'.length);
  const options = {
    auth: { token, more: marker },
    query: { more: marker },
    extraHeaders: { 'x-more': marker, cookie: `a=${marker}` },
  };
  const worker = aPeer(hub.url, options);
  const client = aPeer(hub.url, options);
  const schema = { type: 'object', properties: { [marker]: { type: 'string', pattern: marker } } };
  await worker.ok('register', {
    ...{ type: 'service', name: 'llm', instance_id: 'w1', metadata: { marker }, more: marker },
    actions: [{ name: 'go' }, { name: 'strict', description: marker, input: schema }],
  });
  await client.ok('register', { type: 'client', name: marker });

  const error = { message: marker, details: { marker } };
  const request = { to: 'llm', action: 'go', payload: { marker }, tags: [marker], trace: { traceparent: marker } };
  for (const [event, body] of [
    ['result', { result: { marker } }],
    ['error', { error }],
    ['reject', { reason: marker }],
  ] as const) {
    const { request_id } = await client.ok('request', request);
    await worker.next('request', { request_id });
    await say(client, 'watch', { request_id, after_seq: 0, epoch: marker });
    await say(worker, 'tasks', { request_id, tasks: [{ task_id: 'a', title: marker }, { task_id: 'b' }] });
    await say(worker, 'progress', { request_id, task_id: 'a', progress: 0.5, unit: marker, message: marker });
    await say(worker, 'chunk', { request_id, data: marker });
    await say(worker, 'chunk', { request_id, stream: 'bytes', data: Buffer.from(marker) });
    await say(worker, 'task_result', { request_id, task_id: 'a', result: marker });
    await say(worker, 'task_error', { request_id, task_id: 'b', error });
    await say(worker, event, { request_id, ...body });
    await say(client, 'get', { request_id, include: ['payload', 'result', 'streams'] });
    await say(client, 'cancel', { request_id, reason: marker });
    await say(client, 'unwatch', { request_id });
  }
  // What is refused, at every depth.
  await say(client, 'request', { ...request, action: 'strict', payload: { [marker]: 7 } });
  await say(client, 'request', { ...request, to: marker });
  await say(client, 'request', { ...request, to: `${marker} ${marker}` });
  await say(client, marker, { marker });
  await say(client, 'get', { request_id: marker, include: [marker] });
  await say(client, 'register', { type: marker });
  await say(client, 'register', { type: 'client', resume: { session_id: marker, session_token: marker } });
  await say(worker, 'register', {
    type: 'service',
    name: 'other',
    actions: [{ name: 'go', input: { $ref: `https://${marker}/` } }],
  });
  await say(client, 'services', { watch: marker });
  await say(worker, 'drain', { name: marker });
  await say(client, 'request', [marker]);
  const broken = aPeer(hub.url, { ...options, reconnection: false });
  await broken.ok('services', {});
  broken.raw(`42["request",{"to":"${marker}`);
  await broken.disconnected();

  const call = async (path: string, init: RequestInit = {}): Promise<void> => {
    const headers = { Authorization: `Bearer ${token}`, 'x-more': marker, ...init.headers };
    await (await fetch(`${hub.url}/api/v1${path}`, { ...init, headers })).arrayBuffer();
  };
  const { paths } = (await (await fetch(`${hub.url}/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
  for (const [path, methods] of Object.entries(paths)) {
    const named = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, marker);
    for (const method of Object.keys(methods)) {
      const body = method === 'post' ? { body: `{"to":"llm","payload":"${marker}` } : {};
      for (const type of ['application/json', marker]) {
        const headers = { 'Content-Type': type, Prefer: marker, 'Idempotency-Key': marker, 'Last-Event-ID': marker };
        await call(`${named}?more=${marker}`, { method: method.toUpperCase(), headers, ...body });
      }
    }
  }
  const json = { 'Content-Type': 'application/json' };
  await call('/requests', { method: 'POST', headers: { ...json, 'Idempotency-Key': marker }, body: JSON.stringify(request) });
  await call('/services', { headers: { Authorization: `Bearer ${marker}` } });
  await call('/services', { headers: { Authorization: `Basic ${marker}` } });
  await call(`/services?token=${marker}`);

  // A file of tokens that somebody broke, with what he may have pasted into it.
  writeFileSync(join(hub.dataDir, 'tokens.json'), `{"tokens": [${marker}`);
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!hub.output.includes('the tokens can not be read')) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
  await hub.kill('SIGTERM');
  expect(hub.output).toContain('the hub leaves');
  expect(hub.output).not.toContain(marker);
  expect(hub.output).not.toContain(secret);
  expect(hub.output).not.toContain(Buffer.from(marker).toString('base64'));
}, 60_000);

test('whatever a hub of these tests has logged is searched when it is closed', () => {
  keepSecret({ payload: { list: ['a payload of this test'] }, error: { details: { of: 'details of this test' } } });
  const uuid = crypto.randomUUID();
  const leaks = [
    ...['a payload of this test', 'details of this test', inQuery],
    ...[`conduit_0123456789ab_${'x'.repeat(43)}`, `${uuid}.17.${'x'.repeat(43)}`, 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'],
  ];
  for (const leak of leaks) expect(() => expectNoSecrets(`{"msg":"said ${leak}"}`), leak).toThrow('a log of a hub holds');
  expectNoSecrets(`{"msg":"the request ${uuid} of token 0123456789ab ended"}`);
});
