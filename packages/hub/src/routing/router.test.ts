/** What happens when: the rows of the protocol's table that need no second hub, on a clock that we move. */

import { describe, expect, test } from 'vitest';
import { localIdentity } from '../access/identity.ts';
import { Answer, Routed, type TestPeer } from '../testing/routed.ts';

/** Service "resize" with one provider that holds one request. */
function aRunningRequest(said: Parameters<Routed['provider']>[1] = {}, message: Parameters<Routed['request']>[1] = {}) {
  const hub = new Routed();
  const worker = hub.provider('resize', said);
  const client = hub.client();
  const { id } = hub.request(client, message);
  return { hub, worker, client, id };
}

describe('several providers', () => {
  test('are served in turn: one, two, three, one', () => {
    const hub = new Routed();
    const workers = [hub.provider('resize'), hub.provider('resize'), hub.provider('resize')];
    const client = hub.client();
    const served = Array.from({ length: 4 }, () => hub.request(client).value?.provider?.sessionId);
    const [one, two, three] = workers.map(({ peer }) => peer.sessionId);
    expect(served).toEqual([one, two, three, one]);
  });

  test('keep their place while they are busy', () => {
    const hub = new Routed();
    const [one, two] = [hub.provider('resize', { capacity: 1 }), hub.provider('resize')];
    const client = hub.client();
    const first = hub.request(client);
    const served = Array.from({ length: 3 }, () => hub.request(client).value?.provider?.sessionId);
    expect(served).toEqual([two.peer.sessionId, two.peer.sessionId, two.peer.sessionId]);
    hub.work(one, { type: 'result', requestId: first.id });
    expect(hub.request(client).value?.provider?.sessionId).toBe(one.peer.sessionId);
  });

  test('each tell how many requests they were handed since they joined, those that they turned down too', () => {
    const hub = new Routed();
    const client = hub.client();
    const served = () =>
      new Map(hub.router.service(localIdentity, 'resize')?.providers.map((one) => [one.sessionId, one.served]));
    const [one, two] = [hub.provider('resize', { capacity: 2 }), hub.provider('resize', { capacity: 2 })];
    const requests = Array.from({ length: 5 }, () => hub.request(client));
    // The fifth waits: nobody has been handed it.
    expect([...served().values()]).toEqual([2, 2]);
    hub.work(one, { type: 'result', requestId: requests[0]?.id ?? '' });
    hub.work(two, { type: 'reject', requestId: requests[1]?.id ?? '' });
    hub.work(one, { type: 'result', requestId: requests[2]?.id ?? '' });
    expect([served().get(one.peer.sessionId), served().get(two.peer.sessionId)]).toEqual([4, 2]);
    // What is said again changes nothing of it, and whoever comes anew begins anew.
    hub.router.registerService(one.peer, { type: 'service', name: 'resize', capacity: 2 }, new Answer());
    hub.leave(two);
    const three = hub.provider('resize');
    expect([...served()]).toEqual([
      [one.peer.sessionId, 4],
      [three.peer.sessionId, 1],
    ]);
  });

  test('a busy action holds up no other action', () => {
    const hub = new Routed();
    hub.provider('resize', { actions: [{ name: 'thumbnail' }], capacity: 1 });
    hub.provider('resize', { actions: [{ name: 'crop' }] });
    const client = hub.client();
    hub.request(client);
    expect(hub.request(client).value?.state).toBe('queued');
    expect(hub.request(client, { action: 'crop' }).value?.state).toBe('assigned');
  });

  test('one with more than 4 MiB unsent has no room', () => {
    const hub = new Routed();
    const slow = hub.provider('resize');
    slow.inbox.unsentBytes = 5 * 1024 * 1024;
    const { id, value } = hub.request(hub.client());
    expect(value).toMatchObject({ state: 'queued', reason: 'at_capacity' });
    slow.inbox.drain();
    hub.clock.settle();
    expect(slow.inbox.last('request')).toMatchObject({ request_id: id });
  });
});

