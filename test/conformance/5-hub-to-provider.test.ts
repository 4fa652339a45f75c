/** Protocol, section 5: what a provider is handed, and how it is told to stop. */

import { describe, expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer, aWorker } from '../support/peer.ts';

const hub = aHubForThisFile();

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('request', () => {
  test('carries what was asked for, by whom, which attempt it is and until when', async () => {
    const service = aName('service');
    const worker = await aWorker(hub.url, service);
    const client = aPeer(hub.url);
    await client.ok('register', { type: 'client', name: 'shop' });
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const request = { to: service, action: 'go', payload: { a: 1 }, timeout_ms: 60_000, tags: ['urgent', 'blue'], trace };
    const { request_id } = await client.ok('request', request);
    const handed = await worker.next('request');
    expect(handed).toEqual({
      request_id,
      service,
      action: 'go',
      payload: { a: 1 },
      attempt: 1,
      deadline_at: expect.stringMatching(instant),
      requester: { name: 'shop', subject: expect.any(String) },
      tags: ['urgent', 'blue'],
      trace,
    });
    expect(Math.abs(Date.parse(String(handed.deadline_at)) - Date.now() - 60_000)).toBeLessThan(5_000);
  });

  test('has an hour where nobody says otherwise', async () => {
    const { handed } = await aHandedRequest(hub.url);
    expect(Math.abs(Date.parse(String(handed.deadline_at)) - Date.now() - 3_600_000)).toBeLessThan(5_000);
  });

  test('of a later attempt has its own number and the same deadline', async () => {
    const { service, worker, handed, request_id } = await aHandedRequest(hub.url, { request: { payload: 'same' } });
    const other = await aWorker(hub.url, service);
    await worker.ok('reject', { request_id });
    const again = await other.next('request', { request_id });
    expect(again).toMatchObject({ attempt: 2, payload: 'same' });
    expect(Math.abs(Date.parse(String(again.deadline_at)) - Date.parse(String(handed.deadline_at)))).toBeLessThan(50);
  });
});

describe('cancel', () => {
  test("carries the attempt, the requester's reason and the time that is left", async () => {
    const { worker, client, request_id } = await aHandedRequest(hub.url);
    await client.ok('cancel', { request_id, reason: 'changed my mind' });
    expect(await worker.next('cancel')).toEqual({
      request_id,
      attempt: 1,
      reason: 'changed my mind',
      grace_ms: expect.any(Number),
    });
    expect(worker.all('cancel')[0]?.body['grace_ms']).toBeGreaterThan(0);
  });

  test('says so when the deadline has passed', async () => {
    const { worker, request_id } = await aHandedRequest(hub.url, { request: { timeout_ms: 200 } });
    expect(await worker.next('cancel')).toMatchObject({ request_id, attempt: 1, reason: 'deadline_exceeded' });
  });

  test('says so when the parent ended, or started over', async () => {
    const { service, worker, request_id } = await aHandedRequest(hub.url);
    const inner = aName('inner');
    const child = await aWorker(hub.url, inner);
    const ask = async (from: typeof worker): Promise<string> => {
      const answer = await from.ok('request', { to: inner, action: 'go', parent: { request_id } });
      await child.next('request', { request_id: answer.request_id });
      return answer.request_id;
    };
    const first = await ask(worker);
    const other = await aWorker(hub.url, service);
    await worker.ok('reject', { request_id });
    expect(await child.next('cancel', { request_id: first })).toMatchObject({ reason: 'parent_retried' });
    await other.next('request', { request_id });
    const second = await ask(other);
    await other.ok('error', { request_id, attempt: 2, error: { message: 'no' } });
    expect(await child.next('cancel', { request_id: second })).toMatchObject({ reason: 'parent_ended' });
  });

  test('keeps the place taken until the provider answers', async () => {
    const service = aName('one-place');
    const worker = await aWorker(hub.url, service, { register: { capacity: 1 } });
    const client = await aClient(hub.url);
    const first = await client.ok('request', { to: service, action: 'go', timeout_ms: 200 });
    await worker.next('cancel', { request_id: first.request_id });
    expect((await client.end(first.request_id)).body.error?.code).toBe('deadline_exceeded');
    const second = await client.ok('request', { to: service, action: 'go' });
    expect(second).toMatchObject({ state: 'queued', reason: 'at_capacity' });
    const late = { code: 'cancelled', message: 'stopped' };
    expect(await worker.refusal('error', { request_id: first.request_id, error: late })).toMatchObject({
      code: 'already_finished',
    });
    await worker.next('request', { request_id: second.request_id });
  });
});
