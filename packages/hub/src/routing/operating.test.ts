import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { ServiceInfo } from '@conduit/sdk/protocol/events';
import { expect, test } from 'vitest';
import { Answer, Routed } from '../testing/routed.ts';

const root = { tenant: 'local', subject: 'root', scopes: ['admin'] };
const foreignRoot = { tenant: 'acme', subject: 'root', scopes: ['admin'] };
const nobody = { tenant: 'local', subject: 'local', scopes: ['request:*', 'observe:*', 'operator'] };

function pause(hub: Routed, isPaused: boolean, identity = root, name = 'resize'): Answer<ServiceInfo> {
  const answer = new Answer<ServiceInfo>();
  hub.router.pause(identity, { name, isPaused }, answer);
  hub.clock.settle();
  return answer;
}

test('a paused service hands nothing over, finishes what it has, and goes on in order when it is resumed', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize');
  const before = hub.request(client);
  expect(pause(hub, true).value).toMatchObject({ name: 'resize', paused: true });
  const [first, second] = [hub.request(client), hub.request(client)];
  expect(first.value).toMatchObject({ state: 'queued', reason: 'paused' });
  hub.clock.advance(1_000);
  expect(client.inbox.last('waiting')).toMatchObject({ request_id: second.id, reason: 'paused', position: 2 });
  expect(hub.work(worker, { type: 'result', requestId: before.id }).value).toEqual({});
  expect(worker.inbox.all('request')).toHaveLength(1);
  expect(pause(hub, false).value).toMatchObject({ paused: false });
  expect(worker.inbox.all('request').map((body) => body['request_id'])).toEqual([before.id, first.id, second.id]);
});

test('a service stays paused over a restart of the hub, and over the coming and going of its providers', () => {
  const hub = new Routed();
  const worker = hub.provider('resize');
  pause(hub, true);
  hub.leave(worker);
  hub.restart();
  const next = hub.provider('resize');
  expect(hub.request(hub.client()).value).toMatchObject({ state: 'queued', reason: 'paused' });
  pause(hub, false);
  expect(next.inbox.all('request')).toHaveLength(1);
  hub.restart();
  hub.provider('resize');
  expect(hub.request(hub.client()).value).toMatchObject({ state: 'assigned' });
});

test('only whoever administers the tenant pauses, and only what is there', () => {
  const hub = new Routed();
  hub.provider('resize');
  expect(pause(hub, true, nobody).code).toBe('forbidden');
  expect(pause(hub, true, foreignRoot).code).toBe('service_not_found');
  expect(pause(hub, true, root, 'crop').code).toBe('service_not_found');
  expect(hub.request(hub.client()).value).toMatchObject({ state: 'assigned' });
});

test('a drained provider is asked to leave, gets nothing new and finishes what it holds', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize');
  const held = hub.request(client);
  hub.router.drainProvider(root, worker.peer.sessionId);
  expect(hub.router.providers(root)).toMatchObject([{ services: [{ service: 'resize', state: 'draining', held: 1 }] }]);
  expect(worker.inbox.all('drain')).toEqual([{ name: 'resize' }]);
  expect(hub.request(client).value).toMatchObject({ state: 'queued', reason: 'no_provider' });
  hub.work(worker, { type: 'result', requestId: held.id });
  expect(client.inbox.last('result')).toMatchObject({ request_id: held.id, state: 'completed' });
  expect(worker.inbox.all('request')).toHaveLength(1);
});

test('a provider is drained and disconnected only by whoever administers its tenant', () => {
  const hub = new Routed();
  const worker = hub.provider('resize');
  const client = hub.client();
  const { sessionId } = worker.peer;
  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return error instanceof ConduitError ? error.code : String(error);
    }
    return 'nothing';
  };
  for (const act of [hub.router.drainProvider, hub.router.disconnectProvider].map((one) => one.bind(hub.router))) {
    expect(codeOf(() => act(nobody, sessionId))).toBe('forbidden');
    expect(codeOf(() => act(foreignRoot, sessionId))).toBe('service_not_found');
    expect(codeOf(() => act(root, 'nobody'))).toBe('service_not_found');
    expect(codeOf(() => act(root, client.peer.sessionId))).toBe('service_not_found');
  }
  expect(worker.inbox.isClosed).toBe(false);
  hub.router.disconnectProvider(root, sessionId);
  expect(worker.inbox.isClosed).toBe(true);
});