describe('waiting', () => {
  test('a name nobody registered is refused at once, unless the request says how long it would wait', () => {
    const hub = new Routed();
    const client = hub.client();
    expect(hub.request(client).code).toBe('service_not_found');
    expect(hub.request(client, { startTimeoutMs: 500 }).value).toMatchObject({
      state: 'queued',
      reason: 'no_provider',
      position: 1,
    });
    hub.clock.advance(500);
    expect(client.inbox.last('error')).toMatchObject({ state: 'expired', error: { code: 'expired', retryable: true } });
  });

  test('an action that no provider of a known service offers is refused', () => {
    const hub = new Routed();
    hub.provider('resize', { actions: [{ name: 'crop' }] });
    expect(hub.request(hub.client()).code).toBe('action_not_found');
  });

  test('a known service without providers is remembered for seven days', () => {
    const hub = new Routed();
    hub.leave(hub.provider('resize'));
    const client = hub.client();
    expect(hub.request(client).value?.state).toBe('queued');
    hub.clock.advance(7 * 24 * 60 * 60_000);
    expect(hub.request(client).code).toBe('service_not_found');
  });

  test('a step of priority is worth ten seconds', () => {
    const hub = new Routed();
    const client = hub.client();
    const early = hub.request(client, { startTimeoutMs: 600_000 });
    hub.clock.advance(15_000);
    const late = hub.request(client, { startTimeoutMs: 600_000, priority: 2 });
    const worker = hub.provider('resize', { capacity: 1 });
    expect(worker.inbox.last('request')).toMatchObject({ request_id: late.id });
    hub.work(worker, { type: 'result', requestId: late.id });
    expect(worker.inbox.last('request')).toMatchObject({ request_id: early.id });
  });

  test('beyond the bound the queue is full', () => {
    const hub = new Routed({ maxWaiting: 1 });
    const client = hub.client();
    hub.request(client, { startTimeoutMs: 1_000 });
    const refused = hub.request(client, { startTimeoutMs: 1_000 });
    expect(refused.error?.toWire()).toMatchObject({
      code: 'queue_full',
      retryable: true,
      details: { limit: 'max_waiting', max: 1 },
    });
  });

  test('its place in the line is told once a second', () => {
    const hub = new Routed();
    const client = hub.client();
    const first = hub.request(client, { startTimeoutMs: 600_000 });
    const second = hub.request(client, { startTimeoutMs: 600_000 });
    expect(second.value?.position).toBe(2);
    hub.cancel(client, first.id);
    hub.clock.advance(1_000);
    expect(client.inbox.last('waiting')).toMatchObject({ request_id: second.id, reason: 'no_provider', position: 1 });
  });
});

describe('a provider that disconnects', () => {
  test('gives back at once what it had not begun', () => {
    const hub = new Routed();
    const deaf = hub.provider('resize', { acks: true, instanceId: 'i-1' });
    deaf.inbox.acknowledges = false;
    const client = hub.client();
    hub.request(client);
    const other = hub.provider('resize');
    hub.leave(deaf);
    expect(other.inbox.last('request')).toMatchObject({ attempt: 2 });
  });

  test('with an instance_id has five seconds to come back to what it began', () => {
    const { hub, worker, client, id } = aRunningRequest({ instanceId: 'i-1' });
    hub.work(worker, { type: 'progress', requestId: id, n: 1, progress: 0.5 });
    const other = hub.provider('resize');
    hub.leave(worker);
    expect(client.inbox.last('status')).toMatchObject({ state: 'assigned', reason: 'provider_lost' });
    hub.clock.advance(4_999);
    expect(other.inbox.all('request')).toEqual([]);
    hub.clock.advance(1);
    expect(other.inbox.last('request')).toMatchObject({ request_id: id, attempt: 2 });
  });

  test('goes on where it was when it comes back and lists the request', () => {
    const { hub, worker, client, id } = aRunningRequest({ instanceId: 'i-1' });
    hub.work(worker, { type: 'chunk', requestId: id, n: 1, data: 'one ' });
    hub.leave(worker);
    const back = hub.provider('resize', { instanceId: 'i-1', inFlight: [{ requestId: id, attempt: 1 }] });
    expect(back.answer.value).toEqual({ inFlight: [{ requestId: id, attempt: 1, lastN: 1 }] });
    hub.work(back, { type: 'chunk', requestId: id, attempt: 1, n: 2, data: 'two' });
    hub.work(back, { type: 'result', requestId: id, n: 3 });
    expect(client.inbox.last('result')).toMatchObject({ attempt: 1, state: 'completed' });
    expect(client.inbox.all('chunk').map(({ data }) => data)).toEqual(['one ', 'two']);
  });

  test('starts over when it streamed without counting, and is told to stop', () => {
    const { hub, worker, id } = aRunningRequest({ instanceId: 'i-1' });
    hub.work(worker, { type: 'chunk', requestId: id, data: 'one ' });
    hub.leave(worker);
    const back = hub.provider('resize', { instanceId: 'i-1', inFlight: [{ requestId: id, attempt: 1 }] });
    expect(back.inbox.all('cancel')).toEqual([{ request_id: id, attempt: 1, reason: 'not_assigned', grace_ms: 0 }]);
    expect(back.inbox.last('request')).toMatchObject({ request_id: id, attempt: 2 });
  });

  test('fails what must not run twice', () => {
    const { hub, worker, client } = aRunningRequest({ actions: [{ name: 'thumbnail', idempotent: false }] });
    hub.provider('resize');
    hub.leave(worker);
    expect(client.inbox.last('error')).toMatchObject({ state: 'failed', error: { code: 'provider_lost', retryable: false } });
  });

  test('three lost attempts that began are enough', () => {
    const { hub, worker, client } = aRunningRequest();
    let current: TestPeer = worker;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const next = hub.provider('resize');
      hub.leave(current);
      current = next;
    }
    expect(client.inbox.all('error')).toHaveLength(1);
    expect(client.inbox.last('error')).toMatchObject({ attempt: 3, error: { code: 'provider_lost' } });
  });
});

