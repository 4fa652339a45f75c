/** Protocol, section 3: sending a request, sending it twice, under a parent, and calling it off. */

import { describe, expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker, echo } from '../support/peer.ts';

const hub = aHubForThisFile();

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('request', () => {
  test('is answered with its id, its state, the number 1 and who has it', async () => {
    const { answer, worker } = await aHandedRequest(hub.url);
    const { session_id, hub_id } = worker.session;
    expect(answer).toMatchObject({ ok: true, request_id: expect.stringMatching(uuid7), state: 'assigned', seq: 1 });
    expect(answer.provider).toMatchObject({ session_id, hub_id });
  });

  test('that has to wait is answered with why, and its place in the line', async () => {
    const service = aName('absent');
    const client = await aClient(hub.url);
    const request = { to: service, action: 'go', start_timeout_ms: 60_000 };
    expect(await client.ok('request', request)).toMatchObject({ state: 'queued', seq: 1, reason: 'no_provider', position: 1 });
    expect(await client.ok('request', request)).toMatchObject({ state: 'queued', seq: 1, reason: 'no_provider', position: 2 });
  });

  test('its answer stands for event 1, which its requester is not sent, acknowledgement or not', async () => {
    const service = aName('first-event');
    await aWorker(hub.url, service, { work: echo });
    const client = await aClient(hub.url);
    client.say('request', { to: service, action: 'go' });
    await client.next('result');
    await client.finish({ to: service, action: 'go' });
    expect(client.heard.length).toBeGreaterThan(2);
    expect(client.heard.filter(({ body }) => body.seq === 1 && body.request_id !== undefined)).toEqual([]);
  });

  test.each([['7f1d2c3b-4a5e-4f60-8a7b-9c0d1e2f3a4b'], ['01ARZ3NDEKTSV4RRFFQ69G5FAV']])(
    'an id of the requester such as %s is kept',
    async (example) => {
      const service = aName('chosen');
      await aWorker(hub.url, service, { work: echo });
      const client = await aClient(hub.url);
      const request_id = example.includes('-') ? crypto.randomUUID() : `01ARZ3NDEKTSV4RRFF${aUlidTail()}`;
      expect(await client.ok('request', { to: service, action: 'go', request_id })).toMatchObject({ request_id });
      expect((await client.end(request_id)).body.state).toBe('completed');
    },
  );

  test('the same id with the same body answers with the request that exists, which runs once', async () => {
    const { service, worker, client, request_id, handed } = await aHandedRequest(hub.url, { request: { payload: { a: [1] } } });
    const same = { to: service, action: 'go', payload: { a: [1] }, request_id };
    expect(await client.ok('request', same)).toMatchObject({ request_id, seq: 1 });
    const other = await aClient(hub.url);
    expect(await other.ok('request', same)).toMatchObject({ request_id, seq: 1 });
    await worker.ok('result', { request_id, result: handed.payload });
    await client.end(request_id);
    // Said again it starts nothing, following it neither.
    await other.ok('get', { request_id });
    expect(other.events(request_id)).toEqual([]);
    expect(await client.ok('request', same)).toMatchObject({ request_id, state: 'completed' });
    // Whatever was handed out for the repetitions would have come before this one.
    const last = await client.ok('request', { to: service, action: 'go' });
    await worker.next('request', { request_id: last.request_id });
    expect(worker.all('request', request_id)).toHaveLength(1);
  });

  test('the same id with anything else is a duplicate', async () => {
    const { service, client, request_id } = await aHandedRequest(hub.url, { request: { payload: { a: 1 } } });
    const same = { to: service, action: 'go', payload: { a: 1 }, request_id };
    for (const other of [
      { payload: { a: 2 } },
      { payload: undefined },
      { action: 'stop' },
      { to: aName('elsewhere'), start_timeout_ms: 1_000 },
    ]) {
      expect(await client.refusal('request', { ...same, ...other }), JSON.stringify(other)).toMatchObject({
        code: 'duplicate_request',
        retryable: false,
      });
    }
  });

  test('a repetition with binary is the same only if its bytes are', async () => {
    const payload = { picture: Buffer.from([1, 2, 3]) };
    const { service, client, request_id } = await aHandedRequest(hub.url, { request: { payload } });
    const same = { to: service, action: 'go', payload, request_id };
    expect(await client.ok('request', same)).toMatchObject({ request_id });
    expect(await client.refusal('request', { ...same, payload: { picture: Buffer.from([1, 2, 4]) } })).toMatchObject({
      code: 'duplicate_request',
    });
  });
});

describe('cancel', () => {
  test('ends a queued request at once', async () => {
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: aName('absent'), action: 'go', start_timeout_ms: 60_000 });
    expect(await client.ok('cancel', { request_id, reason: 'changed my mind' })).toMatchObject({ outcome: 'cancelled' });
    const end = await client.end(request_id);
    expect(end).toMatchObject({ name: 'error', body: { seq: 2, attempt: 0, state: 'cancelled', error: { code: 'cancelled' } } });
  });

  test('asks the provider of an assigned one to stop, and asks it once', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    expect(await client.ok('cancel', { request_id, reason: 'too slow' })).toMatchObject({ outcome: 'requested' });
    expect(await worker.next('cancel')).toMatchObject({ request_id, attempt: 1, reason: 'too slow' });
    expect(await client.next('status', { request_id })).toMatchObject({
      state: 'cancelling',
      by: { hub_id: expect.any(String) },
    });
    expect(await client.ok('cancel', { request_id })).toMatchObject({ outcome: 'requested' });
    await worker.ok('error', { request_id, error: { code: 'cancelled', message: 'stopped' } });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    await worker.ok('services', {});
    expect(worker.all('cancel', request_id)).toHaveLength(1);
    expect(client.all('status', request_id)).toHaveLength(1);
  });

  test('of one that has ended says so', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await worker.ok('result', { request_id });
    await client.end(request_id);
    expect(await client.ok('cancel', { request_id })).toMatchObject({ outcome: 'already_finished' });
  });

  test('may come from another session of the same subject', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const other = aPeer(hub.url);
    expect(await other.ok('cancel', { request_id })).toMatchObject({ outcome: 'requested' });
    await worker.next('cancel', { request_id });
    const { by } = await client.next('status', { request_id, state: 'cancelling' });
    expect(by?.session_id).toBe((await other.ok('register', { type: 'client' })).session_id);
  });
});

