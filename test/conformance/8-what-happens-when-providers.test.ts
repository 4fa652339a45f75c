/** Protocol, section 8: whose turn it is, who waits, and what happens when providers go, stay deaf or turn up. */

import { describe, expect, test } from 'vitest';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aWorker, echo, type Peer } from '../support/peer.ts';

const hub = aHubForThisFile();

describe('several providers', () => {
  /** Sends requests one after the other, and says which of the workers each went to. */
  async function turns(client: Peer, { to, count }: { to: string; count: number }, workers: readonly Peer[]): Promise<number[]> {
    const sessions = workers.map((worker) => worker.session.session_id);
    const served: number[] = [];
    for (let number = 0; number < count; number += 1) {
      const { provider } = await client.ok('request', { to, action: 'go' });
      served.push(sessions.indexOf(String(provider?.session_id)) + 1);
    }
    return served;
  }

  async function workersOf(service: string, count: number): Promise<Peer[]> {
    const workers: Peer[] = [];
    for (let number = 0; number < count; number += 1) workers.push(await aWorker(hub.url, service));
    return workers;
  }

  test('are served in turn, strictly', async () => {
    const to = aName('turns');
    const workers = await workersOf(to, 3);
    const client = await aClient(hub.url);
    expect(await turns(client, { to, count: 10 }, workers)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1]);
    for (const [at, worker] of workers.entries()) {
      const handed = at === 0 ? 4 : 3;
      for (let number = 0; number < handed; number += 1) await worker.next('request');
    }
  });

  test('one that joins counts as served just now', async () => {
    const to = aName('joins');
    const [one, two] = (await workersOf(to, 2)) as [Peer, Peer];
    const client = await aClient(hub.url);
    expect(await turns(client, { to, count: 1 }, [one, two])).toEqual([1]);
    const three = await aWorker(hub.url, to);
    expect(await turns(client, { to, count: 6 }, [one, two, three])).toEqual([2, 1, 3, 2, 1, 3]);
  });

  test('one that leaves disturbs nobody’s turn', async () => {
    const to = aName('leaves');
    const workers = (await workersOf(to, 4)) as [Peer, Peer, Peer, Peer];
    const client = await aClient(hub.url);
    expect(await turns(client, { to, count: 1 }, workers)).toEqual([1]);
    await workers[2].ok('drain', {});
    expect(await turns(client, { to, count: 4 }, workers)).toEqual([2, 4, 1, 2]);
  });

  test('one without room keeps its place', async () => {
    const to = aName('busy');
    const small = await aWorker(hub.url, to, { register: { capacity: 1 } });
    const workers = [small, ...(await workersOf(to, 2))];
    const client = await aClient(hub.url);
    expect(await turns(client, { to, count: 5 }, workers)).toEqual([1, 2, 3, 2, 3]);
    const { request_id } = await small.next('request');
    await small.ok('result', { request_id });
    expect(await turns(client, { to, count: 4 }, workers)).toEqual([1, 2, 3, 2]);
  });

  test('a request for a busy action holds up no other', async () => {
    const to = aName('actions');
    const slow = await aWorker(hub.url, to, { register: { actions: ['slow'], capacity: 1 } });
    await aWorker(hub.url, to, { register: { actions: ['fast'] }, work: echo });
    const client = await aClient(hub.url);
    const held = await client.ok('request', { to, action: 'slow' });
    await slow.next('request', { request_id: held.request_id });
    const waiting = await client.ok('request', { to, action: 'slow' });
    expect(waiting).toMatchObject({ state: 'queued', reason: 'at_capacity' });
    for (let number = 0; number < 5; number += 1) {
      expect((await client.finish({ to, action: 'fast' })).body.state).toBe('completed');
    }
    await slow.ok('result', { request_id: held.request_id });
    await slow.next('request', { request_id: waiting.request_id });
  });

  test('one that does not take what it is sent has no room, and the others do its share', async () => {
    const to = aName('stuck');
    const proxy = await aCutProxy(hub.url);
    const stuck = await aWorker(proxy.url, to);
    const takes = await aWorker(hub.url, to);
    const client = await aClient(hub.url);
    proxy.hold('toPeer');
    const payload = Buffer.alloc(900_000);
    const stuckSession = stuck.session.session_id;
    const count = 80;
    let stuckShare = 0;
    for (let number = 0; number < count; number += 1) {
      const { provider } = await client.ok('request', { to, action: 'go', payload });
      if (provider?.session_id === stuckSession) stuckShare += 1;
    }
    // 4 MiB with the hub, and what the system's buffers on the way took.
    expect(stuckShare).toBeGreaterThan(0);
    expect(stuckShare).toBeLessThan(count / 3);
    for (let number = stuckShare; number < count; number += 1) await takes.next('request');
  });
});