describe('a provider that is silent', () => {
  test('and promised to acknowledge is deaf after three seconds: its request goes to another, and it is out of turn until it speaks', () => {
    const hub = new Routed();
    const deaf = hub.provider('resize', { acks: true });
    deaf.inbox.acknowledges = false;
    const client = hub.client();
    const { id } = hub.request(client);
    const other = hub.provider('resize', { capacity: 1 });
    hub.clock.advance(3_000);
    expect(other.inbox.last('request')).toMatchObject({ request_id: id, attempt: 2 });
    expect(hub.request(client).value?.state).toBe('queued');
    expect(hub.work(deaf, { type: 'progress', requestId: id, attempt: 1 }).code).toBe('not_assigned');
    expect(deaf.inbox.all('request')).toHaveLength(2);
  });

  test('for thirty seconds is told to be stalled, and no longer when it speaks', () => {
    const { hub, worker, client, id } = aRunningRequest();
    hub.work(worker, { type: 'progress', requestId: id, progress: 0.1 });
    hub.clock.advance(31_000);
    expect(client.inbox.last('stalled')).toMatchObject({ stalled: true });
    hub.work(worker, { type: 'progress', requestId: id, progress: 0.2 });
    expect(client.inbox.last('stalled')).toMatchObject({ stalled: false });
    expect(client.inbox.all('error')).toEqual([]);
  });

  test('is told to be silent until now to whoever looks later', () => {
    const { hub, worker, client, id } = aRunningRequest();
    hub.work(worker, { type: 'progress', requestId: id, progress: 0.1 });
    hub.clock.advance(106_000);
    expect(hub.get(client, id).value?.live.stalled).toEqual({ silentMs: 106_000 });
    const other = hub.client();
    hub.router.watch(other.peer, { requestId: id, afterSeq: 0 }, new Answer());
    hub.clock.advance(0);
    expect(other.inbox.last('stalled')).toMatchObject({ stalled: true, silent_ms: 106_000 });
  });
});

describe('deadline', () => {
  test('a request whose deadline passes fails, and its provider is told to stop', () => {
    const { hub, worker, client, id } = aRunningRequest({}, { timeoutMs: 500 });
    hub.clock.advance(500);
    expect(client.inbox.last('error')).toMatchObject({ state: 'failed', error: { code: 'deadline_exceeded' } });
    expect(worker.inbox.last('cancel')).toMatchObject({ request_id: id, attempt: 1, reason: 'deadline_exceeded' });
  });

  test('a jump of the wall clock ends nothing', () => {
    const { hub, client } = aRunningRequest({}, { timeoutMs: 60_000 });
    hub.clock.jumpWallClock(365 * 24 * 60 * 60_000);
    hub.clock.advance(1_000);
    expect(client.inbox.all('error')).toEqual([]);
  });

  test('the place stays taken until the provider answers, a minute at most', () => {
    const { hub, worker, client, id } = aRunningRequest({ capacity: 1 }, { timeoutMs: 500 });
    hub.clock.advance(500);
    expect(hub.request(client).value?.state).toBe('queued');
    expect(hub.work(worker, { type: 'result', requestId: id, attempt: 1 }).code).toBe('already_finished');
    expect(worker.inbox.all('request')).toHaveLength(2);
  });
});

