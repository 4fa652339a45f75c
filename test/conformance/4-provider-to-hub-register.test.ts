/** Protocol, section 4: what a provider says of itself, and what follows from it. */

import { describe, expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker, echo } from '../support/peer.ts';

const hub = aHubForThisFile();

describe('actions', () => {
  test('a provider that names none takes every action', async () => {
    const service = aName('any');
    await aWorker(hub.url, service, { work: echo });
    const client = await aClient(hub.url);
    for (const action of ['one', 'two', 'three']) {
      expect((await client.finish({ to: service, action })).body.state).toBe('completed');
    }
  });

  test('an action that nobody offers is refused', async () => {
    const service = aName('some');
    await aWorker(hub.url, service, { register: { actions: ['resize', { name: 'crop' }] }, work: echo });
    const client = await aClient(hub.url);
    expect((await client.finish({ to: service, action: 'resize' })).body.state).toBe('completed');
    expect((await client.finish({ to: service, action: 'crop' })).body.state).toBe('completed');
    expect(await client.refusal('request', { to: service, action: 'rotate' })).toMatchObject({
      code: 'action_not_found',
      retryable: false,
    });
  });

  test('a request goes only to providers that take its action', async () => {
    const service = aName('split');
    const left = await aWorker(hub.url, service, { register: { actions: ['left'] }, work: echo });
    const right = await aWorker(hub.url, service, { register: { actions: ['right'] }, work: echo });
    const client = await aClient(hub.url);
    for (const action of ['left', 'left', 'right', 'left']) await client.finish({ to: service, action });
    expect(left.all('request').map(({ body }) => body['action'])).toEqual(['left', 'left', 'left']);
    expect(right.all('request').map(({ body }) => body['action'])).toEqual(['right']);
  });

  test('a payload that does not fit the schema of its action is refused', async () => {
    const input = { type: 'object', required: ['width'], properties: { width: { type: 'integer', minimum: 1 } } };
    const service = aName('schema');
    await aWorker(hub.url, service, { register: { actions: [{ name: 'resize', input }] }, work: echo });
    const client = await aClient(hub.url);
    expect((await client.finish({ to: service, action: 'resize', payload: { width: 5 } })).body.state).toBe('completed');
    for (const payload of [{}, { width: 0 }, { width: 'wide' }, undefined, [5]]) {
      expect(await client.refusal('request', { to: service, action: 'resize', payload })).toMatchObject({
        code: 'invalid_payload',
        retryable: false,
        details: { issues: [{ path: expect.anything(), message: expect.stringMatching(/\w/), keyword: expect.any(String) }] },
      });
    }
  });

  test.each([
    ['of more than 64 KiB', { description: 'x'.repeat(65 * 1024) }],
    ['of more than 200 parts', { properties: Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`p${at}`, {}])) }],
    ['deeper than 32 levels', nestedSchema(33)],
    ['that refers to elsewhere', { $ref: 'https://example.com/schema.json' }],
    ['with look-around in a pattern', { type: 'string', pattern: '(?<=a)b' }],
    ['that is no schema', { type: 'nonsense' }],
  ])('a schema %s is refused with the registration', async (_what, input) => {
    const worker = aPeer(hub.url);
    const service = aName('schema');
    const error = await worker.refusal('register', { type: 'service', name: service, actions: [{ name: 'go', input }] });
    expect(error).toMatchObject({ code: 'invalid_message', details: { path: expect.stringMatching(/^actions/) } });
    expect((await worker.ok('services', {})).services.map(({ name }) => name)).not.toContain(service);
  });

  test('planned tasks are declared when a request is assigned, in every attempt', async () => {
    const tasks = [
      { task_id: 'fetch', title: 'Fetch the page' },
      { task_id: 'draw', weight: 3 },
    ];
    const register = { actions: [{ name: 'go', tasks }] };
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register } });
    const declared = [
      { task_id: 'fetch', title: 'Fetch the page', weight: 1 },
      { task_id: 'draw', weight: 3 },
    ];
    expect(await client.next('tasks', { request_id })).toMatchObject({ seq: 2, attempt: 1, tasks: declared });
    expect((await client.ok('get', { request_id })).request.tasks).toMatchObject(
      declared.map((task) => ({ ...task, state: 'pending' })),
    );
    const other = await aWorker(hub.url, service, { register });
    await worker.ok('reject', { request_id });
    await other.next('request', { request_id });
    expect(await client.next('tasks', { request_id })).toMatchObject({ attempt: 2, tasks: declared });
  });

  test('the time of an action is the time of its requests', async () => {
    const register = { actions: [{ name: 'go', timeout_ms: 5_000 }] };
    const before = Date.now();
    const { handed } = await aHandedRequest(hub.url, { worker: { register } });
    const deadline = Date.parse(String(handed.deadline_at));
    expect(deadline).toBeGreaterThanOrEqual(before + 4_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 5_000);
  });

  test('what a request was accepted under stays with it, whatever is said later', async () => {
    const action = { name: 'go', idempotent: true };
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, {
      worker: { register: { actions: [action] } },
    });
    await worker.ok('register', { type: 'service', name: service, actions: [{ ...action, idempotent: false }] });
    const other = await aWorker(hub.url, service, { work: echo });
    worker.close();
    await other.next('request', { request_id });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
  });
});

