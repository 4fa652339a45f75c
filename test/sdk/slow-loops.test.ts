/** A fast provider and a slow loop: nothing is lost, and what is not read yet waits at the hub. */

import { expect, test } from 'vitest';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';

const count = 10_000;
const text = 'x'.repeat(1_000);
/** The SDK keeps 1 MiB ahead of a loop, the hub writes 256 KiB ahead of a socket, and the system's own buffers take some. */
const mostAheadBytes = 4 * 1024 * 1024;

test(`${count} events of a fast provider reach a loop that takes its time, each once, and its process takes no more than it reads`, async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const done = aGate();
  await aProvider(hub.url, {
    async *flood() {
      for (let at = 0; at < count; at += 1) yield { at, text };
      done.open();
    },
  });
  const conduit = await aConduit(line.url);
  const seen: number[] = [];
  for await (const event of conduit.request('worker', 'flood')) {
    if (event.type !== 'chunk') continue;
    seen.push((event.data as { at: number }).at);
    // The loop stands still until the provider has long finished.
    if (seen.length === 1) {
      await done.opened;
      await conduit.services();
      expect(line.bytesToPeer).toBeLessThan(mostAheadBytes);
    }
  }
  expect(seen).toEqual(Array.from({ length: count }, (_, at) => at));
});

test('while a loop stands still, whoever awaits the same request still hears of its end', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    async *flood() {
      for (let at = 0; at < 3_000; at += 1) yield { at };
      return 'the end';
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'flood');
  let chunks = 0;
  for await (const event of request) {
    if (event.type !== 'chunk') continue;
    if (chunks === 0) expect(await request).toBe('the end');
    chunks += 1;
  }
  expect(chunks).toBe(3_000);
});

test('a second loop, and one that begins after the end, see everything from the first event on', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    async *count() {
      for (let at = 0; at < 50; at += 1) yield { at };
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'count');
  const loop = async (): Promise<number[]> => {
    const seqs: number[] = [];
    for await (const { type, seq } of request) if (type === 'chunk') seqs.push(seq);
    return seqs;
  };
  const [one, two] = await Promise.all([loop(), loop()]);
  const three = await loop();
  expect(one).toHaveLength(50);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
});

test('a provider that streams without awaiting is stopped before its memory is gone, and the caller is told', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const megabyte = 'y'.repeat(900_000);
  const begun = aGate();
  await aProvider(line.url, {
    flood: async (_, ctx) => {
      begun.open();
      line.hold('toHub');
      for (let at = 0; at < 100; at += 1) void ctx.chunk(megabyte);
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'flood');
  await begun.opened;
  line.release('toHub');
  await expect(request).rejects.toMatchObject({ code: 'too_fast' });
});
