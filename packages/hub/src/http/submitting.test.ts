import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from '../contract/api.ts';
import { Asked, identities } from '../testing/asked.ts';

const scopes = {
  'ann-acme': ['request:*', 'provide:*'],
  'bob-acme': ['request:crop', 'observe:*'],
  'root-acme': ['admin', 'request:*'],
};
const token = 'ann-acme';

let asked: Asked;
let worker: Socket;
let handed: { request_id: string; payload: unknown; tags?: string[]; trace?: Record<string, string> }[];
let onHanded: (() => void)[];

beforeEach(async () => {
  handed = [];
  onHanded = [];
  asked = await Asked.serve({ authenticate: identities(scopes), limits: { maxMessageBytes: 10_000, maxDepth: 8 } });
  worker = await asked.hub.connect({ auth: { token } });
  await worker.emitWithAck('register', { type: 'service', name: 'echo' });
  worker.on('request', (body) => {
    handed.push(body);
    for (const heard of onHanded.splice(0)) heard();
    const { request_id, action, payload } = body;
    if (action === 'say') worker.emit('result', { request_id, result: payload });
    if (action === 'fail') worker.emit('error', { request_id, error: { code: 'too_hard', message: 'no' } });
  });
});
afterEach(() => asked.hub.close());

const json = { 'Content-Type': 'application/json' };

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return await asked.ask(path, { token, method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
}

async function isHanded(): Promise<void> {
  await new Promise<void>((resolve) => onHanded.push(resolve));
}

test('a request is accepted, and its location leads to it', async () => {
  const arrives = isHanded();
  const { status, json: body, headers } = await post('/requests', { to: 'echo', action: 'keep', payload: [1], tags: ['red'] });
  expect(status).toBe(202);
  const accepted = answers.accepted.parse(body);
  expect(accepted).toMatchObject({ state: 'assigned', seq: 1 });
  expect(headers.get('location')).toBe(`/api/v1/requests/${accepted.request_id}`);
  await arrives;
  expect(handed).toMatchObject([{ request_id: accepted.request_id, payload: [1], tags: ['red'] }]);
});

test('whoever prefers to wait gets the result at once, or the request where it is not there in time', async () => {
  const said = await post('/requests', { to: 'echo', action: 'say', payload: { text: 'ü' } }, { Prefer: 'wait=30' });
  expect([said.status, said.json, said.headers.get('preference-applied')]).toEqual([200, { text: 'ü' }, 'wait=30']);
  expect(said.headers.get('location')).toMatch(/^\/api\/v1\/requests\//);
  const failed = await post('/requests', { to: 'echo', action: 'fail' }, { Prefer: 'respond-async, wait=30' });
  expect(failed.status).toBe(502);
  expect(answers.error.parse(failed.json)).toMatchObject({ error: { code: 'too_hard' }, request_id: expect.any(String) });
  const arrives = isHanded();
  const late = post('/requests', { to: 'echo', action: 'keep' }, { Prefer: 'wait=2' });
  await arrives;
  const answered = late.then(({ status, json: body }) => [status, answers.request.parse(body).state]);
  asked.hub.clock.advance(2_000);
  expect(await answered).toEqual([202, 'assigned']);
});

test('a caller that goes away while it waits leaves nothing behind', async () => {
  const peers = asked.hub.router.clients({ tenant: 'acme', subject: 'root', scopes: ['admin'] }).length;
  const gone = new AbortController();
  const arrives = isHanded();
  const waiting = asked.ask('/requests', {
    token,
    method: 'POST',
    headers: { ...json, Prefer: 'wait=60' },
    body: JSON.stringify({ to: 'echo', action: 'keep' }),
    signal: gone.signal,
  });
  await arrives;
  gone.abort();
  expect((await waiting).status).toBe(202);
  expect(asked.hub.router.clients({ tenant: 'acme', subject: 'root', scopes: ['admin'] })).toHaveLength(peers);
});

test('a body may be the payload itself: bytes, a text or JSON, with the request in the query', async () => {
  const send = async (type: string | undefined, body: string | Uint8Array | null, query = 'to=echo&action=say') =>
    await asked.ask(`/requests?${query}`, {
      token,
      method: 'POST',
      headers: { Prefer: 'wait=30', ...(type === undefined ? {} : { 'Content-Type': type }) },
      body,
    });
  const bytes = await send('image/png', Buffer.from([0, 255, 7]));
  expect([bytes.status, bytes.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  expect(Buffer.from(handed.at(-1)?.payload as Uint8Array)).toEqual(Buffer.from([0, 255, 7]));
  expect((await send('text/plain; charset=utf-8', 'grüß')).json).toBe('grüß');
  expect((await send('application/json', '{"to":"x"}')).json).toEqual({ to: 'x' });
  expect((await send(undefined, null)).json).toBeNull();
  await send('application/json', '1', 'to=echo&action=say&tag=a&tag=b&priority=-3&timeout_ms=500');
  expect(handed.at(-1)).toMatchObject({ tags: ['a', 'b'] });
});

test('the same key sends once, whatever it looks like; another body under it is refused', async () => {
  const send = async (payload: unknown, key: string) =>
    await post('/requests', { to: 'echo', action: 'say', payload }, { 'Idempotency-Key': key, Prefer: 'wait=30' });
  for (const key of ['order 7/ü', '0190aaaa-0000-7000-8000-000000000001']) {
    const first = await send(1, key);
    const again = await send(1, key);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    const other = await send(2, key);
    expect([other.status, answers.error.parse(other.json).error.code]).toEqual([409, 'duplicate_request']);
  }
  expect(handed).toHaveLength(2);
  const both = await post(
    '/requests',
    { to: 'echo', action: 'say', request_id: '0190aaaa-0000-7000-8000-000000000002' },
    { 'Idempotency-Key': 'k' },
  );
  expect(both.status).toBe(400);
});

test('a request is cancelled, once', async () => {
  const arrives = isHanded();
  const { request_id } = answers.accepted.parse((await post('/requests', { to: 'echo', action: 'keep' })).json);
  await arrives;
  const told = new Promise<{ reason: string }>((resolve) => worker.once('cancel', resolve));
  const { json: body } = await post(`/requests/${request_id}/cancel`, { reason: 'enough' });
  expect(answers.cancelled.parse(body).outcome).toBe('requested');
  expect((await told).reason).toBe('enough');
  await worker.emitWithAck('error', { request_id, error: { code: 'cancelled', message: 'stopped' } });
  const again = await asked.ask(`/requests/${request_id}/cancel`, { token, method: 'POST' });
  expect(answers.cancelled.parse(again.json).outcome).toBe('already_finished');
  const { json: shown } = await asked.ask(`/requests/${request_id}/result`, { token });
  expect(answers.error.parse(shown)).toMatchObject({ error: { code: 'cancelled' }, request_id });
});

test('a request is sent again as a new one, as it was or with another payload', async () => {
  const first = await post('/requests', { to: 'echo', action: 'say', payload: 'one' }, { Prefer: 'wait=30' });
  const location = first.headers.get('location')?.replace('/api/v1', '') ?? '';
  const again = await asked.ask(`${location}/retry`, { token, method: 'POST', headers: { Prefer: 'wait=30' } });
  expect(again.json).toBe('one');
  expect(again.headers.get('location')).not.toBe(first.headers.get('location'));
  const retried = await asked.ask(again.headers.get('location')?.replace('/api/v1', '') ?? '', { token });
  expect(answers.request.parse(retried.json).retry_of).toBe(location.replace('/requests/', ''));
  expect((await post(`${location}/retry`, { payload: null }, { Prefer: 'wait=30' })).json).toBeNull();
  const observer = await asked.ask(`${location}/retry`, { token: 'bob-acme', method: 'POST' });
  const never = await asked.ask('/requests/00000000-0000-7000-8000-000000000000/retry', { token: 'bob-acme', method: 'POST' });
  expect([observer.status, never.status]).toEqual([404, 404]);
  expect(observer.text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')).toBe(
    never.text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ''),
  );
});

test('what is not allowed or not known is refused as on the socket', async () => {
  const refusals: [string, unknown, number, string][] = [
    [token, { to: 'nobody', action: 'say' }, 404, 'service_not_found'],
    ['bob-acme', { to: 'echo', action: 'say' }, 403, 'forbidden'],
    [token, { to: 'echo', action: 'say', parent: { request_id: '0190aaaa-0000-7000-8000-000000000001' } }, 409, 'not_assigned'],
  ];
  for (const [who, body, status, code] of refusals) {
    const refused = await asked.ask('/requests', { token: who, method: 'POST', headers: json, body: JSON.stringify(body) });
    expect([refused.status, answers.error.parse(refused.json).error.code]).toEqual([status, code]);
    expect(refused.headers.get('location')).toBeNull();
  }
});

const request = '{"to":"echo","action":"say"}';
test.each<
  [
    what: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string | Uint8Array },
    status: number,
    sentence: string,
  ]
>([
  ['no body', '/requests', {}, 400, 'the body must be a request'],
  [
    'a form',
    '/requests',
    { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: request },
    400,
    'with Content-Type: application/json',
  ],
  ['half a JSON', '/requests', { headers: json, body: '{"to":' }, 400, 'the body is no JSON'],
  ['no UTF-8', '/requests', { headers: json, body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'the body is no UTF-8'],
  ['a list', '/requests', { headers: json, body: '[]' }, 400, 'the message must be an object'],
  [
    'a text under a key',
    '/requests',
    { headers: { ...json, 'Idempotency-Key': 'k' }, body: '"x"' },
    400,
    'the body must be an object',
  ],
  ['a wrong type', '/requests', { headers: json, body: '{"to":"echo","action":7}' }, 400, 'action must be a name'],
  [
    'members of a prototype',
    '/requests',
    { headers: json, body: '{"__proto__":{"to":"echo","action":"say"}}' },
    400,
    'to must be a name',
  ],
  ['no action in the query', '/requests?to=echo', { headers: json, body: '1' }, 400, 'action must be a name'],
  [
    'an unknown parameter',
    '/requests?to=echo&action=say&retries=3',
    { headers: json, body: '1' },
    400,
    'there is no parameter "retries"',
  ],
  ['a parameter said twice', '/requests?to=echo&to=other&action=say', { headers: json, body: '1' }, 400, 'to must be said once'],
  [
    'a number that is none',
    '/requests?to=echo&action=say&priority=high',
    { headers: json, body: '1' },
    400,
    'priority must be a whole number',
  ],
  [
    'a wait without a number',
    '/requests',
    { headers: { ...json, Prefer: 'wait=soon' }, body: request },
    400,
    'Prefer must be wait=',
  ],
  ['an empty key', '/requests', { headers: { ...json, 'Idempotency-Key': '' }, body: request }, 400, 'Idempotency-Key must be'],
  [
    'a key without end',
    '/requests',
    { headers: { ...json, 'Idempotency-Key': 'k'.repeat(300) }, body: request },
    400,
    'Idempotency-Key must be',
  ],
  ['too much', '/requests', { headers: json, body: `"${'x'.repeat(10_001)}"` }, 413, 'at most 10000 bytes'],
  [
    'too many bytes',
    '/requests?to=echo&action=say',
    { headers: { 'Content-Type': 'image/png' }, body: Buffer.alloc(10_001) },
    413,
    'at most 10000 bytes',
  ],
  [
    'nesting',
    '/requests',
    { headers: json, body: `{"to":"echo","action":"say","payload":${'['.repeat(4_000)}${']'.repeat(4_000)}}` },
    413,
    'at most 8 levels of nesting',
  ],
  [
    'nesting in a payload alone',
    '/requests?to=echo&action=say',
    { headers: json, body: `${'['.repeat(8)}${']'.repeat(8)}` },
    413,
    'at most 8 levels of nesting',
  ],
  ['an id that is none', '/requests/abc/cancel', {}, 400, 'request_id must be a UUID or a ULID'],
  [
    'a reason that is none',
    '/requests/0190aaaa-0000-7000-8000-000000000001/cancel',
    { headers: json, body: '{"reason":7}' },
    400,
    'reason must be',
  ],
  ['an id that is none, again', '/requests/abc/retry', {}, 400, 'request_id must be a UUID or a ULID'],
])('%s is refused, and told why', async (_what, path, init, status, sentence) => {
  const refused = await asked.ask(path, { token, method: 'POST', ...init });
  expect([refused.status, answers.error.parse(refused.json).error.message]).toEqual([status, expect.stringContaining(sentence)]);
  expect(handed).toEqual([]);
  expect(asked.hub.errors).toEqual([]);
});

test("a caller's trace goes on with its request, and one that is none changes nothing", async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const go = async (headers: Record<string, string>, more: object = {}) => {
    const arrives = isHanded();
    const { status } = await post('/requests', { to: 'echo', action: 'keep', ...more }, headers);
    expect(status).toBe(202);
    await arrives;
    return handed.at(-1)?.trace;
  };
  const context = { traceparent, tracestate: 'vendor=1' };
  expect(await go({ ...context, baggage: 'x'.repeat(2_000) })).toEqual(context);
  expect(await go(context, { trace: { own: 'text' } })).toEqual({ own: 'text' });
  expect(await go({ traceparent: 'nonsense' })).toBeUndefined();
  expect(await go({ tracestate: 'vendor=1' })).toBeUndefined();
});
