/** A hub of the test's own, which says exactly what the test needs to the one peer that is connected, and keeps what it got. */

import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';

interface Message {
  readonly request_id: string;
  readonly attempt: number;
  readonly n: number;
  readonly task_id?: string;
  readonly error?: { readonly code: string };
  readonly result?: unknown;
}

export interface Received {
  readonly name: string;
  readonly message: Message;
}

type Answer = (answer: object) => void;

/** Says yes to everything, unless a test says otherwise, and keeps what it got. */
export class ScriptedHub {
  readonly received: Received[] = [];
  readonly registrations: Record<string, unknown>[] = [];
  /** What the next services that register are refused with. */
  readonly refusals: object[] = [];
  /** What the answer to `register` holds. */
  inFlight: object[] = [];
  /** Called for every message about a request; an object is the answer instead of `{ ok: true }`. */
  onMessage: (received: Received) => object | undefined | Promise<object> = () => undefined;
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
        .emit('request', { request_id: requestId, action: 'write', attempt, payload }, (error: unknown) =>
          resolve(error === null),
        ),
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
      const error = Reflect.get(received.message, 'type') === 'service' ? this.refusals.shift() : undefined;
      if (error !== undefined) answer?.({ ok: false, error });
      else {
        const session_token = `token ${this.registrations.length}`;
        const welcome = { ok: true, session_id: 's1', session_token, hub_id: 'h', epoch: 'e', in_flight: this.inFlight };
        answer?.(welcome);
        this.#socket.emit('registered', welcome);
      }
    } else {
      this.received.push(received);
      answer?.((await this.onMessage(received)) ?? { ok: true });
    }
    this.#look();
  }

  #look(): void {
    const ready = this.#waiting.filter(({ is }) => is());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }
}

/** One that listens; whoever asked for it closes it. */
export async function aScriptedHub(): Promise<{ readonly hub: ScriptedHub; readonly url: string }> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const hub = new ScriptedHub(http);
  return { hub, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}
