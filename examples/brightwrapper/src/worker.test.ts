/** The worker against a hub of the test's own: it says exactly what each test needs, over a real connection. */

import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BrightWorker } from './worker.ts';

interface Message {
  readonly request_id: string;
  readonly attempt: number;
  readonly n: number;
  readonly task_id?: string;
  readonly error?: { readonly code: string };
  readonly result?: unknown;
}

interface Received {
  readonly name: string;
  readonly message: Message;
}

type Answer = (answer: object) => void;

/** Says yes to everything, unless a test says otherwise, and keeps what it got. */
class ScriptedHub {
  readonly received: Received[] = [];
  readonly registrations: Record<string, unknown>[] = [];
  /** What the answer to `register` holds. */
  inFlight: object[] = [];
  /** Called for every message about a request; an object is the answer instead of `{ ok: true }`. */
  onMessage: (received: Received) => object | undefined = () => undefined;
  /** Delays the answer to `register`. */
  beforeWelcome: () => Promise<void> = async () => {};
  readonly #io: Server;
  #waiting: { readonly is: () => boolean; readonly resolve: () => void }[] = [];

  constructor(http: HttpServer) {
    this.#io = new Server(http);
    this.#io.on('connection', (socket) => {
      socket.onAny((name: string, message: Message, answer?: Answer) => void this.#take({ name, message }, answer));
      socket.on('disconnect', () => this.#look());
    });
  }

  async until(is: () => boolean): Promise<void> {
    if (is()) return;
    await new Promise<void>((resolve) => this.#waiting.push({ is, resolve }));
  }

  async untilReceived(name: string, taskId?: string): Promise<void> {
    await this.until(() =>
      this.received.some((one) => one.name === name && (taskId === undefined || one.message.task_id === taskId)),
    );
  }

  /** Resolves with whether the worker acknowledged it. */
  async request(requestId: string, payload: unknown, attempt = 1): Promise<boolean> {
    return await new Promise((resolve) =>
      this.#socket
        .timeout(5_000)
        .emit('request', { request_id: requestId, attempt, payload }, (error: unknown) => resolve(error === null)),
    );
  }

  send(name: string, message: object): void {
    this.#socket.emit(name, message);
  }

  /** As a network does it: without a word. */
  cut(): void {
    this.#socket.conn.close();
  }

  get isAlone(): boolean {
    return this.#io.sockets.sockets.size === 0;
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  get #socket(): Socket {
    const [socket] = this.#io.sockets.sockets.values();
    if (socket === undefined) throw new Error('no worker is connected');
    return socket;
  }

  async #take(received: Received, answer?: Answer): Promise<void> {
    if (received.name === 'register') {
      this.registrations.push(Object(received.message));
      await this.beforeWelcome();
      answer?.({ ok: true, in_flight: this.inFlight });
    } else {
      this.received.push(received);
      answer?.(this.onMessage(received) ?? { ok: true });
    }
    this.#look();
  }

  #look(): void {
    const ready = this.#waiting.filter(({ is }) => is());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }
}

let hub: ScriptedHub;
let worker: BrightWorker;
const logged: string[] = [];

beforeEach(async () => {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  hub = new ScriptedHub(http);
  logged.length = 0;
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  worker = new BrightWorker({ url, log: (sentence) => logged.push(sentence) });
});

afterEach(async () => {
  await worker.drain();
  await hub.close();
});

function of(requestId: string): Received[] {
  return hub.received.filter(({ message }) => message.request_id === requestId);
}

describe('a worker that registers', () => {
  test('says what it does, under an id that stays when it comes back', async () => {
    await worker.start();
    hub.cut();
    await hub.until(() => hub.registrations.length === 2);
    const [first, second] = hub.registrations;
    expect(first).toMatchObject({ type: 'service', name: 'brightwrapper', acks: true, capacity: 4, in_flight: [] });
    expect(first?.['actions']).toMatchObject([{ name: 'generate-infographics', idempotent: true, input: { required: ['url'] } }]);
    expect(second?.['instance_id']).toBe(first?.['instance_id']);
  });

  test('acknowledges a request at once, and counts its messages from 1 to its result', async () => {
    await worker.start();
    expect(await hub.request('r1', { url: 'article:tides' })).toBe(true);
    await hub.untilReceived('result');
    expect(of('r1').map(({ message }) => message.n)).toEqual(of('r1').map((_, at) => at + 1));
    expect(of('r1').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['tasks', 'progress', 'chunk', 'task_result', 'result']),
    );
    const pictures = of('r1').filter(({ message }) => message.task_id?.startsWith('draw:') && message.result !== undefined);
    expect(pictures).toHaveLength(4);
    for (const { message } of pictures) expect(message.result).toMatchObject({ mime: 'image/png', image: expect.any(Buffer) });
  });

  test('ends a request it can not fulfil with an error that says what to do', async () => {
    await worker.start();
    await hub.request('r1', { url: 'article:nothing' });
    await hub.untilReceived('error');
    expect(of('r1').at(-1)?.message.error).toEqual({
      code: 'invalid_payload',
      message: 'there is no article "nothing"; there are tides, bridges, reefs',
    });
  });
});

