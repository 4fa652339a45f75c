/** A dispatcher puts HTTP workers behind a hub: what it sends, what it makes of answers, and what it does with servers that behave badly. */

import { once } from 'node:events';
import { type DispatchOptions, dispatch } from '@conduit/hub/dispatch';
import { type Conduit, isConduitError, type Provider } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { type Asked, anHttpTarget, json } from '../support/http-target.ts';
import { aFreePort } from '../support/hub-process.ts';
import { aConduit, aGate, aTestHub } from '../support/sdk.ts';

interface Stage {
  readonly conduit: Conduit;
  readonly dispatcher: Provider;
  readonly log: readonly string[];
  /** Resolves once it was logged. */
  logged(what: string): Promise<void>;
}

/** A hub, a dispatcher for `work`, and a client. */
async function aStage(to: readonly string[], options: Partial<DispatchOptions> = {}): Promise<Stage> {
  const hub = await aTestHub();
  const log: string[] = [];
  let wake = (): void => undefined;
  const dispatcher = await dispatch('work', {
    to,
    hub: hub.url,
    handlesSignals: false,
    log: (sentence) => {
      log.push(sentence);
      wake();
    },
    ...options,
  });
  closing(() => dispatcher.close());
  const logged = async (what: string): Promise<void> => {
    while (!log.some((sentence) => sentence.includes(what)))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { conduit: await aConduit(hub.url), dispatcher, log, logged };
}

async function errorOf(request: PromiseLike<unknown>): Promise<unknown> {
  try {
    return { completedWith: await request };
  } catch (error) {
    if (!isConduitError(error)) throw error;
    return { code: error.code, message: error.message, retryable: error.retryable };
  }
}

/** What a target answers that always says this. */
function saying(type: string, text: string | Uint8Array, status = 200): (asked: Asked) => void {
  return ({ response }) => void response.writeHead(status, { 'content-type': type }).end(text);
}

test('a request is a POST of its payload, with what is to be known of it in headers', async () => {
  const target = await anHttpTarget(({ response }) => json(response, { fine: true }));
  const { conduit } = await aStage([`${target.url}/run/{action}?a=1`], { headers: { Authorization: 'Bearer s3cret' } });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const request = conduit.request('work', 'draw/lines', { n: 1 }, { trace: { traceparent, tracestate: 'bad\r\nx: y' } });
  expect(await request).toEqual({ fine: true });
  const [asked] = target.asked;
  expect(asked?.request.url).toBe('/run/draw%2Flines?a=1');
  expect(JSON.parse(String(asked?.body))).toEqual({ n: 1 });
  expect(asked?.request.headers).toMatchObject({
    'content-type': 'application/json',
    authorization: 'Bearer s3cret',
    'idempotency-key': request.id,
    'x-request-id': request.id,
    'conduit-service': 'work',
    'conduit-action': 'draw/lines',
    'conduit-attempt': '1',
    traceparent,
  });
  expect(Date.parse(String(asked?.request.headers['conduit-deadline']))).toBeGreaterThan(Date.now());
  expect(asked?.request.headers).not.toHaveProperty('tracestate');
  await conduit.request('work', 'draw', Buffer.from([1, 2, 255]));
  expect(target.asked[1]?.request.headers['content-type']).toBe('application/octet-stream');
  expect(target.asked[1]?.body).toEqual(Buffer.from([1, 2, 255]));
});

test.each([
  ['JSON', 'application/json; charset=utf-8', '{"n":1}', { n: 1 }],
  ['JSON of a kind', 'application/problem+json', '[1]', [1]],
  ['text', 'text/plain', 'Grüße', 'Grüße'],
  ['nothing', 'application/json', '', null],
  ['bytes', 'image/png', Buffer.from([137, 80]), { content_type: 'image/png', data: Buffer.from([137, 80]) }],
])('an answer of %s is the result', async (_name, type, text, result) => {
  const target = await anHttpTarget(saying(type, text));
  const { conduit } = await aStage([target.url]);
  expect((await conduit.request('work', 'go')) ?? null).toEqual(result);
});

test('NDJSON is streamed as tasks, progress and chunks, each as soon as it is there', async () => {
  const gate = aGate();
  const target = await anHttpTarget(async ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const lines = [
      { type: 'tasks', tasks: [{ task_id: 'write', title: 'Write' }] },
      { type: 'progress', task_id: 'write', progress: 0.5, message: 'half' },
      { type: 'chunk', data: 'Grüße' },
      { no: 'event' },
    ].map((line) => `${JSON.stringify(line)}\n`);
    // Cut within a character.
    const bytes = Buffer.from(lines.join(''));
    const at = bytes.indexOf('ü') + 1;
    response.write(bytes.subarray(0, at));
    response.write(bytes.subarray(at));
    await gate.opened;
    response.end('{"type":"task_result","task_id":"write","result":1}\n{"type":"result","result":{"n":2}}');
  });
  const { conduit } = await aStage([target.url]);
  const request = conduit.request('work', 'go');
  const seen: unknown[] = [];
  for await (const event of request) {
    if (event.type === 'chunk') seen.push(event.data);
    if (event.type === 'chunk' && seen.length === 2) gate.open();
    if (event.type === 'task_result') seen.push([event.taskId, event.result]);
  }
  expect(seen).toEqual(['Grüße', { no: 'event' }, ['write', 1]]);
  expect(await request).toEqual({ n: 2 });
});