describe('cancel', () => {
  test('ends a waiting request at once', () => {
    const hub = new Routed();
    const client = hub.client();
    const { id } = hub.request(client, { startTimeoutMs: 1_000 });
    expect(hub.cancel(client, id).value).toBe('cancelled');
    expect(hub.cancel(client, id).value).toBe('already_finished');
  });

  test('asks the provider, once, and ends by itself after ten seconds', () => {
    const { hub, worker, client, id } = aRunningRequest();
    expect(hub.cancel(client, id).value).toBe('requested');
    expect(hub.cancel(client, id).value).toBe('requested');
    expect(worker.inbox.all('cancel')).toEqual([{ request_id: id, attempt: 1, reason: '', grace_ms: 10_000 }]);
    expect(client.inbox.last('status')).toMatchObject({ state: 'cancelling', by: { session_id: client.peer.sessionId } });
    hub.clock.advance(10_000);
    expect(client.inbox.last('error')).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
  });

  test('a result that comes meanwhile completes it, an error cancels it', () => {
    const one = aRunningRequest();
    one.hub.cancel(one.client, one.id);
    one.hub.work(one.worker, { type: 'result', requestId: one.id, result: 'done' });
    expect(one.client.inbox.last('result')).toMatchObject({ state: 'completed', result: 'done' });
    const other = aRunningRequest();
    other.hub.cancel(other.client, other.id);
    other.hub.work(other.worker, {
      type: 'error',
      requestId: other.id,
      error: { code: 'cancelled', message: 'stopped', retryable: false },
    });
    expect(other.client.inbox.last('error')).toMatchObject({ state: 'cancelled' });
  });
});

describe('a requester that disconnects', () => {
  test('changes nothing', () => {
    const { hub, worker, client, id } = aRunningRequest();
    hub.leave(client);
    hub.clock.advance(60_000);
    hub.work(worker, { type: 'result', requestId: id });
    expect(hub.get(hub.client(), id).value?.state).toBe('completed');
  });

  test('unless it said so: then its request is cancelled after half a minute', () => {
    const { hub, worker, client } = aRunningRequest({}, { onRequesterGone: 'cancel' });
    hub.leave(client);
    hub.clock.advance(29_999);
    expect(worker.inbox.all('cancel')).toEqual([]);
    hub.clock.advance(1);
    expect(worker.inbox.last('cancel')).toMatchObject({ reason: 'requester_gone' });
  });
});

describe('reject', () => {
  test('hands the request to another, and does not ask this one again for five seconds', () => {
    const { hub, worker, id } = aRunningRequest();
    hub.work(worker, { type: 'reject', requestId: id });
    expect(worker.inbox.all('request')).toHaveLength(1);
    hub.clock.advance(5_000);
    expect(worker.inbox.last('request')).toMatchObject({ request_id: id, attempt: 2 });
  });
});

describe('the fence', () => {
  test('nobody but the provider of this attempt is heard', () => {
    const { hub, id } = aRunningRequest();
    const stranger = hub.provider('resize');
    expect(hub.work(stranger, { type: 'result', requestId: id }).code).toBe('not_assigned');
    expect(hub.work(stranger, { type: 'result', requestId: '00000000-0000-7000-8000-00000000ffff' }).code).toBe('not_assigned');
  });

  test('a repeated message is answered as such, a missing one is asked for', () => {
    const { hub, worker, id } = aRunningRequest();
    hub.work(worker, { type: 'chunk', requestId: id, n: 1, data: 'a' });
    expect(hub.work(worker, { type: 'chunk', requestId: id, n: 1, data: 'a' }).value).toEqual({ duplicate: true });
    expect(hub.work(worker, { type: 'chunk', requestId: id, n: 3, data: 'c' }).error?.details).toEqual({
      path: 'n',
      expected: 2,
    });
    hub.work(worker, { type: 'result', requestId: id, n: 2 });
    expect(hub.work(worker, { type: 'result', requestId: id, n: 2 }).value).toEqual({ duplicate: true });
    expect(hub.work(worker, { type: 'progress', requestId: id, n: 3 }).code).toBe('already_finished');
  });

  test('a connection that had the request twice must say which attempt it means', () => {
    const { hub, worker, id } = aRunningRequest();
    hub.work(worker, { type: 'reject', requestId: id });
    hub.clock.advance(5_000);
    expect(hub.work(worker, { type: 'progress', requestId: id }).error?.details).toEqual({ path: 'attempt' });
    expect(hub.work(worker, { type: 'progress', requestId: id, attempt: 2 }).error).toBeUndefined();
  });
});

