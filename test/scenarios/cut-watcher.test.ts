/** A watcher that is cut off again and again sees what an uncut one sees: the same state, the same bytes, each number once. */

import { expect, test } from 'vitest';
import { aCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { type Folded, folded, joined } from '../support/folded.ts';
import { aHandedRequest } from '../support/handed.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, type Heard, Peer } from '../support/peer.ts';
import { aSeed, drawn, randomOf } from '../support/random.ts';
import { type Answer, numberedEvents } from '../support/wire.ts';
import { chunkCount, eightTasks } from './eight-tasks.ts';

const cuts = 50;
/** The provider goes no further ahead of the watcher than this: so it meets both what is past and what is new. */
const aheadChunks = 100;

/** An aware client: whenever its connection goes it resumes its session and watches on from the last number it saw. */
class AwareWatcher {
  readonly events: Heard[] = [];
  readonly modes: (string | undefined)[] = [];
  connections = 0;
  chunks = 0;
  readonly #waiting = new Set<() => void>();
  readonly #proxy: CutProxy;
  readonly #requestId: string;
  #session: Answer | undefined;

  constructor(proxy: CutProxy, requestId: string) {
    this.#proxy = proxy;
    this.#requestId = requestId;
  }

  /** Follows the request to its end. */
  async follow(): Promise<void> {
    while (!(await this.#followUntilCut()));
  }

  /** Resolves once so many chunks have come. */
  async reached(chunks: number): Promise<void> {
    while (this.chunks < chunks) await new Promise<void>((resolve) => void this.#waiting.add(resolve));
  }

  /** @returns whether the end has come. */
  async #followUntilCut(): Promise<boolean> {
    const peer = new Peer(this.#proxy.url, { reconnection: false });
    this.connections += 1;
    try {
      return await new Promise<boolean>((resolve, reject) => {
        peer.socket.once('disconnect', () => resolve(false));
        peer.socket.once('connect_error', () => resolve(false));
        peer.socket.onAny((name: string, body: Heard['body']) => {
          if (!(numberedEvents as readonly string[]).includes(name)) return;
          this.events.push({ name, body, args: [body], atMs: performance.now(), acknowledge: undefined });
          if (name === 'chunk') this.chunks += 1;
          for (const resolve of this.#waiting) resolve();
          this.#waiting.clear();
          if (name === 'result' || name === 'error') resolve(true);
        });
        peer.socket.once('connect', () => void this.#watch(peer).catch(reject));
      });
    } finally {
      peer.close();
    }
  }

  async #watch(peer: Peer): Promise<void> {
    const resume = this.#session === undefined ? {} : { resume: this.#session };
    peer.socket.emit('register', { type: 'client', ...resume }, (answer: Answer) => {
      if (this.#session !== undefined) expect(answer).toMatchObject({ resumed: true, session_id: this.#session.session_id });
      this.#session = answer;
      const cursor = { after_seq: this.events.at(-1)?.body.seq ?? 0, epoch: answer.epoch };
      peer.socket.emit('watch', { request_id: this.#requestId, ...cursor }, ({ mode }: Answer) => this.modes.push(mode));
    });
  }
}

test(`a watcher cut at ${cuts} random points of ${chunkCount} chunks by 8 tasks sees the same state and bytes, each seq once`, async () => {
  const seed = aSeed('cut watcher');
  const random = randomOf(seed);
  const work = eightTasks(seed);
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  const { worker, request_id } = await aHandedRequest(hub.url);
  const uncut = await aClient(hub.url);
  await uncut.ok('watch', { request_id, after_seq: 0 });
  const aware = new AwareWatcher(proxy, request_id);
  // Enough is left after the last point for the bytes that a cut waits for.
  const points = drawn(cuts, chunkCount - aheadChunks, random);
  const cutting = (async () => {
    for (const point of points) {
      await aware.reached(point);
      // Anywhere in what comes next, in the middle of a frame too.
      await proxy.cutAfter(Math.floor(random() * 3_000));
    }
  })();
  const followed = aware.follow();
  for (const { event, fields, chunks } of work.said) {
    await aware.reached(chunks - aheadChunks);
    worker.say(event, { request_id, ...fields });
  }
  await Promise.all([followed, cutting, uncut.end(request_id)]);
  process.stdout.write(`${proxy.cuts} cuts, ${aware.connections} connections, ${aware.events.length} events\n`);
  expect(proxy.cuts).toBe(cuts);
  expect(aware.connections).toBe(cuts + 1);
  expect(new Set(aware.modes)).toEqual(new Set(['replay']));
  const fold: Folded = folded(aware.events);
  expect(aware.events.map(({ body }) => body.seq)).toEqual(Array.from({ length: fold.seq }, (_, at) => at + 1));
  expect(aware.events.map(({ body }) => body)).toEqual(uncut.events(request_id).map(({ body }) => body));
  expect(fold).toEqual(folded(uncut.events(request_id)));
  expect(fold).toMatchObject({ state: 'completed', attempt: 1, result: { chunks: chunkCount } });
  expect(Object.keys(fold.tasks)).toHaveLength(8);
  expect(joined(fold.streams['text']?.data ?? [])).toBe(work.text);
  expect(joined(fold.streams['bytes']?.data ?? [])).toEqual(work.bytes);
});