test('server-sent events are chunks up to [DONE], and events of their own where they are named so', async () => {
  const said = [
    ': a comment',
    'data: {"choices":[{"delta":{"content":"Hi"}}]}',
    '',
    'data: plain',
    'data: text',
    '',
    'event: progress',
    'data: {"progress":0.5}',
    '',
    'data: [DONE]',
    '',
    'data: after',
    '',
    '',
  ].join('\r\n');
  const target = await anHttpTarget(saying('text/event-stream', said));
  const { conduit } = await aStage([target.url]);
  const chunks: unknown[] = [];
  for await (const event of conduit.request('work', 'go')) if (event.type === 'chunk') chunks.push(event.data);
  expect(chunks).toEqual([{ choices: [{ delta: { content: 'Hi' } }] }, 'plain\ntext']);
});

test.each([
  [
    400,
    'text/plain',
    'no such field',
    { code: 'invalid_payload', message: expect.stringMatching(/^http:.*: it answered 400: no such field$/) },
  ],
  [403, 'text/plain', '', { code: 'target_refused', message: expect.stringMatching(/^http:.*: it answered 403$/) }],
  [404, 'text/plain', '', { code: 'action_not_found', message: expect.stringMatching(/^http:.*: it answered 404$/) }],
  [500, 'text/html', 'x'.repeat(100_000), { code: 'target_failed' }],
  [500, 'text/plain', 'oh\n  no', { code: 'target_failed', message: expect.stringMatching(/^http:.*: it answered 500: oh no$/) }],
  [500, 'application/json', '{"error":{"code":"own_code","message":"own words"}}', { code: 'own_code', message: 'own words' }],
  [307, 'text/plain', '', { code: 'target_moved' }],
  [200, 'application/json', '{"half', { code: 'target_nonsense', message: expect.stringContaining('{"half') }],
  [200, 'application/x-ndjson', 'no json\n', { code: 'target_nonsense' }],
  [200, 'application/x-ndjson', '{"type":"progress","progress":7}\n', { code: 'target_nonsense' }],
  [200, 'application/x-ndjson', '{"type":"error","error":{"code":"own","message":"said"}}\n', { code: 'own', message: 'said' }],
  [200, 'application/octet-stream', Buffer.alloc(2_000), { code: 'target_too_large' }],
])('an answer of %i %s %.20s ends the request with an error that is not to be retried', async (status, type, text, error) => {
  const target = await anHttpTarget(saying(type, text, status));
  const { conduit } = await aStage([target.url], { maxAnswerBytes: 1_000 });
  const told = await errorOf(conduit.request('work', 'go'));
  expect(told).toMatchObject({ ...error, retryable: false });
  expect(String(Reflect.get(told as object, 'message')).length).toBeLessThan(400);
});

test('a redirect is not followed, so no secret leaves for another host', async () => {
  const other = await anHttpTarget(({ response }) => json(response, 'mine now'));
  const target = await anHttpTarget(({ response }) => void response.writeHead(308, { location: other.url }).end());
  const { conduit } = await aStage([target.url], { headers: { Authorization: 'Bearer s3cret' } });
  expect(await errorOf(conduit.request('work', 'go'))).toMatchObject({ code: 'target_moved' });
  expect(other.asked).toHaveLength(0);
});

test('targets take turns, and each has its places', async () => {
  const gate = aGate();
  let [now, most] = [0, 0];
  const slow = async ({ response }: Asked): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    if (now === 4) gate.open();
    await gate.opened;
    now -= 1;
    json(response, null);
  };
  const [one, two] = [await anHttpTarget(slow), await anHttpTarget(slow)];
  const { conduit } = await aStage([one.url, two.url], { concurrency: 2 });
  await Promise.all(Array.from({ length: 12 }, async () => await conduit.request('work', 'go')));
  expect([one.asked.length, two.asked.length, most]).toEqual([6, 6, 4]);
});