describe('capacity', () => {
  test('is how many requests a provider is handed at once', async () => {
    const service = aName('two');
    const worker = await aWorker(hub.url, service, { register: { capacity: 2 } });
    const client = await aClient(hub.url);
    const ask = async (): ReturnType<typeof client.ok> => await client.ok('request', { to: service, action: 'go' });
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect([first.state, second.state]).toEqual(['assigned', 'assigned']);
    expect(third).toMatchObject({ state: 'queued', reason: 'at_capacity', position: 1 });
    await worker.ok('result', { request_id: second.request_id });
    await worker.next('request', { request_id: third.request_id });
    expect(await client.next('status', { request_id: third.request_id })).toMatchObject({ state: 'assigned', attempt: 1 });
  });
});

describe('one connection', () => {
  test('offers several services', async () => {
    const [one, other] = [aName('one'), aName('other')];
    const worker = await aWorker(hub.url, one, { work: echo });
    await worker.ok('register', { type: 'service', name: other });
    const client = await aClient(hub.url);
    for (const to of [one, other, one]) expect((await client.finish({ to, action: 'go' })).body.state).toBe('completed');
    expect(worker.all('request').map(({ body }) => body.service)).toEqual([one, other, one]);
  });

  test('that says the same name again replaces what it said, and keeps its turn and what it holds', async () => {
    const service = aName('same');
    const one = await aWorker(hub.url, service);
    const other = await aWorker(hub.url, service);
    const client = await aClient(hub.url);
    const held = await client.ok('request', { to: service, action: 'go' });
    await one.next('request', { request_id: held.request_id });
    // It is the other's turn now: neither goes to the back for saying its name again.
    await other.ok('register', { type: 'service', name: service, capacity: 7 });
    const turn = await client.ok('request', { to: service, action: 'go' });
    await other.next('request', { request_id: turn.request_id });
    await one.ok('register', { type: 'service', name: service, actions: ['go'], capacity: 1 });
    await one.ok('progress', { request_id: held.request_id, progress: 0.5 });
    const listed = (await client.ok('services', {})).services.find(({ name }) => name === service);
    expect(listed?.providers.map(({ capacity, held: count }) => [capacity, count]).toSorted()).toEqual([
      [1, 1],
      [7, 1],
    ]);
    await one.ok('result', { request_id: held.request_id, result: 'kept' });
    expect((await client.end(held.request_id)).body).toMatchObject({ attempt: 1, result: 'kept' });
  });

  test('that lists what this connection was handed is answered with it, and stops nothing', async () => {
    const service = aName('listed');
    const instance = { instance_id: 'one', acks: true };
    const worker = await aWorker(hub.url, service, { register: instance });
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: service, action: 'go' });
    await worker.next('request', { request_id });
    await worker.ok('chunk', { request_id, attempt: 1, n: 1, data: 'one ' });
    const again = { type: 'service', name: service, ...instance, in_flight: [{ request_id, attempt: 1 }] };
    expect((await worker.ok('register', again)).in_flight).toEqual([{ request_id, attempt: 1, last_n: 1 }]);
    await worker.ok('result', { request_id, attempt: 1, n: 2, result: 'kept' });
    expect((await client.end(request_id)).body).toMatchObject({ attempt: 1, result: 'kept' });
    expect(worker.all('cancel', request_id)).toEqual([]);
  });
});

