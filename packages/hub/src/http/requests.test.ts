import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from '../contract/api.ts';
import { Asked, identities } from '../testing/asked.ts';

const scopes = {
  'ann-acme': ['request:*', 'provide:*'],
  'bob-acme': ['request:*', 'observe:crop'],
  'eve-acme': ['request:*'],
  'root-acme': ['admin'],
  'mallory-evil': ['request:*', 'provide:*', 'observe:*', 'admin', 'operator'],
};

let asked: Asked;
let worker: Socket;
const handed: { request_id: string; payload: unknown }[] = [];
let onHanded: () => void = () => undefined;

beforeEach(async () => {
  handed.splice(0);
  asked = await Asked.serve({ authenticate: identities(scopes) });
  worker = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  for (const name of ['resize', 'crop']) await worker.emitWithAck('register', { type: 'service', name });
  worker.on('request', (body) => {
    handed.push(body);
    onHanded();
  });
});
afterEach(() => asked.hub.close());

async function send(token: string, message: Record<string, unknown> = {}): Promise<string> {
  const client = await asked.hub.connect({ auth: { token } });
  const arrived = new Promise<void>((resolve) => {
    onHanded = resolve;
  });
  const { request_id } = await client.emitWithAck('request', { to: 'resize', action: 'thumbnail', ...message });
  await arrived;
  return request_id;
}

async function finish(requestId: string, result?: unknown): Promise<void> {
  expect(await worker.emitWithAck('result', { request_id: requestId, result })).toEqual({ ok: true });
}

async function listed(query: string, token = 'ann-acme'): Promise<string[]> {
  const { status, json } = await asked.ask(`/requests${query}`, { token });
  expect(status).toBe(200);
  return answers.requests.parse(json).requests.map(({ request_id }) => request_id);
}

test('requests are listed newest first, open and ended, by whatever they are filtered by', async () => {
  const one = await send('ann-acme', { tags: ['red'] });
  const two = await send('ann-acme', { to: 'crop', action: 'square' });
  const three = await send('bob-acme', { to: 'crop', tags: ['red', 'big'] });
  await finish(one);
  await asked.hub.clock.advance(1_000);
  const four = await send('ann-acme');
  expect(await listed('', 'root-acme')).toEqual([four, three, two, one]);
  expect(await listed('?state=completed')).toEqual([one]);
  expect(await listed('?state=assigned,completed')).toEqual([four, two, one]);
  expect(await listed('?state=running')).toEqual([]);
  expect(await listed('?service=crop&action=square')).toEqual([two]);
  expect(await listed('?tag=red', 'root-acme')).toEqual([three, one]);
  expect(await listed('?requester=bob', 'root-acme')).toEqual([three]);
  expect(await listed(`?since=${asked.hub.clock.now()}`)).toEqual([four]);
  expect(await listed(`?until=${new Date(asked.hub.clock.now()).toISOString()}`)).toEqual([two, one]);
  expect(await listed('?min_duration_ms=1000')).toEqual([two]);
  expect(await listed('?text=squ')).toEqual([two]);
  expect(await listed(`?text=${two}`)).toEqual([two]);
});

test('what failed with an error, and what is silent, is found; a list tells what a request works on', async () => {
  const failed = await send('ann-acme');
  const error = { code: 'no_ink', message: 'there is no ink' };
  await worker.emitWithAck('error', { request_id: failed, error });
  const silent = await send('ann-acme');
  await worker.emitWithAck('tasks', { request_id: silent, tasks: [{ task_id: 'read', title: 'Read' }, { task_id: 'draw' }] });
  await worker.emitWithAck('progress', { request_id: silent, task_id: 'read', progress: 0.5, message: 'half of it' });
  const tells = async () => answers.requests.parse((await asked.ask('/requests?state=running', { token: 'ann-acme' })).json);
  expect((await tells()).requests[0]?.live.task).toEqual({ task_id: 'read', title: 'Read', message: 'half of it' });
  await worker.emitWithAck('progress', { request_id: silent, task_id: 'draw' });
  expect((await tells()).requests[0]?.live.task).toEqual({ task_id: 'draw' });
  expect(await listed('?stalled=true')).toEqual([]);
  await asked.hub.clock.advance(31_000);
  expect(await listed('?stalled=true')).toEqual([silent]);
  expect(await listed('?error=no_ink')).toEqual([failed]);
  expect(await listed('?error=no_ink&state=expired')).toEqual([]);
  for (const query of ['stalled=no', 'min_duration_ms=soon']) {
    expect((await asked.ask(`/requests?${query}`, { token: 'ann-acme' })).status).toBe(400);
  }
});