test('one that refuses connections or is overloaded is left out, and another target has the request', async () => {
  const busy = await anHttpTarget(({ response }) => void response.writeHead(503, { 'retry-after': '60' }).end('full'));
  const well = await anHttpTarget(({ response }) => json(response, 'done'));
  const gone = `http://127.0.0.1:${await aFreePort()}`;
  const { conduit, log } = await aStage([gone, busy.url, well.url]);
  for (let count = 0; count < 4; count += 1) expect(await conduit.request('work', 'go')).toBe('done');
  expect(busy.asked).toHaveLength(1);
  expect(log).toEqual([
    expect.stringMatching(`^${gone} is left out: .*ECONNREFUSED`),
    `${busy.url} is left out: it answered 503: full`,
  ]);
});

test('where none takes it the error says so, and that it may be sent again', async () => {
  const busy = await anHttpTarget(({ response }) => void response.writeHead(429).end());
  const overloaded = await aStage([busy.url]);
  expect(await errorOf(overloaded.conduit.request('work', 'go'))).toMatchObject({ code: 'overloaded', retryable: true });
  const unreachable = await aStage([`http://127.0.0.1:${await aFreePort()}`]);
  expect(await errorOf(unreachable.conduit.request('work', 'go'))).toMatchObject({ code: 'target_unreachable', retryable: true });
});

test('a target that took the request and went away is not followed by another', async () => {
  const lost = await anHttpTarget(({ request }) => void request.socket.destroy());
  const cut = await anHttpTarget(({ response }) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      .write('{"half', () => response.destroy());
  });
  const { conduit } = await aStage([lost.url, cut.url]);
  for (let count = 0; count < 2; count += 1)
    expect(await errorOf(conduit.request('work', 'go'))).toMatchObject({ code: 'target_lost', retryable: false });
  expect([lost.asked.length, cut.asked.length]).toEqual([1, 1]);
});

test('one that never answers, or falls silent within its answer, ends by its timeout', async () => {
  const mute = await anHttpTarget(() => undefined);
  const never = await aStage([mute.url], { timeoutMs: 200 });
  expect(await errorOf(never.conduit.request('work', 'go'))).toMatchObject({ code: 'target_timeout' });
  const silent = await anHttpTarget(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"type":"chunk","data":"a"}\n');
  });
  const stuck = await aStage([silent.url], { idleTimeoutMs: 200 });
  expect(await errorOf(stuck.conduit.request('work', 'go'))).toMatchObject({ code: 'target_timeout' });
});

test('a cancel closes the connection to the target', async () => {
  const asked = aGate();
  const closed = aGate();
  const target = await anHttpTarget(async ({ response }) => {
    asked.open();
    await once(response, 'close');
    closed.open();
  });
  const { conduit } = await aStage([target.url]);
  const request = conduit.request('work', 'go');
  await asked.opened;
  await request.cancel();
  await closed.opened;
  expect(await errorOf(request)).toMatchObject({ code: 'cancelled' });
});

test('a target whose health check fails is out of turn until it is well again', async () => {
  let status = 500;
  const ill = await anHttpTarget(({ response }) => json(response, 'ill'), {
    get: (_, response) => void response.writeHead(status).end(),
  });
  const well = await anHttpTarget(({ response }) => json(response, 'well'));
  const { conduit, logged } = await aStage([ill.url, well.url], { health: '/healthz', healthIntervalMs: 20 });
  await logged(`${ill.url} is left out: /healthz answered 500`);
  for (let count = 0; count < 3; count += 1) expect(await conduit.request('work', 'go')).toBe('well');
  status = 200;
  await logged(`${ill.url} is back`);
  const both = [await conduit.request('work', 'go'), await conduit.request('work', 'go')];
  expect(both.sort()).toEqual(['ill', 'well']);
});

test('only the actions that are named are taken, where some are', async () => {
  const target = await anHttpTarget(({ response }) => json(response, 'done'));
  const { conduit } = await aStage([target.url], { actions: ['draw'] });
  expect(await conduit.request('work', 'draw')).toBe('done');
  expect(await errorOf(conduit.request('work', 'else'))).toMatchObject({ code: 'action_not_found' });
});

test.each([
  [[], 'needs a target'],
  [['ftp://host/'], 'must be an address'],
  [['http://{action}.internal/'], 'must be an address'],
  [['http://127.0.0.1/{acton}'], 'nothing stands for {acton}'],
  [['http://me:s3cret@host/'], 'must not have a password'],
])('targets %j are refused', async (to, why) => {
  const refused = dispatch('work', { to, handlesSignals: false });
  await expect(refused).rejects.toThrow(why);
  await expect(refused).rejects.not.toThrow('s3cret');
});
