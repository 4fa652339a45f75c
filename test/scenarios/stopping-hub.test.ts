/** A hub that is told to stop says so, leaves in order, and loses nothing that it accepted. */

import { expect, test } from 'vitest';
import { aCarefulWorker, type Job } from '../support/careful-worker.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient } from '../support/peer.ts';

const quick = { reconnectionDelay: 20, reconnectionDelayMax: 50 };

test('everybody is told, the hub leaves with 0, and queued and running requests finish after its return', async () => {
  const hub = await aHubProcess();
  const jobs: Job[] = [];
  const worker = await aCarefulWorker(hub.url, 'steady', { register: { capacity: 1 }, work: (job) => void jobs.push(job) });
  const client = await aClient(hub.url, quick);
  const running = await client.ok('request', { to: 'steady', action: 'go', payload: 'running' });
  const queued = await client.ok('request', { to: 'steady', action: 'go', payload: 'queued' });
  await worker.peer.next('request');
  jobs[0]?.say('chunk', { data: 'before ' });
  await client.next('chunk');
  const exit = hub.kill('SIGTERM');
  for (const peer of [client, worker.peer]) {
    expect(await peer.next('going_away')).toMatchObject({ reason: expect.any(String), retry_after_ms: expect.any(Number) });
  }
  expect(await exit).toBe(0);
  await hub.start();
  await worker.peer.next('registered', (body) => body['in_flight'] !== undefined && worker.registrations.length > 1);
  jobs[0]?.say('chunk', { data: 'after' });
  jobs[0]?.say('result', { result: 'ran' });
  expect((await client.end(running.request_id)).body).toMatchObject({ state: 'completed', attempt: 1, result: 'ran' });
  await worker.peer.next('request', { request_id: queued.request_id });
  jobs[1]?.say('result', { result: 'waited' });
  expect((await client.end(queued.request_id)).body).toMatchObject({ state: 'completed', attempt: 1, result: 'waited' });
  const { request } = await client.ok('get', { request_id: running.request_id, include: ['streams'] });
  expect(request.streams[0]?.data?.join('')).toBe('before after');
});

test('a hub that keeps nothing lets what is under way finish, takes nothing new, and then leaves', async () => {
  const hub = await aHubProcess({ args: ['--memory'] });
  const jobs: Job[] = [];
  const worker = await aCarefulWorker(hub.url, 'steady', { work: (job) => void jobs.push(job) });
  const client = await aClient(hub.url, { reconnection: false });
  const { request_id } = await client.ok('request', { to: 'steady', action: 'go' });
  await worker.peer.next('request');
  const exit = hub.kill('SIGTERM');
  await client.next('going_away');
  expect(await client.refusal('request', { to: 'steady', action: 'go' })).toMatchObject({
    code: 'hub_draining',
    retryable: true,
  });
  jobs[0]?.say('result', { result: 'just in time' });
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'just in time' });
  expect(await exit).toBe(0);
});