describe('a name', () => {
  test('that nobody ever registered is refused at once', async () => {
    const client = await aClient(hub.url);
    expect(await client.refusal('request', { to: aName('unknown'), action: 'go' })).toMatchObject({
      code: 'service_not_found',
      retryable: true,
    });
  });

  test('that nobody ever registered waits where a start timeout is given, and is served when somebody comes', async () => {
    const service = aName('early');
    const client = await aClient(hub.url);
    const { request_id, state } = await client.ok('request', { to: service, action: 'go', payload: 1, start_timeout_ms: 60_000 });
    expect(state).toBe('queued');
    await aWorker(hub.url, service, { work: echo });
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 1, attempt: 1 });
  });

  test('that is known is waited for when its pool is empty, and expires when no work began in time', async () => {
    const service = aName('gone');
    const worker = await aWorker(hub.url, service);
    worker.close();
    const client = await aClient(hub.url);
    await client.ok('services', { watch: true });
    const askedAt = performance.now();
    const { request_id } = await client.ok('request', { to: service, action: 'go', start_timeout_ms: 300 });
    const end = await client.end(request_id);
    expect(end.body).toMatchObject({ state: 'expired', error: { code: 'expired', retryable: true } });
    expect(end.atMs - askedAt).toBeGreaterThan(250);
    expect(end.atMs - askedAt).toBeLessThan(3_000);
    expect(worker.all('request', request_id)).toEqual([]);
  });

  test('whose pool is full is waited for, and expires too', async () => {
    const service = aName('full');
    await aWorker(hub.url, service, { register: { capacity: 1 } });
    const client = await aClient(hub.url);
    await client.ok('request', { to: service, action: 'go' });
    const second = await client.ok('request', { to: service, action: 'go', start_timeout_ms: 200 });
    expect(second).toMatchObject({ state: 'queued', reason: 'at_capacity' });
    expect((await client.end(second.request_id)).body.state).toBe('expired');
  });

  test('has so many waiting and no more', async () => {
    const service = aName('crowd');
    const first = await aClient(hub.url);
    const { limits } = await first.ok('register', { type: 'client' });
    const [waiting, open] = [limits['max_waiting'] as number, limits['max_open_requests'] as number];
    // Somebody's hub is not left with ten thousand of them for long.
    const request = { to: service, action: 'go', start_timeout_ms: 30_000, timeout_ms: 30_000 };
    for (let left = waiting; left > 0; left -= open) {
      const client = await aClient(hub.url);
      for (let number = 1; number < Math.min(open, left); number += 1) client.say('request', request);
      await client.ok('request', request);
    }
    expect(await first.refusal('request', request)).toMatchObject({
      code: 'queue_full',
      retryable: true,
      details: { limit: 'max_waiting', max: waiting },
    });
    const worker = await aWorker(hub.url, service, { work: echo });
    await worker.next('request');
    expect(await first.ok('request', request)).toMatchObject({ ok: true });
  });
});

test('priority moves a request in the line, and equals keep their order', async () => {
  const service = aName('priority');
  const client = await aClient(hub.url);
  const asked = [
    ['first', 0],
    ['second', 0],
    ['lowest', -10],
    ['highest', 10],
    ['high', 5],
    ['third', 0],
  ] as const;
  for (const [payload, priority] of asked) {
    await client.ok('request', { to: service, action: 'go', payload, priority, start_timeout_ms: 60_000 });
  }
  const worker = await aWorker(hub.url, service, { register: { capacity: 1 }, work: echo });
  for (const payload of ['highest', 'high', 'first', 'second', 'third', 'lowest']) {
    expect((await worker.next('request')).payload).toBe(payload);
  }
});