test('a list comes in pages, and a cursor goes on where one ended', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.unshift(await send('ann-acme'));
  const first = answers.requests.parse((await asked.ask('/requests?limit=2', { token: 'ann-acme' })).json);
  expect(first.requests.map((one) => one.request_id)).toEqual(ids.slice(0, 2));
  // What comes or ends meanwhile moves nothing.
  await finish(ids[1] as string);
  await send('ann-acme');
  const second = answers.requests.parse(
    (await asked.ask(`/requests?limit=3&cursor=${first.next_cursor}`, { token: 'ann-acme' })).json,
  );
  expect(second.requests.map((one) => one.request_id)).toEqual(ids.slice(2));
  expect(second.next_cursor).toBeUndefined();
});

test('each sees its own and what it may observe, and nobody another tenant', async () => {
  const own = await send('eve-acme');
  const crop = await send('eve-acme', { to: 'crop' });
  expect(await listed('', 'eve-acme')).toEqual([crop, own]);
  expect(await listed('', 'bob-acme')).toEqual([crop]);
  expect(await listed('', 'root-acme')).toEqual([crop, own]);
  expect(await listed('', 'mallory-evil')).toEqual([]);
  expect(await listed(`?text=${own}`, 'mallory-evil')).toEqual([]);
  const never = '00000000-0000-7000-8000-000000000000';
  for (const token of ['bob-acme', 'mallory-evil']) {
    for (const what of ['', '/tasks', '/progress', '/result', '/payload']) {
      const refused = await asked.ask(`/requests/${own}${what}`, { token });
      const unknown = await asked.ask(`/requests/${never}${what}`, { token });
      expect(refused.status, what).toBe(404);
      expect(refused.text).toBe(unknown.text.replace(never, own));
      expect([...refused.headers]).toEqual([...unknown.headers]);
    }
  }
});

test('a request is shown as `get` shows it, with its tasks and its progress', async () => {
  const id = await send('ann-acme', { payload: { width: 10 } });
  await worker.emitWithAck('tasks', { request_id: id, tasks: [{ task_id: 'read', title: 'Read' }, { task_id: 'draw' }] });
  await worker.emitWithAck('task_result', { request_id: id, task_id: 'read', result: [1] });
  await worker.emitWithAck('progress', { request_id: id, task_id: 'draw', progress: 0.5 });
  const client = await asked.hub.connect({ auth: { token: 'ann-acme' } });
  const { json } = await asked.ask(`/requests/${id}?include=payload`, { token: 'ann-acme' });
  expect((await client.emitWithAck('get', { request_id: id, include: ['payload'] })).request).toEqual(json);
  expect(answers.request.parse(json)).toMatchObject({ payload: { width: 10 }, state: 'running', overall: 0.75 });
  const tasks = answers.tasks.parse((await asked.ask(`/requests/${id}/tasks`, { token: 'ann-acme' })).json);
  expect(tasks.tasks).toMatchObject([
    { task_id: 'read', result: [1] },
    { task_id: 'draw', state: 'running' },
  ]);
  const progress = answers.progress.parse((await asked.ask(`/requests/${id}/progress`, { token: 'ann-acme' })).json);
  expect(progress).toMatchObject({
    state: 'running',
    overall: 0.75,
    tasks: [
      { task_id: 'read', title: 'Read', state: 'completed' },
      { task_id: 'draw', state: 'running', progress: { progress: 0.5 } },
    ],
  });
});