describe('acks', () => {
  test('with acks, work began when the provider acknowledges: until then it is assigned, then it runs', async () => {
    const { worker, client, request_id, answer } = await aHandedRequest(hub.url, {
      worker: { register: { acks: true }, acknowledges: false },
    });
    expect(answer.state).toBe('assigned');
    expect((await client.ok('get', { request_id })).request).toMatchObject({ state: 'assigned', work_began: false });
    expect(client.all('running')).toEqual([]);
    const [handed] = worker.all('request', request_id);
    expect(handed?.acknowledge).toBeTypeOf('function');
    handed?.acknowledge?.();
    expect(await client.next('running')).toMatchObject({ request_id, attempt: 1, seq: 1 });
    expect((await client.ok('get', { request_id })).request).toMatchObject({
      state: 'running',
      work_began: true,
      live: { running: true },
    });
  });

  test('with acks, the first message says as much as an acknowledgement', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url, {
      worker: { register: { acks: true }, acknowledges: false },
    });
    await worker.ok('progress', { request_id, progress: 0.1 });
    expect((await client.ok('get', { request_id })).request).toMatchObject({ state: 'running', work_began: true });
  });

  test('without acks, handed over counts as begun, and the first message makes it run', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    expect(worker.all('request', request_id)[0]?.acknowledge).toBeUndefined();
    expect((await client.ok('get', { request_id })).request).toMatchObject({ state: 'assigned', work_began: true });
    await worker.ok('progress', { request_id, progress: 0.1 });
    expect((await client.ok('get', { request_id })).request.state).toBe('running');
  });
});

describe.each(['drain', 'unregister'])('%s', (leave) => {
  test('takes the provider out of the pool; what it holds it finishes', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok(leave, {});
    const next = await client.ok('request', { to: service, action: 'go' });
    expect(next).toMatchObject({ state: 'queued', reason: 'no_provider' });
    await worker.ok('result', { request_id, result: 'finished' });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'finished', attempt: 1 });
    const other = await aWorker(hub.url, service, { work: echo });
    expect((await client.end(next.request_id)).body.state).toBe('completed');
    expect(other.all('request')).toHaveLength(1);
    expect(worker.all('request')).toHaveLength(1);
  });

  test('ends with the next "register"', async () => {
    const service = aName('returns');
    const worker = await aWorker(hub.url, service, { work: echo });
    await worker.ok(leave, { name: service });
    const client = await aClient(hub.url);
    const { request_id, state } = await client.ok('request', { to: service, action: 'go' });
    expect(state).toBe('queued');
    await worker.ok('register', { type: 'service', name: service });
    expect((await client.end(request_id)).body.state).toBe('completed');
  });

  test('of a name that this connection does not provide is refused', async () => {
    const worker = await aWorker(hub.url, aName('mine'));
    expect(await worker.refusal(leave, { name: aName('not-mine') })).toMatchObject({ code: 'service_not_found' });
  });

  test('of one name leaves the others', async () => {
    const [stays, goes] = [aName('stays'), aName('goes')];
    const worker = await aWorker(hub.url, stays, { work: echo });
    await worker.ok('register', { type: 'service', name: goes });
    await worker.ok(leave, { name: goes });
    const client = await aClient(hub.url);
    expect((await client.finish({ to: stays, action: 'go' })).body.state).toBe('completed');
    expect(await client.ok('request', { to: goes, action: 'go' })).toMatchObject({ state: 'queued', reason: 'no_provider' });
  });
});

test('metadata, names and everything else a provider may say is taken', async () => {
  const service = aName('full');
  const worker = aPeer(hub.url);
  const answer = await worker.ok('register', {
    type: 'service',
    name: service,
    actions: [{ name: 'go', description: 'goes', input: { type: 'object' }, output: {}, idempotent: true, timeout_ms: 60_000 }],
    capacity: 4,
    instance_id: 'one',
    acks: true,
    metadata: { version: '1.2.3', gpu: ['a', 'b'] },
    in_flight: [],
  });
  expect(answer).toMatchObject({ ok: true, resumed: false, protocol: 1, in_flight: [] });
  expect(await worker.next('registered')).toMatchObject({ session_id: answer.session_id, in_flight: [] });
});

function nestedSchema(levels: number): object {
  let schema: object = {};
  for (let level = 0; level < levels; level += 1) schema = { type: 'array', items: schema };
  return schema;
}