describe('a worker that was cut off', () => {
  test('says again exactly what the hub has not got, in order, and nothing before it is asked', async () => {
    await worker.start();
    await hub.request('r1', { url: 'article:tides' });
    await hub.untilReceived('task_result', 'understand');
    hub.inFlight = [{ request_id: 'r1', attempt: 1, last_n: 3 }];
    // The second request is drawn after the first one: all of the first is there while the hub makes up its mind.
    hub.beforeWelcome = async () => {
      hub.received.length = 0;
      await hub.request('r2', { url: 'article:tides' });
      await hub.until(() => of('r2').at(-1)?.name === 'result');
      expect(of('r1')).toEqual([]);
    };
    hub.cut();
    await hub.until(() => of('r1').at(-1)?.name === 'result');
    expect(hub.registrations.at(-1)).toMatchObject({ in_flight: [{ request_id: 'r1', attempt: 1 }] });
    expect(of('r1').map(({ message }) => message.n)).toEqual(of('r1').map((_, at) => at + 4));
    expect(of('r1').filter(({ message }) => message.result !== undefined && message.task_id?.startsWith('draw:'))).toHaveLength(
      4,
    );
  });

  test("gives up what is somebody else's by now", async () => {
    await worker.start();
    await hub.request('r1', { url: 'article:tides' });
    await hub.untilReceived('tasks');
    hub.cut();
    await hub.until(() => hub.registrations.length === 2);
    hub.received.length = 0;
    hub.send('cancel', { request_id: 'r1', attempt: 1, reason: 'not_assigned', grace_ms: 0 });
    await worker.drain();
    await hub.until(() => hub.isAlone);
    expect(of('r1')).toEqual([]);
  });

  test('works on a new attempt only, when it gets the same request again', async () => {
    await worker.start();
    await hub.request('r1', { url: 'article:tides' }, 1);
    await hub.untilReceived('tasks');
    hub.cut();
    await hub.until(() => hub.registrations.length === 2);
    hub.received.length = 0;
    await hub.request('r1', { url: 'article:tides' }, 2);
    await hub.untilReceived('result');
    expect(new Set(of('r1').map(({ message }) => message.attempt))).toEqual(new Set([2]));
  });
});

describe('a worker that is told', () => {
  test('to cancel stops drawing and answers with "cancelled"', async () => {
    await worker.start();
    await hub.request('r1', { url: 'article:tides' });
    await hub.untilReceived('task_result', 'understand');
    hub.send('cancel', { request_id: 'r1', attempt: 1, reason: 'no longer needed', grace_ms: 10_000 });
    await hub.untilReceived('error');
    expect(of('r1').at(-1)?.message.error?.code).toBe('cancelled');
  });

  test('to drain finishes what it holds, takes nothing new, and leaves', async () => {
    await worker.start();
    await hub.request('r1', { url: 'article:tides' });
    hub.send('drain', { name: 'brightwrapper' });
    await hub.untilReceived('drain');
    await hub.request('r2', { url: 'article:tides' });
    await hub.until(() => hub.isAlone);
    expect(of('r1').at(-1)?.name).toBe('result');
    expect(of('r2').map(({ name }) => name)).toEqual(['reject']);
  });

  test('that a picture is too large tells its requester so, and goes on', async () => {
    hub.onMessage = ({ name, message }) =>
      name === 'task_result' && message.task_id === 'draw:words'
        ? { ok: false, error: { code: 'payload_too_large', message: 'at most 1 KiB' } }
        : undefined;
    await worker.start();
    await hub.request('r1', { url: 'article:tides' });
    await hub.untilReceived('result');
    expect(of('r1').find(({ name }) => name === 'task_error')?.message.error).toEqual({
      code: 'payload_too_large',
      message: 'at most 1 KiB',
    });
  });
});
