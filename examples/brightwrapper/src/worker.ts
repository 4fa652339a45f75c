/** The worker: one connection to a hub, and what the protocol asks of a provider. Raw Socket.IO, no SDK. */

import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { Failure } from './failure.ts';
import { HeldRequest } from './held-request.ts';
import { makeInfographics, tasks } from './infographics.ts';

export const service = 'brightwrapper';
export const action = 'generate-infographics';

/** Drawing keeps a core busy: more at once would only wait for each other. */
const capacity = 4;

interface Handed {
  readonly request_id: string;
  readonly attempt: number;
  readonly payload: unknown;
  readonly reason?: string;
}

interface Registered {
  readonly ok: boolean;
  readonly error?: { readonly message: string };
  readonly in_flight?: readonly { readonly request_id: string; readonly attempt: number; readonly last_n: number }[];
}

export class BrightWorker {
  readonly #socket: Socket;
  readonly #instanceId = randomUUID();
  readonly #held = new Map<string, HeldRequest>();
  #onIdle: (() => void) | undefined;

  constructor(url: string, token?: string) {
    this.#socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      ...(token === undefined ? {} : { auth: { token } }),
    });
    this.#socket.on('connect', () => this.#register());
    this.#socket.on('request', (handed: Handed, acknowledge?: () => void) => {
      acknowledge?.();
      void this.#work(handed);
    });
    this.#socket.on('cancel', ({ request_id, attempt, reason }: Handed) => {
      const held = this.#held.get(request_id);
      if (held?.attempt !== attempt) return;
      held.stop.abort();
      // It is somebody else's by now, or has ended: the hub waits for no answer.
      if (reason === 'not_assigned') this.#forget(held);
    });
  }

  /** Resolves once the hub knows the worker. */
  async start(): Promise<void> {
    const registered = new Promise<void>((resolve) => this.#socket.once('registered', () => resolve()));
    this.#socket.connect();
    await registered;
  }

  /** Takes nothing new, finishes what it holds, and leaves. */
  async drain(): Promise<void> {
    this.#socket.emit('drain', {});
    if (this.#held.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#socket.close();
  }

  #register(): void {
    const registration = {
      type: 'service',
      name: service,
      instance_id: this.#instanceId,
      acks: true,
      capacity,
      actions: [{ name: action, description: 'Draws infographics of an article', input: inputSchema, tasks, idempotent: true }],
      in_flight: [...this.#held.values()].map(({ requestId, attempt }) => ({ request_id: requestId, attempt })),
    };
    this.#socket.emit('register', registration, ({ ok, error, in_flight = [] }: Registered) => {
      if (!ok) return void process.stderr.write(`brightwrapper: the hub refuses this worker: ${error?.message}\n`);
      for (const { request_id, attempt, last_n } of in_flight) {
        const held = this.#held.get(request_id);
        if (held?.attempt === attempt) held.sayAgain(last_n);
      }
    });
  }

  async #work({ request_id: requestId, attempt, payload }: Handed): Promise<void> {
    const held = new HeldRequest(this.#socket, { requestId, attempt }, () => this.#forget(held));
    this.#held.set(requestId, held);
    try {
      held.result(await makeInfographics(payload, held, held.stop.signal));
    } catch (error) {
      held.error(held.stop.signal.aborted ? { code: 'cancelled', message: 'stopped as told' } : explain(error));
    }
  }

  #forget(held: HeldRequest): void {
    if (this.#held.get(held.requestId) === held) this.#held.delete(held.requestId);
    if (this.#held.size === 0) this.#onIdle?.();
  }
}

const inputSchema = {
  type: 'object',
  required: ['url'],
  properties: { url: { type: 'string', description: 'http://…, https://…, article:tides or article:bridges' } },
};

function explain(error: unknown): { code: string; message: string } {
  if (error instanceof Failure) return { code: error.code, message: error.message };
  process.stderr.write(`brightwrapper: ${error instanceof Error ? error.stack : String(error)}\n`);
  return { code: 'provider_error', message: 'the infographics could not be made; the worker has the details' };
}