describe('children', () => {
  function aParent() {
    const { hub, worker, client, id } = aRunningRequest({}, { timeoutMs: 10_000 });
    const helper = hub.provider('store');
    hub.clock.advance(4_000);
    const child = hub.request(worker, { to: 'store', action: 'put', parent: { requestId: id } });
    return { hub, worker, client, id, helper, child };
  }

  test('inherit the time that is left', () => {
    const { hub, helper, child, worker } = aParent();
    expect(helper.inbox.last('request')).toMatchObject({ parent: { request_id: expect.any(String) } });
    const record = hub.get(worker, child.id).value;
    expect(record?.state).toBe('assigned');
    hub.clock.advance(6_000);
    expect(worker.inbox.last('error')).toMatchObject({ request_id: child.id });
  });

  test('are cancelled when their parent ends other than completed', () => {
    const { hub, worker, id, helper } = aParent();
    hub.work(worker, { type: 'error', requestId: id, error: { code: 'boom', message: 'no', retryable: false } });
    expect(helper.inbox.last('cancel')).toMatchObject({ reason: 'parent_ended' });
  });

  test('belong to whoever holds the parent', () => {
    const { hub, client, id } = aParent();
    expect(hub.request(client, { to: 'store', action: 'put', parent: { requestId: id } }).code).toBe('not_assigned');
  });
});

describe('one instance, two connections', () => {
  test('the newest wins, and the older is told', () => {
    const { hub, worker, id } = aRunningRequest({ instanceId: 'i-1' });
    const newer = hub.provider('resize', { instanceId: 'i-1', inFlight: [{ requestId: id, attempt: 1 }] });
    expect(worker.inbox.last('refused')).toMatchObject({ error: { code: 'instance_replaced' } });
    expect(hub.work(newer, { type: 'result', requestId: id, attempt: 1 }).error).toBeUndefined();
  });

  test('three swaps a minute are a conflict', () => {
    const hub = new Routed();
    const answers = Array.from({ length: 4 }, () => hub.provider('resize', { instanceId: 'i-1' }).answer.code);
    expect(answers).toEqual([undefined, undefined, undefined, 'instance_conflict']);
  });
});

describe('a hub that comes back', () => {
  test('waits twenty seconds for the workers of what had begun, and then gives it to another', () => {
    const { hub, worker, id } = aRunningRequest({ instanceId: 'i-1' });
    hub.work(worker, { type: 'progress', requestId: id, progress: 0.5 });
    hub.clock.advance(2_000);
    hub.restart();
    const other = hub.provider('resize');
    hub.clock.advance(19_999);
    expect(other.inbox.all('request')).toEqual([]);
    hub.clock.advance(1);
    expect(other.inbox.last('request')).toMatchObject({ request_id: id, attempt: 2 });
  });

  test('hands out what had been waiting, its payload and all', () => {
    const hub = new Routed();
    const { id } = hub.request(hub.client(), { startTimeoutMs: 60_000, payload: { size: 3 } });
    hub.restart();
    const worker = hub.provider('resize');
    expect(worker.inbox.last('request')).toMatchObject({ request_id: id, payload: { size: 3 } });
  });
});

describe('tenants', () => {
  const blue = { tenant: 'blue', subject: 'b', scopes: ['request:*'] };

  test('neither see nor serve each other, though their services have one name', () => {
    const { hub, id } = aRunningRequest();
    const stranger = hub.client('blue-1', blue);
    expect(hub.request(stranger).code).toBe('service_not_found');
    const unknown = '00000000-0000-7000-8000-00000000ffff';
    const [real, random] = [hub.get(stranger, id), hub.get(stranger, unknown)];
    expect(real.error?.message.replace(id, unknown)).toBe(random.error?.message);
    expect([real.code, hub.cancel(stranger, id).code]).toEqual(['request_not_found', 'request_not_found']);
  });
});