describe('parent', () => {
  test('a child knows its parent, and the parent its children', async () => {
    const { worker, client, request_id: parentId } = await aHandedRequest(hub.url);
    const service = aName('child');
    const child = await aWorker(hub.url, service);
    const parent = { request_id: parentId, task_id: 'part' };
    const { request_id } = await worker.ok('request', { to: service, action: 'go', parent });
    expect((await child.next('request', { request_id })).parent).toEqual(parent);
    expect((await client.ok('get', { request_id })).request.parent).toEqual(parent);
    expect((await client.ok('get', { request_id: parentId })).request.children).toEqual([request_id]);
  });

  test('must be a request that this session holds as a provider', async () => {
    const { client, request_id, worker } = await aHandedRequest(hub.url);
    const child = { to: aName('child'), action: 'go', start_timeout_ms: 60_000, parent: { request_id } };
    expect(await client.refusal('request', child)).toMatchObject({ code: 'not_assigned' });
    expect(await worker.refusal('request', { ...child, parent: { request_id: crypto.randomUUID() } })).toMatchObject({
      code: 'not_assigned',
    });
    await worker.ok('request', child);
    await worker.ok('result', { request_id });
    expect(await worker.refusal('request', child)).toMatchObject({ code: 'not_assigned' });
  });

  test('its remaining time is all that its children have', async () => {
    const { worker, handed, request_id: parentId } = await aHandedRequest(hub.url, { request: { timeout_ms: 60_000 } });
    const service = aName('child');
    const child = await aWorker(hub.url, service);
    const { request_id } = await worker.ok('request', {
      to: service,
      action: 'go',
      timeout_ms: 600_000,
      parent: { request_id: parentId },
    });
    const { deadline_at } = await child.next('request', { request_id });
    expect(Date.parse(String(deadline_at))).toBeLessThanOrEqual(Date.parse(String(handed.deadline_at)) + 10);
  });

  const endings: readonly [how: string, event: string, body: object][] = [
    ['fails', 'error', { error: { message: 'no' } }],
    ['changes its attempt', 'reject', {}],
  ];
  test.each(endings)('that %s takes its children with it, and theirs', async (_how, event, body) => {
    const { service: parentService, worker, request_id } = await aHandedRequest(hub.url);
    const service = aName('child');
    const child = await aWorker(hub.url, service);
    const one = await worker.ok('request', { to: service, action: 'go', parent: { request_id } });
    await child.next('request', { request_id: one.request_id });
    const queued = { to: aName('absent'), action: 'go', start_timeout_ms: 60_000 };
    const two = await child.ok('request', { ...queued, parent: { request_id: one.request_id } });
    // Whoever takes what is rejected makes a new attempt of it.
    await aWorker(hub.url, parentService);
    await worker.ok(event, { request_id, ...body });
    await child.next('cancel', { request_id: one.request_id });
    await child.ok('error', { request_id: one.request_id, error: { code: 'cancelled', message: 'stopped' } });
    expect((await worker.end(one.request_id)).body.state).toBe('cancelled');
    expect((await child.end(two.request_id)).body.state).toBe('cancelled');
  });

  test('that is cancelled takes its children with it', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const { request_id: child } = await worker.ok('request', {
      to: aName('absent'),
      action: 'go',
      start_timeout_ms: 60_000,
      parent: { request_id },
    });
    await client.ok('cancel', { request_id });
    await worker.next('cancel', { request_id });
    await worker.ok('error', { request_id, error: { code: 'cancelled', message: 'stopped' } });
    expect((await worker.end(child)).body.state).toBe('cancelled');
  });

  test('that completes leaves its children at work', async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    const service = aName('child');
    const child = await aWorker(hub.url, service);
    const { request_id: childId } = await worker.ok('request', { to: service, action: 'go', parent: { request_id } });
    await child.next('request', { request_id: childId });
    await worker.ok('result', { request_id });
    await client.end(request_id);
    await child.ok('result', { request_id: childId, result: 'went on' });
    expect((await worker.end(childId)).body.result).toBe('went on');
    expect(child.all('cancel')).toEqual([]);
  });

  test('requests nest 16 deep and no deeper', async () => {
    const { service, worker, request_id } = await aHandedRequest(hub.url);
    let parent = request_id;
    for (let depth = 1; depth <= 16; depth += 1) {
      const child = await worker.ok('request', { to: service, action: 'go', parent: { request_id: parent } });
      await worker.next('request', { request_id: child.request_id });
      parent = child.request_id;
    }
    const error = await worker.refusal('request', { to: service, action: 'go', parent: { request_id: parent } });
    expect(error).toMatchObject({ code: 'invalid_message', details: { max: 16 } });
  });
});

/** The last eight characters of a ULID: digits are all in its alphabet. */
function aUlidTail(): string {
  return String(Math.floor(Math.random() * 1e8)).padStart(8, '0');
}
