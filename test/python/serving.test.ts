/** A service in Python does what one in TypeScript does: steps, streams, results, errors, cancels, children, and leaving in order. */

import { Server } from 'socket.io';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { folded } from '../support/folded.ts';
import { aHubForThisFile, aHubProcess } from '../support/hub-process.ts';
import { aClient, aName } from '../support/peer.ts';
import { aScriptedHub } from '../support/scripted-hub.ts';
import { aPython, aPythonWorker } from './python.ts';

const hub = aHubForThisFile();
const pixels = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 256));
const reversed = Buffer.from([...pixels].reverse());
const payload = { words: ['Grüße', 'aus', 'Python', '🐍'], pixels };

test('steps, their results and errors, chunks and binary results arrive as they were said', async () => {
  const to = aName('painter');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'paint', payload });
  const { body } = await client.end(request_id);
  expect(body.result).toEqual({ picture: reversed, text: 'Grüße aus Python 🐍' });
  const fold = folded(client.events(request_id), 'assigned');
  expect(fold.tasks).toEqual({
    read: { state: 'completed', title: 'Reading', weight: 1, result: { words: 4 } },
    paint: { state: 'completed', weight: 3, result: reversed },
    varnish: { state: 'failed', weight: 1, error: expect.objectContaining({ code: 'task_failed', message: 'no varnish left' }) },
    frame: { state: 'skipped', weight: 1 },
    sign: { state: 'completed', title: 'Signing', weight: 0.5 },
  });
  expect(fold.streams).toEqual({
    text: { mode: 'append', chunks: 4, data: ['Grüße ', 'aus ', 'Python ', '🐍 '] },
    pixels: { mode: 'append', chunks: 1, data: [pixels] },
  });
  const progress = client.all('progress', request_id).map(({ body: { task_id, progress: fraction } }) => [task_id, fraction]);
  expect(progress).toContainEqual(['read', 1]);
  expect(progress).toContainEqual(['paint', 0.75]);
});

test('a plain handler does the same from its thread', async () => {
  const to = aName('painter');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'paint-plainly', payload });
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'painted' });
  const fold = folded(client.events(request_id), 'assigned');
  expect(fold.tasks).toMatchObject({ read: { result: { words: 4 } }, paint: { weight: 3, result: reversed } });
  expect(fold.streams['items']).toEqual({ mode: 'items', chunks: 1, data: [{ stroke: 1 }] });
});

test.each([
  ['count', { number: 0 }],
  ['count-on-the-loop', '0'],
])('what the generator of "%s" yields is streamed, and what it gives in the end is the result', async (action, first) => {
  const to = aName('counter');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action, payload: { to: 500 } });
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: { count: 500 } });
  const [stream] = Object.values(folded(client.events(request_id), 'assigned').streams);
  expect(stream?.data[0]).toEqual(first);
  if (action === 'count') expect(stream?.data).toEqual(Array.from({ length: 500 }, (_, number) => ({ number })));
  else expect(stream?.data.join('')).toBe(Array.from({ length: 500 }, (_, number) => number).join(''));
});

test('actions are published with what the decorator says, and a payload that does not fit is refused', async () => {
  const to = aName('painter');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { services } = await client.ok('services', {});
  const service = services.find(({ name }) => name === to);
  expect(service?.providers[0]).toMatchObject({ capacity: 4, instance_id: expect.any(String) });
  expect(service?.actions).toContainEqual(
    expect.objectContaining({ name: 'paint', description: 'Reads words and paints', input: expect.any(Object) }),
  );
  expect(service?.actions).toContainEqual({ name: 'count', description: 'Yields numbers, and returns how many.' });
  expect(await client.refusal('request', { to, action: 'paint', payload: {} })).toMatchObject({ code: 'invalid_payload' });
});

test.each([
  ['own words', { code: 'page_not_found', message: 'there is nothing there', retryable: true, details: { status: 404 } }],
  ['a bug', { code: 'provider_error', message: "KeyError: 'colour'", retryable: false }],
  ['exit', { code: 'provider_error', message: 'SystemExit: 3', retryable: false }],
])('an exception ends the request as an error (%s), and the next one is served', async (kind, error) => {
  const to = aName('failing');
  const worker = await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  expect((await client.finish({ to, action: 'fail', payload: kind })).body).toMatchObject({ state: 'failed', error });
  expect((await client.finish({ to, action: 'about' })).body).toMatchObject({ result: { pid: worker.pid } });
  // What a service did not mean to raise stands in its log.
  expect(worker.output.includes('Traceback')).toBe(kind !== 'own words');
});

