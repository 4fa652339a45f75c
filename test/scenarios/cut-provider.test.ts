/** A provider that counts its messages and is cut off again and again continues exactly: one attempt, the same bytes. */

import { expect, test } from 'vitest';
import { aCarefulWorker, type Job } from '../support/careful-worker.ts';
import { aCutProxy } from '../support/cut-proxy.ts';
import { folded, joined } from '../support/folded.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient } from '../support/peer.ts';
import { aSeed, drawn, randomOf } from '../support/random.ts';
import { chunkCount, eightTasks } from './eight-tasks.ts';

const cuts = 50;
/** The provider goes no further ahead of what came out at the other end than this: a cut takes no more of the work than that. */
const aheadChunks = 20;

test(`a provider cut at ${cuts} random points of ${chunkCount} chunks by 8 tasks goes on in the same attempt, with the same bytes`, async () => {
  const seed = aSeed('cut provider');
  const random = randomOf(seed);
  const work = eightTasks(seed);
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  const jobs: Job[] = [];
  const worker = await aCarefulWorker(proxy.url, 'cut', { work: (job) => void jobs.push(job) });
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: 'cut', action: 'go' });
  await worker.peer.next('request');
  const [job] = jobs as [Job];
  // Enough is left after the last point for the bytes that a cut waits for.
  const points = drawn(cuts, chunkCount - 20 * aheadChunks, random);
  let isArmed = false;
  let heard = 0;
  const hear = async (): Promise<void> => {
    await client.next('chunk', { request_id });
    heard += 1;
    if (isArmed || heard < (points[0] ?? chunkCount)) return;
    points.shift();
    isArmed = true;
    // Anywhere in what it says next, or says again, in the middle of a frame too.
    void proxy.cutAfter(Math.floor(random() * 2_000), 'toHub').then(() => {
      isArmed = false;
    });
  };
  for (const { event, fields, chunks } of work.said) {
    while (heard < chunks - aheadChunks) await hear();
    job.say(event, fields);
  }
  await client.end(request_id);
  process.stdout.write(`${proxy.cuts} cuts, ${worker.registrations.length} registrations\n`);
  expect(proxy.cuts).toBe(cuts);
  expect(worker.registrations.length).toBeGreaterThan(cuts / 2);
  for (const registration of worker.registrations.slice(1)) {
    expect(registration).toMatchObject({ ok: true, in_flight: [{ request_id, attempt: 1, last_n: expect.any(Number) }] });
  }
  expect(worker.handed).toHaveLength(1);
  const auditor = await aClient(hub.url);
  await auditor.ok('watch', { request_id, after_seq: 0 });
  await auditor.end(request_id);
  const fold = folded(auditor.events(request_id));
  expect(fold).toMatchObject({ state: 'completed', attempt: 1, result: { chunks: chunkCount } });
  expect(Object.values(fold.tasks).map(({ state }) => state)).toEqual([...Array(6).fill('completed'), 'failed', 'skipped']);
  expect(joined(fold.streams['text']?.data ?? [])).toBe(work.text);
  expect(joined(fold.streams['bytes']?.data ?? [])).toEqual(work.bytes);
});
