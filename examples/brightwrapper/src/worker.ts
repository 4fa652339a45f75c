/** The worker: one connection to a hub, and what the protocol asks of a provider. Raw Socket.IO, no SDK. */

import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { Failure } from './failure.ts';
import { shippedArticles } from './fetch-page.ts';
import { HeldRequest, type WireError } from './held-request.ts';
import { makeInfographics, tasks } from './infographics.ts';

/** Drawing keeps a core busy: more at once would only wait for each other. */
const capacity = 4;
/** A hub waits 5 s for a worker that was cut off, and 20 s after its own start: the way back must be found well before. */
const reconnection = { reconnectionDelay: 200, reconnectionDelayMax: 2_000 } as const;
/** A hub that stays away longer has given the work to somebody else. */
const leaveAfterMs = 30_000;

const action = {
  name: 'generate-infographics',
  description: 'Reads an article and draws infographics of it as PNG',
  input: {
    type: 'object',
    required: ['url'],
    properties: {
      url: {
        type: 'string',
        description: `http://…, https://…, or ${shippedArticles.map((name) => `article:${name}`).join(', ')}`,
      },
    },
  },
  tasks,
  idempotent: true,
} as const;

interface Handed {
  readonly request_id: string;
  readonly attempt: number;
  readonly payload: unknown;
}

interface Registered {
  readonly ok: boolean;
  readonly error?: WireError;
  readonly in_flight?: readonly { readonly request_id: string; readonly attempt: number; readonly last_n: number }[];
}

export class BrightWorker {
  readonly #socket: Socket;
  readonly #instanceId = randomUUID();
  readonly #held = new Map<string, HeldRequest>();
  readonly #log: (sentence: string) => void;
  #isDraining = false;
  #onIdle: (() => void) | undefined;

  constructor({
    url,
    token,
    log,
  }: { readonly url: string; readonly token?: string | undefined; readonly log: (sentence: string) => void }) {
    this.#log = log;
    const auth = token === undefined ? {} : { auth: { token } };
    this.#socket = io(url, { transports: ['websocket'], forceNew: true, autoConnect: false, ...reconnection, ...auth });
    this.#socket.on('request', (handed: Handed, acknowledge?: () => void) => {
      acknowledge?.();
      void this.#take(handed);
    });
    this.#socket.on('cancel', (cancel: { request_id: string; attempt: number; reason?: string }) => this.#cancel(cancel));
    this.#socket.on('drain', () => void this.drain());
    this.#socket.on('disconnect', () => {
      for (const held of this.#held.values()) held.disconnected();
    });
  }

  /** Resolves once the hub knows the worker. Without a hub it keeps trying; rejects if the hub refuses it. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let isReported = false;
      this.#socket.on('connect', () => this.#register({ resolve, reject }));
      this.#socket.on('connect_error', (error) => {
        // Not active means that the hub itself said no: trying again would get the same answer.
        if (!this.#socket.active) return reject(new Error(`the hub refuses this worker: ${error.message}`));
        if (!isReported) this.#log(`no hub answers (${error.message}); trying again`);
        isReported = true;
      });
      this.#socket.connect();
    });
  }

  /** Takes nothing new, finishes what it holds, and leaves. */
  async drain(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    if (this.#socket.connected) this.#socket.emit('drain', {});
    if (this.#held.size > 0) {
      const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
      const timer = setTimeout(() => this.#onIdle?.(), leaveAfterMs);
      await idle;
      clearTimeout(timer);
    }
    this.#socket.close();
  }

  #register({ resolve, reject }: { readonly resolve: () => void; readonly reject: (error: Error) => void }): void {
    const registration = {
      type: 'service',
      name: 'brightwrapper',
      instance_id: this.#instanceId,
      acks: true,
      capacity,
      actions: [action],
      in_flight: [...this.#held.values()].map(({ requestId, attempt }) => ({ request_id: requestId, attempt })),
    };
    this.#socket.emit('register', registration, ({ ok, error, in_flight = [] }: Registered) => {
      if (!ok) {
        this.#socket.close();
        return reject(new Error(`the hub refuses this worker: ${error?.message ?? 'it does not say why'}`));
      }
      if (this.#isDraining) this.#socket.emit('drain', {});
      // What the hub does not name is somebody else's by now: it sends a `cancel` for each.
      for (const { request_id, attempt, last_n } of in_flight) {
        const held = this.#held.get(request_id);
        if (held?.attempt === attempt) held.continueAfter(last_n);
      }
      resolve();
    });
  }

  async #take({ request_id: requestId, attempt, payload }: Handed): Promise<void> {
    if (this.#isDraining) {
      return void this.#socket.emit('reject', { request_id: requestId, attempt, reason: 'this worker is leaving' });
    }
    // The same request again means that its earlier attempt was given up.
    this.#held.get(requestId)?.stop.abort();
    const held = new HeldRequest(this.#socket, { requestId, attempt }, () => this.#forget(held));
    this.#held.set(requestId, held);
    try {
      held.result(await makeInfographics(payload, held, held.stop.signal));
    } catch (error) {
      held.error(held.stop.signal.aborted ? { code: 'cancelled', message: 'stopped as told' } : this.#explain(error));
    }
  }

  #cancel({ request_id, attempt, reason }: { request_id: string; attempt: number; reason?: string }): void {
    const held = this.#held.get(request_id);
    if (held?.attempt !== attempt) return;
    held.stop.abort();
    // It is somebody else's by now, or has ended: the hub waits for no answer.
    if (reason === 'not_assigned') this.#forget(held);
  }

  #forget(held: HeldRequest): void {
    if (this.#held.get(held.requestId) === held) this.#held.delete(held.requestId);
    if (this.#held.size === 0) this.#onIdle?.();
  }

  #explain(error: unknown): WireError {
    if (error instanceof Failure) return { code: error.code, message: error.message };
    this.#log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { code: 'provider_error', message: 'the infographics could not be made; the log of the worker says why' };
  }
}