test.each([
  ['object', { code: 'provider_error', message: expect.stringContaining('result.when is a object') }],
  ['not a number', { code: 'provider_error', message: expect.stringContaining('result[1] is nan') }],
  ['large', { code: 'payload_too_large', details: { limit: 'max_message_bytes' } }],
])('a result that can not be sent (%s) is an error that says so', async (kind, error) => {
  const to = aName('nonsense');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  expect((await client.finish({ to, action: 'return-nonsense', payload: kind })).body).toMatchObject({ state: 'failed', error });
});

test("a task's result that is too large is the task's error, and the request goes on", async () => {
  const to = aName('nonsense');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'return-nonsense', payload: 'large task' });
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'the rest is fine' });
  expect(await client.next('task_error', { request_id })).toMatchObject({ error: { code: 'payload_too_large' } });
});

test.each([
  ['wait', 'wait was cancelled True'],
  ['wait-plainly', 'wait-plainly was cancelled: enough'],
])('a cancel reaches the handler of "%s", and its place is free again', async (action, printed) => {
  const to = aName('patient');
  const worker = await aPythonWorker(hub.url, to, { CAPACITY: '1' });
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action });
  await client.next('progress', { request_id });
  expect(await client.ok('cancel', { request_id, reason: 'enough' })).toMatchObject({ outcome: 'requested' });
  expect((await client.end(request_id)).body).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
  await worker.printed(printed);
  expect((await client.finish({ to, action: 'about' })).body).toMatchObject({ state: 'completed', attempt: 1 });
});

test.each(['parent', 'parent-plainly'])('"%s" sends a request as part of its own, and hears it to its end', async (action) => {
  const to = aName('family');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  const inner = { action: 'about', payload: null };
  const { request_id } = await client.ok('request', { to, action, payload: inner, trace });
  const { body } = await client.end(request_id);
  expect(body).toMatchObject({ state: 'completed', result: { result: { action: 'about', trace } } });
  const { child, heard } = body.result as { child: string; heard: string[] };
  expect([heard[0], heard.at(-1)]).toEqual(['status', 'result']);
  expect((await client.ok('get', { request_id: child })).request.parent).toMatchObject({ request_id });
  // A child that fails is the parent's own failure, unless it catches it.
  const failing = await client.finish({ to, action, payload: { action: 'fail', payload: 'own words' } });
  expect(failing.body).toMatchObject({ state: 'failed', error: { code: 'page_not_found' } });
});

test.each(['parent', 'parent-plainly'])('the children of "%s" are cancelled with it', async (action) => {
  const to = aName('family');
  const worker = await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action, payload: { action: 'wait-plainly', payload: null } });
  const child = async (): Promise<string | undefined> =>
    (await client.ok('get', { request_id })).request.children?.[0] ?? (await child());
  await client.ok('watch', { request_id: String(await child()) });
  await client.next(['running', 'progress'], { request_id: String(await child()) });
  await client.ok('cancel', { request_id });
  expect((await client.end(request_id)).body.state).toBe('cancelled');
  await worker.printed('wait-plainly was cancelled: parent_ended');
});

test('SIGTERM: nothing new is taken, what is held is finished, and the process ends with 0', async () => {
  const to = aName('leaving');
  const leaving = await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'block', payload: { seconds: 1 } });
  await client.next('progress', { request_id });
  const staying = await aPythonWorker(hub.url, to);
  leaving.kill('SIGTERM');
  await leaving.printed('finishing what is held');
  for (let number = 0; number < 3; number += 1) {
    expect((await client.finish({ to, action: 'about' })).body).toMatchObject({ result: { pid: staying.pid } });
  }
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 1, result: { slept: 1 } });
  expect(await leaving.ended()).toBe(0);
});

test('what does not finish in time is handed to another worker', async () => {
  const to = aName('leaving');
  const leaving = await aPythonWorker(hub.url, to, { DRAIN_MS: '300' });
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'block', payload: { seconds: 3 } });
  await client.next('progress', { request_id });
  // At once: while another worker starts, a busy machine would finish the request.
  leaving.kill('SIGTERM');
  expect(await leaving.ended()).toBe(0);
  expect(leaving.output).toContain('leaving with 1 requests unfinished');
  await aPythonWorker(hub.url, to);
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
});

test('a second signal ends the process at once', async () => {
  const to = aName('leaving');
  const worker = await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'block', payload: { seconds: 30 } });
  await client.next('progress', { request_id });
  worker.kill('SIGINT');
  await worker.printed('finishing what is held');
  worker.kill('SIGTERM');
  expect(await worker.ended()).toBe(null);
});

test('a registration that the hub refuses is one sentence, and the process ends with 1', async () => {
  const program = `from conduit import Service
service = Service("refused")
service.action("go", input={"type": "string", "pattern": "(?=a)"})(lambda payload: payload)
service.run()`;
  const worker = aPython(['-c', program], { env: { CONDUIT_URL: hub.url } });
  expect(await worker.ended()).toBe(1);
  expect(worker.output).toMatch(/^the hub refuses this worker of "refused": .*\(invalid_message\)\n$/);
});

