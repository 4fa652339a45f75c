/** The SDK through bad lines: both sides cut again and again, and neither the caller nor the service writes a line for it. */

import { connect } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { aSeed, drawn, randomOf } from '../support/random.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';

const long = process.env['CONDUIT_LONG'] === '1';
const cuts = long ? 50 : 12;
const chunks = 2_000;

/** Cuts the line each time so many more bytes have passed, at places drawn by chance. */
function cutAt(proxy: CutProxy, places: readonly number[], direction: 'toPeer' | 'toHub'): { readonly done: () => number } {
  let passed = 0;
  let done = 0;
  void (async () => {
    for (const place of places) {
      await proxy.cutAfter(Math.max(1, place - passed), direction);
      passed = place;
      done += 1;
    }
  })();
  return { done: () => done };
}

/** Eight steps that write in turn. */
const write = {
  async *write(_: unknown, ctx: { task(id: string): { progress(fraction: number): void; done(result: unknown): void } }) {
    for (let at = 0; at < chunks; at += 1) {
      ctx.task(`step-${at % 8}`).progress(at / chunks);
      yield `chunk ${at};`;
    }
    for (let step = 0; step < 8; step += 1) ctx.task(`step-${step}`).done(step);
    return chunks;
  },
};
const whole = Array.from({ length: chunks }, (_, at) => `chunk ${at};`).join('');

test(`a loop whose caller is cut ${cuts} times sees every event once, in order, and the same bytes`, {
  timeout: 120_000,
}, async () => {
  const random = randomOf(aSeed('cut caller'));
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  await aProvider(hub.url, write);
  const conduit = await aConduit(line.url);
  const cut = cutAt(line, drawn(cuts, 300_000, random), 'toPeer');
  const seen: number[] = [];
  let text = '';
  for await (const event of conduit.request('worker', 'write')) {
    if ('state' in event || event.type === 'tasks' || event.type === 'chunk' || event.type === 'task_result')
      seen.push(event.seq);
    if (event.type === 'chunk') text += String(event.data);
    expect(event.attempt).toBeLessThanOrEqual(1);
  }
  expect(seen).toEqual(seen.map((_, at) => at + 1));
  expect(text).toBe(whole);
  expect(cut.done()).toBeGreaterThan(cuts / 3);
});

test(`a provider that is cut ${cuts} times goes on with what it holds: attempt 1, the same bytes`, {
  timeout: 120_000,
}, async () => {
  const random = randomOf(aSeed('cut provider'));
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  await aProvider(line.url, write);
  const conduit = await aConduit(hub.url);
  const cut = cutAt(line, drawn(cuts, 250_000, random), 'toHub');
  let text = '';
  const request = conduit.request('worker', 'write');
  for await (const event of request) {
    if (event.type === 'chunk') text += String(event.data);
    expect(event.attempt).toBeLessThanOrEqual(1);
  }
  expect(text).toBe(whole);
  expect(await request).toBe(chunks);
  expect(cut.done()).toBeGreaterThan(cuts / 3);
});

test('a provider that stays away for longer than the hub waits is handed the request once more, and finishes that attempt', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const begun = aGate();
  await aProvider(line.url, {
    write: async (_, ctx) => {
      if (ctx.attempt === 2) return 'written';
      begun.open();
      return await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'write');
  const seen: string[] = [];
  const looped = (async () => {
    for await (const event of request) if (event.type === 'status') seen.push(`${event.state} ${event.attempt}`);
  })();
  await begun.opened;
  const back = line.cutFor(300);
  await expect.poll(async () => (await conduit.get(request.id)).reason).toBe('provider_lost');
  await hub.advance(10_000);
  await back;
  expect(await request).toBe('written');
  await looped;
  expect(seen.at(-1)).toBe('assigned 2');
});

test('what is asked while no hub can be reached is asked when one can, and done once', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  let times = 0;
  await aProvider(hub.url, { count: () => ++times });
  const conduit = await aConduit(line.url);
  const down = aGate();
  conduit.onState((state) => state === 'reconnecting' && down.open());
  const back = line.cutFor(500);
  await down.opened;
  const asked = [1, 2, 3].map(() => conduit.request('worker', 'count'));
  await back;
  expect((await Promise.all(asked)).sort()).toEqual([1, 2, 3]);
  expect(times).toBe(3);
});

test('what was aborted before it could be sent is never sent', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const actions: string[] = [];
  await aProvider(hub.url, { first: () => void actions.push('first'), second: () => void actions.push('second') });
  const conduit = await aConduit(line.url);
  const down = aGate();
  conduit.onState((state) => state === 'reconnecting' && down.open());
  const back = line.cutFor(300);
  await down.opened;
  const gone = new Error('no longer wanted');
  const controller = new AbortController();
  const first = conduit.request('worker', 'first', null, { signal: controller.signal });
  controller.abort(gone);
  await expect(first).rejects.toBe(gone);
  await back;
  await conduit.request('worker', 'second');
  expect(actions).toEqual(['second']);
});

test('a hub that never answers is said so, with what to do', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  line.hold('toPeer');
  const refused = connect(line.url, { connectTimeoutMs: 300 });
  await expect(refused).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('conduit start') });
});

test('whoever waits when the connection is closed is told so', async () => {
  const hub = await aTestHub();
  const stuck = aGate();
  closing(stuck.open);
  await aProvider(hub.url, { wait: async () => await stuck.opened });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'wait');
  for await (const event of request) if (event.type === 'running' || event.type === 'status') break;
  const waiting = expect(request).rejects.toMatchObject({ code: 'closed' });
  conduit.close();
  await waiting;
  await expect(conduit.request('worker', 'wait')).rejects.toMatchObject({ code: 'closed' });
});
