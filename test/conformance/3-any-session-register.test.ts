/** Protocol, section 3: how a session begins, and how it looks at who serves. */

import { describe, expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker, echo } from '../support/peer.ts';
import type { Service } from '../support/wire.ts';

const hub = aHubForThisFile();

describe('register', () => {
  test('a client is told its session, its token, the hub, the epoch, the protocol and the limits, twice', async () => {
    const peer = aPeer(hub.url);
    const answer = await peer.ok('register', { type: 'client', name: 'shop' });
    expect(answer).toMatchObject({
      ok: true,
      session_id: expect.stringMatching(/\S{8,}/),
      session_token: expect.stringMatching(/\S{8,}/),
      resumed: false,
      hub_id: expect.stringMatching(/\S/),
      epoch: expect.stringMatching(/\S/),
      protocol: 1,
      limits: { max_message_bytes: expect.any(Number) },
    });
    const { ok: _ok, ...fields } = answer;
    expect(await peer.next('registered')).toMatchObject(fields);
  });

  test('whoever asks for no answer gets the "registered" event', async () => {
    const peer = aPeer(hub.url);
    peer.say('register', { type: 'client' });
    expect(await peer.next('registered')).toMatchObject({ session_id: expect.any(String), resumed: false, protocol: 1 });
  });

  test('two sessions have different ids and tokens', async () => {
    const [one, other] = await Promise.all([1, 2].map(async () => await aPeer(hub.url).ok('register', { type: 'client' })));
    expect(one?.session_id).not.toBe(other?.session_id);
    expect(one?.session_token).not.toBe(other?.session_token);
    expect(one?.epoch).toBe(other?.epoch);
  });

  test('registering again keeps the session and takes the new name', async () => {
    const service = aName('again');
    const worker = await aWorker(hub.url, service, { work: echo });
    const peer = aPeer(hub.url);
    const first = await peer.ok('register', { type: 'client', name: 'first' });
    const second = await peer.ok('register', { type: 'client', name: 'second' });
    expect(second.session_id).toBe(first.session_id);
    const { request_id } = (await peer.finish({ to: service, action: 'go' })).body;
    expect((await worker.next('request', { request_id })).requester).toMatchObject({ name: 'second' });
  });

  test.each([
    ['request', { to: 'nobody-at-all', action: 'go', start_timeout_ms: 60_000 }],
    ['services', {}],
  ])('a first "%s" of somebody who never registered makes a client', async (event, body) => {
    const peer = aPeer(hub.url);
    await peer.ok(event, body);
    const { session_id } = await peer.ok('register', { type: 'client' });
    expect(session_id).toEqual(expect.any(String));
  });

  test('a first "watch" or "get" of somebody who never registered is answered', async () => {
    const { request_id, worker } = await aHandedRequest(hub.url);
    const watcher = aPeer(hub.url);
    expect(await watcher.ok('watch', { request_id, after_seq: 0 })).toMatchObject({ mode: 'replay' });
    await worker.ok('result', { request_id, result: 1 });
    expect((await watcher.end(request_id)).body.result).toBe(1);
    expect((await aPeer(hub.url).ok('get', { request_id })).request).toMatchObject({ request_id, state: 'completed' });
  });

  test('a provider sends requests over the same connection', async () => {
    const inner = aName('inner');
    await aWorker(hub.url, inner, { work: echo });
    const outer = await aWorker(hub.url, aName('outer'));
    expect((await outer.finish({ to: inner, action: 'go', payload: 'both' })).body.result).toBe('both');
  });
});

describe('services', () => {
  test('every service is listed with its actions, its providers and who waits', async () => {
    const name = aName('listed');
    const actions = [
      'plain',
      { name: 'rich', description: 'says more', input: { type: 'object' }, idempotent: false, timeout_ms: 5_000 },
    ];
    const worker = await aWorker(hub.url, name, { register: { actions, capacity: 3, instance_id: 'one' } });
    const { services } = await worker.ok('services', {});
    const listed = services.find((service) => service.name === name);
    expect(listed).toMatchObject({ name, waiting: 0, paused: false });
    expect(listed?.actions).toMatchObject([
      { name: 'plain' },
      { name: 'rich', description: 'says more', input: { type: 'object' }, idempotent: false, timeout_ms: 5_000 },
    ]);
    expect(listed?.providers).toEqual([
      {
        session_id: worker.session.session_id,
        instance_id: 'one',
        state: 'ready',
        held: 0,
        capacity: 3,
        served: 0,
        joined_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ]);
  });

  test('with "watch" every change is told: joining, taking work, waiting, finishing, leaving', async () => {
    const name = aName('watched');
    const observer = await aClient(hub.url);
    await observer.ok('services', { watch: true });
    const seen = async (what: (service: Service) => boolean): Promise<void> => {
      await observer.next('service', ({ service }) => typeof service === 'object' && service.name === name && what(service));
    };
    const worker = await aWorker(hub.url, name, { register: { capacity: 1 } });
    await seen(({ providers }) => providers.length === 1 && providers[0]?.state === 'ready');
    const client = await aClient(hub.url);
    const first = await client.ok('request', { to: name, action: 'go' });
    await seen(({ providers }) => providers[0]?.held === 1 && providers[0].state === 'busy');
    const second = await client.ok('request', { to: name, action: 'go' });
    await seen(({ waiting }) => waiting === 1);
    await worker.ok('result', { request_id: first.request_id });
    await worker.ok('result', { request_id: second.request_id });
    await seen(({ waiting, providers }) => waiting === 0 && providers[0]?.held === 0);
    worker.close();
    await observer.next(
      'service',
      ({ service, name: gone }) =>
        gone === name ||
        (typeof service === 'object' &&
          service.name === name &&
          service.providers.length === 0 &&
          typeof service.unprovided_ms === 'number'),
    );
  });

  test('without "watch", or after "watch: false", nothing follows the answer', async () => {
    const observer = await aClient(hub.url);
    const watching = await aClient(hub.url);
    await watching.ok('services', { watch: true });
    await observer.ok('services', {});
    const left = await aClient(hub.url);
    await left.ok('services', { watch: true });
    await left.ok('services', { watch: false });
    const name = aName('unheard');
    await aWorker(hub.url, name);
    await watching.next('service', ({ service }) => typeof service === 'object' && service.name === name);
    for (const silent of [observer, left]) {
      await silent.ok('services', {});
      expect(
        silent.all('service').filter(({ body: { service } }) => typeof service === 'object' && service.name === name),
      ).toEqual([]);
    }
  });
});