test('a registration that is put off is said once, and tried until it is taken', async () => {
  const scripted = await aScriptedHub();
  closing(async () => await scripted.hub.close());
  const full = { code: 'store_unavailable', message: 'the disk is full', retryable: true, details: { retry_after_ms: 10 } };
  scripted.hub.refusals.push(full, full);
  const worker = await aPythonWorker(scripted.url, 'patient');
  expect(scripted.hub.registrations.filter(({ type }) => type === 'service')).toHaveLength(3);
  expect(worker.output.match(/patient can't be registered yet, and goes on trying: the disk is full/g)).toHaveLength(1);
});

test('a worker that an operator drains finishes what it holds, leaves, and ends with 0', async () => {
  const to = aName('leaving');
  const worker = await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id, provider } = await client.ok('request', { to, action: 'block', payload: { seconds: 1 } });
  await client.next('progress', { request_id });
  const answer = await fetch(`${hub.url}/api/v1/providers/${provider?.session_id}/drain`, { method: 'POST' });
  expect(answer.ok).toBe(true);
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 1, result: { slept: 1 } });
  expect(await worker.ended()).toBe(0);
});

test('of two processes with one instance_id the newer serves, and the older ends with a sentence', async () => {
  const to = aName('twin');
  const older = await aPythonWorker(hub.url, to, { INSTANCE: to });
  const newer = await aPythonWorker(hub.url, to, { INSTANCE: to });
  expect(await older.ended()).toBe(1);
  expect(older.output).toMatch(/the hub refuses this worker of "twin-\w+": .*\(instance_replaced\)\n$/);
  const client = await aClient(hub.url);
  expect((await client.finish({ to, action: 'about' })).body).toMatchObject({ result: { pid: newer.pid } });
});

test('a token that is refused is one sentence; one that is read by a function is read for each connection', async () => {
  const shown: unknown[] = [];
  const registrations: Readonly<Record<string, unknown>>[] = [];
  let isBack: () => void = () => undefined;
  const back = new Promise<void>((resolve) => {
    isBack = resolve;
  });
  const server = new Server(0);
  closing(async () => await server.close());
  // What a hub with tokens says in the handshake.
  server.use((socket, next) => {
    const { token } = socket.handshake.auth;
    shown.push(token);
    const data = { code: 'unauthenticated', message: 'this token is not known', retryable: false };
    next(String(token).startsWith('good') ? undefined : Object.assign(new Error(data.message), { data }));
  });
  server.on('connection', (socket) => {
    socket.on('register', (registration, acknowledge) => {
      registrations.push(registration);
      acknowledge({ ok: true, session_id: 'session', session_token: `token ${registrations.length}`, epoch: '1', limits: {} });
      if (registrations.length === 2) socket.disconnect(true);
      if (registrations.length === 4) isBack();
    });
  });
  const address = server.httpServer.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const refused = aPython(['test/python/worker.py', 'refused'], { env: { CONDUIT_URL: url, CONDUIT_TOKEN: 'bad' } });
  expect(await refused.ended()).toBe(1);
  expect(refused.output).toBe('the hub refuses this worker of "refused": this token is not known (unauthenticated)\n');
  const program = `import itertools
from conduit import Service
numbers = itertools.count(1)
service = Service("welcome", token=lambda: f"good {next(numbers)}")
service.action("go")(lambda: None)
service.run()`;
  const welcome = aPython(['-c', program], { env: { CONDUIT_URL: url } });
  await welcome.printed('finding the way back');
  await back;
  expect(shown).toEqual(['bad', 'good 1', 'good 2']);
  expect(registrations[2]).toMatchObject({ type: 'client', resume: { session_id: 'session', session_token: 'token 2' } });
});

const blockedS = process.env['CONDUIT_LONG'] === '1' ? 60 : 26;

test(`a handler that blocks for ${blockedS} s, longer than any heartbeat waits, keeps its connection and its request`, async () => {
  const to = aName('blocking');
  const own = await aHubProcess();
  const worker = await aPythonWorker(own.url, to);
  const client = await aClient(own.url);
  const { request_id } = await client.ok('request', { to, action: 'block', payload: { seconds: blockedS } });
  await client.next('progress', { request_id });
  // Others are served meanwhile.
  expect((await client.finish({ to, action: 'about' })).body).toMatchObject({ result: { pid: worker.pid } });
  const end = await new Promise<unknown>((resolve) => client.socket.on('result', resolve));
  expect(end).toMatchObject({ state: 'completed', attempt: 1, result: { slept: blockedS } });
  expect(worker.output).not.toContain('connection');
}, 90_000);