describe('shares', () => {
  test('a subject and a tenant may have so many requests open, whatever sessions sent them', () => {
    const hub = new Routed({}, { maxSubjectRequests: 2, maxTenantRequests: 3, maxTenantServices: 10 });
    const worker = hub.provider('resize');
    const session = (subject: string) =>
      hub.client(undefined, { tenant: 'local', subject, scopes: ['request:*'], tokenId: subject });
    const first = hub.request(session('alice'));
    hub.request(session('alice'));
    const refused = hub.request(session('alice')).error;
    expect(refused).toMatchObject({ code: 'rate_limited', details: { limit: 'max_subject_requests', max: 2 } });
    hub.request(session('bob'));
    expect(hub.request(session('bob')).error).toMatchObject({ details: { limit: 'max_tenant_requests', max: 3 } });
    hub.work(worker, { type: 'result', requestId: first.id });
    expect(hub.request(session('alice')).error).toBeUndefined();
    hub.restart();
    hub.provider('resize');
    expect(hub.request(session('carol')).error).toMatchObject({ details: { limit: 'max_tenant_requests' } });
  });
});

describe('services of a tenant', () => {
  test('a tenant has so many services and no more; those that it has may be provided again', () => {
    const hub = new Routed({}, { maxSubjectRequests: 10, maxTenantRequests: 10, maxTenantServices: 2 });
    const first = hub.provider('resize');
    hub.provider('draw');
    const refused = hub.provider('paint');
    expect(refused.answer.error).toMatchObject({ code: 'rate_limited', details: { limit: 'max_tenant_services', max: 2 } });
    expect(hub.request(hub.client(), { to: 'paint' }).code).toBe('service_not_found');
    hub.router.disconnected(first.peer);
    expect(hub.provider('paint').answer.error).toBeDefined();
    expect(hub.provider('resize').answer.error).toBeUndefined();
    expect(hub.provider('paint', {}, { tenant: 'other', subject: 'o', scopes: ['provide:*'] }).answer.error).toBeUndefined();
    hub.restart();
    expect(hub.provider('paint').answer.error).toBeDefined();
    expect(hub.provider('draw').answer.error).toBeUndefined();
  });
});

describe('scopes', () => {
  const who = (subject: string, ...scopes: string[]) => ({ tenant: 'local', subject, scopes });

  test('a request needs the scope of its service, whether or not anybody serves it', () => {
    const hub = new Routed();
    hub.provider('resize');
    const client = hub.client('c', who('c', 'request:res*', 'provide:draw'));
    expect(hub.request(client).error).toBeUndefined();
    const [known, unknown] = [
      hub.request(client, { to: 'draw' }),
      hub.request(client, { to: 'drew', requestId: '00000000-0000-7000-8000-00000000ffff' }),
    ];
    expect(known.error).toMatchObject({ code: 'forbidden', details: { scope: 'request:draw' } });
    expect(unknown.error).toMatchObject({ code: 'forbidden', details: { scope: 'request:drew' } });
  });

  test('a service needs the scope to provide it, and one that is refused changes nothing', () => {
    const hub = new Routed();
    const { answer } = hub.provider('resize', {}, who('w', 'request:resize', 'provide:draw'));
    expect(answer.error).toMatchObject({ code: 'forbidden', details: { scope: 'provide:resize' } });
    expect(hub.request(hub.client()).code).toBe('service_not_found');
    expect(hub.provider('draw', {}, who('w', 'provide:draw')).answer.error).toBeUndefined();
  });

  test('a child request is asked with the rights of the provider, not with those of whoever asked the parent', () => {
    const hub = new Routed();
    hub.provider('resize');
    const worker = hub.provider('album', {}, who('w', 'provide:album', 'request:resize'));
    const { id } = hub.request(hub.client('c', who('c', 'request:*')), { to: 'album' });
    expect(hub.request(worker, { parent: { requestId: id } }).error).toBeUndefined();
    expect(hub.request(worker, { to: 'other', parent: { requestId: id } }).code).toBe('forbidden');
  });

  test('only what a token is about is listed, and told of', () => {
    const hub = new Routed();
    hub.provider('resize');
    hub.provider('draw');
    const seen = (...scopes: string[]): readonly string[] => {
      const answer = new Answer<readonly { readonly name: string }[]>();
      hub.router.services(hub.client(undefined, who('c', ...scopes)).peer, {}, answer);
      return answer.value?.map(({ name }) => name) ?? [];
    };
    expect(seen('request:draw')).toEqual(['draw']);
    expect(seen('provide:r*')).toEqual(['resize']);
    expect(seen('observe:*')).toEqual(['resize', 'draw']);
    expect(seen('admin')).toEqual(['resize', 'draw']);
    expect(seen('operator')).toEqual([]);
    const reader = hub.client(undefined, who('c', 'request:draw'));
    hub.router.services(reader.peer, { watch: true }, new Answer());
    hub.provider('resize');
    hub.provider('draw');
    hub.clock.advance(1_000);
    expect(reader.inbox.all('service').map(({ service }) => (service as { name: string }).name)).toEqual(['draw']);
  });

  test('observing follows what others of the tenant asked for, and cancels nothing', () => {
    const { hub, id } = aRunningRequest();
    const observer = hub.client('o', who('o', 'observe:res*'));
    expect(hub.get(observer, id).error).toBeUndefined();
    expect(hub.cancel(observer, id).code).toBe('request_not_found');
    expect(hub.get(hub.client('p', who('o', 'observe:draw', 'operator')), id).code).toBe('request_not_found');
    expect(hub.cancel(hub.client('a', who('a', 'admin')), id).error).toBeUndefined();
  });
});

