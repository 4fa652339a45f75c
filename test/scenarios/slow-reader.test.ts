/** Somebody who reads slowly, or not at all, harms nobody: the others get everything in time, and the hub's memory stays bounded. */

import { expect, test } from 'vitest';
import { aCutProxy } from '../support/cut-proxy.ts';
import { folded, oncePerNumber } from '../support/folded.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aWorker, echo, type Peer } from '../support/peer.ts';

const mib = 1024 ** 2;
/** Below the 16 MiB of chunks that are kept of a request: everything can be had again. */
const chunksPerRequest = 30;
const chunkBytes = mib / 2;
const requests = 6;
/** Less than half of what is not taken: if the hub kept it, it would show. */
const roomBytes = 40 * mib;

test('a watcher that takes nothing of 90 MiB delays nobody, costs the hub no memory, and gets all of it when it reads on', async () => {
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  const worker = await aWorker(hub.url, 'stream');
  await aWorker(hub.url, 'echo', { work: echo });
  const client = await aClient(hub.url);
  const reader = await aClient(hub.url);
  const slow = await aClient(proxy.url);

  /** Streams all requests to their ends, and says how much memory the hub had at the most. */
  const stream = async (
    watchers: readonly Peer[],
    onWatched: () => void = () => undefined,
  ): Promise<{ ids: string[]; peakBytes: number; slowestMs: number }> => {
    const ids: string[] = [];
    let peakBytes = 0;
    let slowestMs = 0;
    // Followed before the first byte: whoever takes nothing is soon not heard either.
    for (let number = 0; number < requests; number += 1) {
      const { request_id } = await client.ok('request', { to: 'stream', action: 'go' });
      await client.ok('unwatch', { request_id });
      for (const watcher of watchers) watcher.say('watch', { request_id, after_seq: 0 });
      for (const watcher of watchers) await watcher.next('status', { request_id });
      ids.push(request_id);
    }
    onWatched();
    for (const [number, request_id] of ids.entries()) {
      for (let chunk = 0; chunk < chunksPerRequest; chunk += 1) {
        await worker.ok('chunk', { request_id, data: Buffer.alloc(chunkBytes, chunk) });
        peakBytes = Math.max(peakBytes, hub.residentBytes());
      }
      await worker.ok('result', { request_id, result: number });
      await reader.end(request_id);
      const askedAt = performance.now();
      await client.finish({ to: 'echo', action: 'go' });
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
    }
    return { ids, peakBytes, slowestMs };
  };

  const without = await stream([reader]);
  const withSlow = await stream([reader, slow], () => proxy.hold('toPeer'));
  const text = [without, withSlow].map(
    ({ peakBytes, slowestMs }) => `${Math.round(peakBytes / mib)} MiB, ${slowestMs.toFixed(0)} ms`,
  );
  process.stdout.write(`hub at most, slowest echo: ${text.join(' without the slow reader; ')} with it\n`);
  expect(slow.events(withSlow.ids[0] as string).length).toBeLessThan(chunksPerRequest);
  expect(withSlow.peakBytes).toBeLessThan(without.peakBytes + roomBytes);
  expect(withSlow.slowestMs).toBeLessThan(3_000);
  for (const id of withSlow.ids) expect(folded(reader.events(id)).streams['text']?.chunks).toBe(chunksPerRequest);
  proxy.release('toPeer');
  for (const id of withSlow.ids) {
    await slow.end(id);
    // A machine so slow that this took half a minute has seen it closed and back: what comes again has its old number.
    const fold = folded(oncePerNumber(slow.events(id)));
    expect(fold).toMatchObject({ state: 'completed', streams: { text: { chunks: chunksPerRequest } } });
    expect(fold.streams['text']?.data.map((data) => (data as Buffer)[0])).toEqual(
      Array.from({ length: chunksPerRequest }, (_, at) => at),
    );
  }
}, 120_000);
