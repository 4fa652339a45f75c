import { expect, test } from 'vitest';
import { aBody } from '../testing/requests.ts';
import { Answer, Routed, type TestPeer } from '../testing/routed.ts';
import type { EventsFound } from './following.ts';
import type { Accepted, Retry } from './requesting.ts';

function retry(hub: Routed, { peer }: TestPeer, wanted: Retry): Answer<Accepted> {
  const answer = new Answer<Accepted>();
  hub.router.retry(peer, wanted, answer);
  hub.clock.settle();
  return answer;
}

test('a request that ended is sent again as a new one that names it, as it was or with another payload', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize');
  const said = { payload: { width: 10 }, tags: ['red'], priority: 3, timeoutMs: 5_000, trace: { traceparent: 'x' } };
  const { id } = hub.request(client, said);
  hub.work(worker, { type: 'error', requestId: id, error: { code: 'x', message: 'no', retryable: true } });
  const again = retry(hub, client, { requestId: id }).value;
  expect(again?.requestId).not.toBe(id);
  expect(worker.inbox.last('request')).toMatchObject({ payload: { width: 10 }, tags: ['red'], trace: { traceparent: 'x' } });
  expect(hub.get(client, again?.requestId ?? '').value).toMatchObject({ retryOf: id, tags: ['red'] });
  retry(hub, client, { requestId: id, payload: aBody('other') });
  expect(worker.inbox.last('request')).toMatchObject({ payload: 'other' });
  hub.clock.advance(5_000);
  expect(hub.get(client, again?.requestId ?? '').value).toMatchObject({ error: { code: 'deadline_exceeded' } });
  hub.restart();
  expect(hub.get(client, again?.requestId ?? '').value).toMatchObject({ retryOf: id });
});

test('the new id is the key of a retry as of any request', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize');
  const { id } = hub.request(client, { payload: 1 });
  const newRequestId = '0190aaaa-0000-7000-8000-000000000001';
  expect(retry(hub, client, { requestId: id, newRequestId }).value?.requestId).toBe(newRequestId);
  expect(retry(hub, client, { requestId: id, newRequestId }).value?.requestId).toBe(newRequestId);
  expect(retry(hub, client, { requestId: id, newRequestId, payload: aBody(2) }).code).toBe('duplicate_request');
  expect(worker.inbox.all('request')).toHaveLength(2);
});

test('whoever may only look at a request does not repeat it', () => {
  const hub = new Routed();
  hub.provider('resize');
  const { id } = hub.request(hub.client());
  const observer = hub.client('observer', { tenant: 'local', subject: 'eve', scopes: ['observe:*', 'request:*'] });
  const foreign = hub.client('foreign', { tenant: 'acme', subject: 'local', scopes: ['admin', 'request:*'] });
  const own = hub.client('unable', { tenant: 'local', subject: 'local', scopes: [] });
  const root = hub.client('root', { tenant: 'local', subject: 'root', scopes: ['admin', 'request:*'] });
  expect(retry(hub, observer, { requestId: id }).code).toBe('request_not_found');
  expect(retry(hub, foreign, { requestId: id }).code).toBe('request_not_found');
  expect(retry(hub, own, { requestId: id }).code).toBe('forbidden');
  expect(retry(hub, root, { requestId: id }).value?.state).toBe('assigned');
});

test('a log is read in pages, by whoever may follow the request', () => {
  const hub = new Routed();
  const client = hub.client();
  const worker = hub.provider('resize');
  const { id } = hub.request(client);
  for (const data of ['a', 'b', 'c']) hub.work(worker, { type: 'chunk', requestId: id, data });
  const read = (afterSeq: number, limit: number, from = client) => {
    const answer = new Answer<EventsFound>();
    hub.router.events(from.peer, { requestId: id, afterSeq, limit }, answer);
    return answer;
  };
  expect(read(0, 2).value).toMatchObject({ events: [{ name: 'status' }, { name: 'chunk', body: { data: 'a' } }], hasMore: true });
  expect(read(2, 2).value).toMatchObject({ events: [{ body: { seq: 3 } }, { body: { seq: 4, data: 'c' } }], hasMore: false });
  expect(read(4, 2).value).toEqual({ events: [], hasMore: false });
  const foreign = hub.client('foreign', { tenant: 'acme', subject: 'local', scopes: ['admin'] });
  expect(read(0, 2, foreign).code).toBe('request_not_found');
});