describe('watchers', () => {
  test('a slow one is not written to beyond its bound, and catches up from the log', () => {
    const { hub, worker, client, id } = aRunningRequest();
    client.inbox.unsentBytes = 300 * 1024;
    for (let count = 0; count < 50; count += 1) hub.work(worker, { type: 'chunk', requestId: id, data: `${count} ` });
    expect(client.inbox.all('chunk')).toEqual([]);
    client.inbox.drain();
    hub.clock.settle();
    expect(client.inbox.all('chunk').map(({ index }) => index)).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  test('a second watch moves the cursor; one beyond the last event is reset', () => {
    const { hub, worker, client, id } = aRunningRequest();
    hub.work(worker, { type: 'chunk', requestId: id, data: 'a' });
    const [replay, reset] = [new Answer<{ mode: string }>(), new Answer<{ mode: string; reset?: true }>()];
    hub.router.watch(client.peer, { requestId: id, afterSeq: 0 }, replay);
    hub.clock.settle();
    expect(replay.value).toEqual({ mode: 'replay' });
    expect(
      client.inbox.messages.filter(({ body }) => 'index' in body || body['state'] === 'assigned').map(({ body }) => body['seq']),
    ).toEqual([2, 1, 2]);
    hub.router.watch(client.peer, { requestId: id, afterSeq: 99 }, reset);
    hub.clock.settle();
    expect(reset.value).toMatchObject({ mode: 'snapshot', reset: true, seq: 2 });
  });

  test('progress is told at most ten times a second, the latest before the task ends', () => {
    const { hub, worker, client, id } = aRunningRequest();
    for (let percent = 1; percent <= 50; percent += 1)
      hub.work(worker, { type: 'progress', requestId: id, taskId: 'a', progress: percent / 100 });
    expect(client.inbox.all('progress')).toHaveLength(1);
    hub.work(worker, { type: 'task_result', requestId: id, taskId: 'a' });
    expect(client.inbox.all('progress').map(({ progress }) => progress)).toEqual([0.01, 0.5]);
    expect(client.inbox.messages.at(-1)?.name).toBe('task_result');
  });
});

describe('stopping', () => {
  test('leaves what is kept to the next hub, also what must not run twice', () => {
    const { hub, worker, client, id } = aRunningRequest({
      instanceId: 'i-1',
      actions: [{ name: 'thumbnail', idempotent: false }],
    });
    hub.router.drain('kept', () => undefined);
    hub.leave(worker);
    expect(client.inbox.all('error')).toEqual([]);
    hub.restart();
    const back = hub.provider('resize', { instanceId: 'i-1', inFlight: [{ requestId: id, attempt: 1 }] });
    expect(hub.work(back, { type: 'result', requestId: id, attempt: 1 }).error).toBeUndefined();
  });

  test('with memory only: what is open is waited for, then failed', () => {
    const { hub, client } = aRunningRequest();
    let hasLeft = false;
    hub.router.drain('last_chance', () => (hasLeft = true));
    expect(hub.request(client).code).toBe('hub_draining');
    hub.clock.advance(29_999);
    expect(hasLeft).toBe(false);
    hub.clock.advance(1);
    expect(hasLeft).toBe(true);
    expect(client.inbox.last('error')).toMatchObject({ error: { code: 'hub_draining' } });
  });
});