test('a result is there once the request has completed, as JSON or as the bytes that it is', async () => {
  const json = await send('ann-acme', { payload: 'text' });
  const open = await asked.ask(`/requests/${json}/result`, { token: 'ann-acme' });
  expect([open.status, answers.request.parse(open.json).state]).toEqual([202, 'assigned']);
  await finish(json, { bytes: Buffer.from('hi'), size: 3 });
  const done = await asked.ask(`/requests/${json}/result`, { token: 'ann-acme' });
  expect([done.status, done.json]).toEqual([200, { bytes: { $base64: 'aGk=' }, size: 3 }]);
  expect((await asked.ask(`/requests/${json}/payload`, { token: 'ann-acme' })).json).toBe('text');

  const image = await send('ann-acme', { payload: Buffer.from([1, 2, 3]) });
  await finish(image, Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1'));
  const shown = await asked.ask(`/requests/${image}/result`, { token: 'ann-acme' });
  expect(shown.headers.get('content-type')).toBe('image/png');
  expect(shown.headers.get('content-disposition')).toBeNull();
  expect(shown.text).toContain('PNG');
  const payload = await asked.ask(`/requests/${image}/payload`, { token: 'ann-acme' });
  expect(payload.headers.get('content-type')).toBe('application/octet-stream');
  expect(payload.headers.get('content-disposition')).toBe('attachment');
  expect(payload.text).toBe('\u0001\u0002\u0003');

  const nothing = await send('ann-acme');
  await finish(nothing);
  expect((await asked.ask(`/requests/${nothing}/result`, { token: 'ann-acme' })).json).toBeNull();
});

test('a request that failed answers for its result with its error', async () => {
  const own = await send('ann-acme');
  await worker.emitWithAck('error', { request_id: own, error: { code: 'no_such_page', message: 'gone', details: { at: 1 } } });
  const { status, json } = await asked.ask(`/requests/${own}/result`, { token: 'ann-acme' });
  expect(status).toBe(502);
  expect(answers.error.parse(json)).toEqual({
    error: { code: 'no_such_page', message: 'gone', retryable: false, details: { at: 1 } },
    request_id: own,
  });
});

test.each([
  ['/requests?state=done', 'state', 'state must be one or more of queued'],
  ['/requests?state=', 'state', 'state must be one or more of queued'],
  ['/requests?limit=0', 'limit', 'limit must be a whole number from 1 to 200'],
  ['/requests?limit=1e2', 'limit', 'limit must be a whole number from 1 to 200'],
  ['/requests?limit=201', 'limit', 'limit must be a whole number from 1 to 200'],
  ['/requests?since=yesterday', 'since', 'since must be an instant such as 2026-01-02T03:04:05Z'],
  ['/requests?cursor=abc', 'cursor', 'cursor must be the next_cursor of a former answer'],
  ['/requests?service=a%20b', 'service', 'service must be a name'],
  ['/requests?service=a&service=b', 'service', 'service must be a name'],
  ['/requests?sate=queued', 'sate', 'there is no parameter "sate" here'],
  ['/requests?__proto__=x', '__proto__', 'there is no parameter "__proto__" here'],
  ['/requests/abc', 'request_id', 'request_id must be a UUID or a ULID'],
  ['/requests/abc/result', 'request_id', 'request_id must be a UUID or a ULID'],
  ['/requests/00000000-0000-7000-8000-000000000000?include=all', 'include', 'include must be one or more of payload'],
])('%s is refused, and told why', async (path, where, sentence) => {
  const { status, json } = await asked.ask(path, { token: 'ann-acme' });
  expect(status).toBe(400);
  const { error } = answers.error.parse(json);
  expect(error).toMatchObject({ code: 'invalid_message', retryable: false, details: { path: where } });
  expect(error.message).toContain(sentence);
});