describe('a provider that disconnects', () => {
  const acks = { register: { acks: true }, acknowledges: false };

  test('gives what it had not begun to another at once, and that counts as no loss', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: acks, request: { max_attempts: 1 } });
    const other = await aWorker(hub.url, service, { work: echo });
    const closedAt = performance.now();
    worker.close();
    expect((await other.nextHeard('request', { request_id, attempt: 2 })).atMs - closedAt).toBeLessThan(3_000);
    expect((await client.end(request_id)).body.state).toBe('completed');
  });

  test('waits for nobody even with an instance_id, for what it had not begun', async () => {
    const register = { acks: true, instance_id: 'one' };
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { worker: { register, acknowledges: false } });
    const other = await aWorker(hub.url, service, { work: echo });
    const closedAt = performance.now();
    worker.close();
    expect((await other.nextHeard('request', { request_id, attempt: 2 })).atMs - closedAt).toBeLessThan(3_000);
    expect((await client.end(request_id)).body.state).toBe('completed');
  });

  test('and does not come back within the grace time loses what it had begun to another', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, {
      worker: { register: { instance_id: 'one' } },
    });
    await worker.ok('progress', { request_id, progress: 0.5 });
    const other = await aWorker(hub.url, service, { work: echo });
    const closedAt = performance.now();
    worker.close();
    expect(await client.next('status')).toMatchObject({
      reason: 'provider_lost',
      attempt: 1,
      state: expect.stringMatching(/assigned|running/),
    });
    const waitedMs = (await other.nextHeard('request', { request_id, attempt: 2 })).atMs - closedAt;
    expect(waitedMs).toBeGreaterThan(4_500);
    expect(waitedMs).toBeLessThan(8_000);
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
  });

  test.each([
    ['acknowledged', { register: { acks: true, actions: [{ name: 'go', idempotent: false }] } }],
    ['not acknowledged', { register: { acks: true, actions: [{ name: 'go', idempotent: false }] }, acknowledges: false }],
    ['handed over without acks', { register: { actions: [{ name: 'go', idempotent: false }] } }],
  ])('fails what must not run twice and was %s', async (_what, worker) => {
    const { service, worker: lost, client, request_id } = await aHandedRequest(hub.url, { worker });
    const other = await aWorker(hub.url, service, { work: echo });
    lost.close();
    const { name, body } = await client.end(request_id);
    expect(name).toBe('error');
    expect(body).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'provider_lost', retryable: false } });
    expect(other.all('request', request_id)).toEqual([]);
  });

  test('fails the request when so many attempts that began were lost', async () => {
    const { service, worker, client, request_id } = await aHandedRequest(hub.url, { request: { max_attempts: 2 } });
    const second = await aWorker(hub.url, service);
    worker.close();
    await second.next('request', { request_id, attempt: 2 });
    const third = await aWorker(hub.url, service, { work: echo });
    second.close();
    expect((await client.end(request_id)).body).toMatchObject({
      state: 'failed',
      attempt: 2,
      error: { code: 'provider_lost', retryable: false },
    });
    await third.ok('services', {});
    expect(third.all('request')).toEqual([]);
  });
});

test('a deaf provider is suspect until its first message; its request goes to another and no attempt is lost', async () => {
  const service = aName('deaf');
  const once = aName('deaf-once');
  const deaf = await aWorker(hub.url, service, { register: { acks: true }, acknowledges: false });
  await deaf.ok('register', { type: 'service', name: once, acks: true, actions: [{ name: 'go', idempotent: false }] });
  const client = await aClient(hub.url);
  const risky = await client.ok('request', { to: once, action: 'go' });
  const { request_id } = await client.ok('request', { to: service, action: 'go', max_attempts: 1 });
  const handed = await deaf.nextHeard('request', { request_id });
  const other = await aWorker(hub.url, service, { work: echo, register: { acks: true } });
  await aWorker(hub.url, once, { work: echo });
  const again = await other.nextHeard('request', { request_id, attempt: 2 });
  expect(again.atMs - handed.atMs).toBeGreaterThan(2_800);
  expect(again.atMs - handed.atMs).toBeLessThan(5_000);
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 2 });
  // It might have begun what must not run twice: that stays where it is.
  expect((await client.ok('get', { request_id: risky.request_id })).request).toMatchObject({ attempt: 1 });
  const session = deaf.session.session_id;
  const stateOf = async (): Promise<string | undefined> => {
    const { services } = await client.ok('services', {});
    return services.find(({ name }) => name === service)?.providers.find(({ session_id }) => session_id === session)?.state;
  };
  expect(await stateOf()).toBe('suspect');
  for (let number = 0; number < 4; number += 1) await client.finish({ to: service, action: 'go' });
  expect(deaf.all('request').filter(({ body }) => body.service === service)).toHaveLength(1);
  await deaf.ok('progress', { request_id: risky.request_id, progress: 0.5 });
  expect(await stateOf()).toBe('ready');
  for (let number = 0; number < 2; number += 1) await client.ok('request', { to: service, action: 'go' });
  await deaf.next('request', ({ service: name, request_id: id }) => name === service && id !== request_id);
});
