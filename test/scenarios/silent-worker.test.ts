/** Work that must not run twice runs once, though its worker says nothing while it works and the hub is killed twice meanwhile. */

import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aHubProcess, type HubProcess } from '../support/hub-process.ts';
import { aClient, aPeer, type Peer } from '../support/peer.ts';
import type { Answer, Body } from '../support/wire.ts';

/** Longer than both restarts; with `CONDUIT_LONG` longer than every grace time but the deadline. */
const workMs = process.env['CONDUIT_LONG'] === '1' ? 20_000 : 6_000;
const action = { name: 'charge', idempotent: false };
const quick = { reconnectionDelay: 20, reconnectionDelayMax: 50 };

/** A worker that acknowledges nothing, reports nothing, and sends its result when it is done. */
class SilentWorker {
  runs = 0;
  readonly peer: Peer;
  /** Its work is done. */
  readonly done: Promise<void>;
  readonly #register: Readonly<Record<string, unknown>>;
  #work: NodeJS.Timeout | undefined;
  #held: Body | undefined;
  #result: object | undefined;

  constructor(hub: HubProcess, register: Readonly<Record<string, unknown>>) {
    this.#register = { type: 'service', name: 'bank', actions: [action], ...register };
    this.peer = aPeer(hub.url, quick);
    closing(() => clearTimeout(this.#work));
    this.peer.socket.on('connect', () => this.#onConnect());
    this.done = new Promise((resolve) => {
      this.peer.socket.on('request', (handed: Body) => {
        this.runs += 1;
        this.#held = handed;
        this.#work = setTimeout(() => {
          this.#result = { request_id: handed.request_id, attempt: handed.attempt, result: `charged ${this.runs} times` };
          this.#sendResult();
          resolve();
        }, workMs);
      });
    });
  }

  #onConnect(): void {
    const held = this.#held === undefined ? [] : [{ request_id: this.#held.request_id, attempt: this.#held.attempt }];
    this.peer.socket.emit('register', { ...this.#register, in_flight: held }, () => this.#sendResult());
  }

  #sendResult(): void {
    if (this.#result === undefined || !this.peer.socket.connected) return;
    this.peer.socket.emit('result', this.#result, ({ ok }: Answer) => {
      if (ok) this.#held = this.#result = undefined;
    });
  }
}

test(
  `a silent worker's ${workMs / 1_000} s of work run once and complete, the hub killed twice meanwhile`,
  async () => {
    const hub = await aHubProcess();
    const worker = new SilentWorker(hub, { instance_id: 'till' });
    await worker.peer.next('registered');
    const client = await aClient(hub.url, quick);
    const { request_id } = await client.ok('request', { to: 'bank', action: 'charge' });
    await worker.peer.next('request');
    for (let kill = 0; kill < 2; kill += 1) {
      await hub.kill('SIGKILL');
      await hub.start();
      await worker.peer.next('registered');
    }
    expect(client.all(['result', 'error'])).toEqual([]);
    await worker.done;
    const { body } = await client.end(request_id);
    expect(body).toMatchObject({ state: 'completed', attempt: 1, result: 'charged 1 times' });
    expect(worker.runs).toBe(1);
  },
  workMs + 30_000,
);

test('without an instance_id it runs once too: its request fails, and nobody else is handed it', async () => {
  const hub = await aHubProcess();
  const worker = new SilentWorker(hub, {});
  await worker.peer.next('registered');
  const client = await aClient(hub.url, quick);
  const { request_id } = await client.ok('request', { to: 'bank', action: 'charge' });
  await worker.peer.next('request');
  await hub.kill('SIGKILL');
  await hub.start();
  await worker.peer.next('registered');
  const { name, body } = await client.end(request_id);
  expect(name).toBe('error');
  expect(body).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'provider_lost', retryable: false } });
  await hub.kill('SIGKILL');
  await hub.start();
  await worker.peer.next('registered');
  expect((await client.ok('get', { request_id })).request).toMatchObject({ state: 'failed', attempt: 1 });
  expect(worker.runs).toBe(1);
});
