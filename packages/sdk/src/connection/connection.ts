/**
 * One connection to a hub that comes back by itself: after a cut, a restart, a hub that leaves. What was asked and not answered is asked
 * again, in the same order, so everything asked here must bear being asked twice. What it carries is the client's and the service's matter.
 */

import { io, type Socket } from 'socket.io-client';
import { ConduitError } from '../protocol/errors.ts';
import { defaultLimits, type Limits } from '../protocol/limits.ts';
import { type Measured, measure } from '../protocol/measure.ts';
import { errorFromWire } from '../protocol/read.ts';
import type { WireBody } from '../protocol/wire.ts';
import { addressOf, defaultToken, defaultUrl, unreachableText } from './address.ts';
import { onAbort } from './on-abort.ts';
import { parser } from './parser.ts';
import type { Tracing } from './tracing.ts';

export interface ConnectionOptions {
  /** Called for each connection, so that one that has expired is followed by a new one. Left out: `CONDUIT_TOKEN`, where there is one. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** What people see of this session: at most 1,024 characters. */
  readonly name?: string;
  /** Makes spans of what is sent and worked on: `openTelemetry()` of `@conduit/sdk/opentelemetry`. */
  readonly tracing?: Tracing;
}

/** `connecting` until the first answer of a hub, `reconnecting` whenever it is lost, `closed` for good. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** What a hub says of itself and of this session. */
export interface Greeting {
  readonly sessionId: string;
  readonly hubId: string;
  /** New when the hub's store lost what it had committed. */
  readonly epoch: string;
}

interface Question {
  readonly name: string;
  readonly body: () => WireBody;
  readonly answer: (answer: WireBody) => void;
  readonly refuse: (error: unknown) => void;
  isAsked: boolean;
}

/** A way to the hub that is not opened by then is given up, and another is tried: milliseconds. */
const openMs = 5_000;
/**
 * The way back is tried after this, and after twice as long each time, up to the second. A hub waits 5 s for a worker: over a cut of 3 s
 * the last try before its end must leave time for the next. Milliseconds.
 */
const firstDelayMs = 200;
const longestDelayMs = 1_500;

export class Connection {
  readonly url: string;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #questions = new Set<Question>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #upListeners = new Set<() => void>();
  readonly #downListeners = new Set<() => void>();
  readonly #closeListeners = new Set<(error: ConduitError<string>) => void>();
  #state: ConnectionState = 'connecting';
  #session: { readonly session_id: unknown; readonly session_token: unknown } | undefined;
  #greeting: Greeting | undefined;
  #limits: Limits = defaultLimits;
  #closedBy: ConduitError<string> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Opens nothing yet. @throws TypeError when `url` is no address of a hub. */
  constructor(url: string | undefined, options: ConnectionOptions) {
    this.url = url ?? defaultUrl();
    this.#options = options;
    const { origin, path } = addressOf(this.url);
    this.#socket = io(origin, {
      path,
      parser,
      // Most ways let WebSockets through; where one does not, polling does.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      forceNew: true,
      autoConnect: false,
      timeout: openMs,
      reconnectionDelay: firstDelayMs,
      reconnectionDelayMax: longestDelayMs,
      auth: (give) => void this.#authenticate(give),
    });
    this.#socket.on('connect', () => this.#connected());
    this.#socket.on('disconnect', (reason) => this.#disconnected(reason));
    // Each registration renews the token, a service's too, and the one before is soon worth nothing.
    this.#socket.on('registered', (registered: WireBody) => this.#remember(registered));
    this.#socket.on('connect_error', (error: Error & { data?: unknown }) => this.#notConnected(error));
  }

  get tracing(): Tracing | undefined {
    return this.#options.tracing;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Of the hub that answered last; undefined before the first one did. */
  get greeting(): Greeting | undefined {
    return this.#greeting;
  }

  /** Why it will not come back; undefined while it may. */
  get closedBy(): ConduitError<string> | undefined {
    return this.#closedBy;
  }

  /** True while what is emitted reaches a hub that knows this session. */
  get isUp(): boolean {
    return this.#state === 'connected';
  }

  /**
   * Opens the connection; resolves once a hub has answered.
   * @param patienceMs how long the first answer may take; later ones have all the time there is.
   * @throws ConduitError `unreachable`, or the hub's refusal (`unauthenticated`, …); the connection is closed then.
   */
  async open(patienceMs: number, { waitsForHub = true }: { readonly waitsForHub?: boolean } = {}): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const why = unreachableText(this.url);
      const giveUp = (): void => this.#end(new ConduitError<string>('unreachable', why, { retryable: true }));
      const patience = Number.isFinite(patienceMs) ? setTimeout(giveUp, patienceMs) : undefined;
      // A hub that is there and refuses has given its reason by now.
      const notThere = (): void => {
        if (!waitsForHub && this.#socket.active) giveUp();
      };
      this.#socket.on('connect_error', notThere);
      const settle = (then: () => void): void => {
        clearTimeout(patience);
        this.#socket.off('connect_error', notThere);
        stopUp();
        stopClose();
        then();
      };
      const stopUp = this.onUp(() => settle(resolve));
      const stopClose = this.onClose((error) => settle(() => reject(error)));
      this.#socket.connect();
    });
  }

  /** Listens to an event of the hub, whatever connection it comes over. */
  onEvent(name: string, listener: (body: WireBody, acknowledge: (() => void) | undefined) => void): void {
    this.#socket.on(name, listener);
  }

  /** Runs whenever a hub has the session (again), before what was asked is asked again. */
  onUp(listener: () => void): () => void {
    return added(this.#upListeners, listener);
  }

  onDown(listener: () => void): () => void {
    return added(this.#downListeners, listener);
  }

  /** Runs once, when the connection will not come back. */
  onClose(listener: (error: ConduitError<string>) => void): () => void {
    return added(this.#closeListeners, listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    return added(this.#stateListeners, listener);
  }

  /**
   * Asks the hub, again after each cut until it answers. A hub that is leaving answers for none: the next one is asked.
   * @param body made anew each time it is asked.
   * @param signal withdraws what was never asked; what was is answered.
   * @throws ConduitError the hub's refusal; `closed` when the connection is closed first. The signal's reason.
   */
  async ask(name: string, body: () => WireBody, signal?: AbortSignal): Promise<WireBody> {
    signal?.throwIfAborted();
    if (this.#closedBy !== undefined) throw this.#closedBy;
    let stopListening = (): void => undefined;
    try {
      return await new Promise((answer, refuse) => {
        const question: Question = { name, body, answer, refuse, isAsked: false };
        this.#questions.add(question);
        const withdraw = (): void => {
          if (!question.isAsked && this.#questions.delete(question)) refuse(signal?.reason);
        };
        if (signal !== undefined) stopListening = onAbort(signal, withdraw);
        if (this.isUp) this.#emit(question);
      });
    } finally {
      stopListening();
    }
  }

  /**
   * Says something once, while the connection is up.
   * @param answered what the hub answers; never called when the connection is lost before.
   * @throws TypeError for what JSON has no word for.
   */
  tell(name: string, body: WireBody, answered: (answer: WireBody) => void): void {
    if (this.isUp) this.#socket.emit(name, body, answered);
  }

  /**
   * What a message weighs. A hub would end the connection over one that is far too large, and it would be sent again: so it never leaves.
   * @throws ConduitError `payload_too_large`, its details naming the limit; `invalid_message` for what JSON has no word for.
   */
  weigh(message: unknown): Measured {
    return measure(message, this.#limits);
  }

  /** Ends it for good because the hub does not want it. */
  fail(error: ConduitError<string>): void {
    this.#end(error);
  }

  /** Ends it for good: what is unanswered is refused with `closed`. */
  close(): void {
    this.#end(new ConduitError<string>('closed', `the connection to ${this.url} was closed`));
  }

  async #authenticate(give: (auth: object) => void): Promise<void> {
    const { token = defaultToken() } = this.#options;
    try {
      const read = typeof token === 'function' ? await token() : token;
      give(read === undefined ? {} : { token: read });
    } catch (cause) {
      const error = new ConduitError('unauthenticated', `the token could not be read: ${String(cause)}`, { cause });
      this.#refused(error);
    }
  }

  #connected(): void {
    const { name } = this.#options;
    const registration: Record<string, unknown> = { type: 'client' };
    if (name !== undefined) registration['name'] = name;
    if (this.#session !== undefined) registration['resume'] = this.#session;
    this.#socket.emit('register', registration, (answer: WireBody) => {
      if (answer['ok'] === true) return this.#greeted(answer);
      const error = errorFromWire(answer['error']);
      // A hub that is leaving closes the connection itself; any other refusal is the same the next time.
      if (!error.retryable) this.#end(error);
      else this.#tryAgain();
    });
  }

  #greeted(answer: WireBody): void {
    this.#remember(answer);
    this.#greeting = {
      sessionId: String(answer['session_id']),
      hubId: String(answer['hub_id']),
      epoch: String(answer['epoch']),
    };
    this.#limits = limitsFromWire(answer['limits']);
    const unanswered = [...this.#questions];
    this.#become('connected');
    for (const listener of [...this.#upListeners]) listener();
    for (const question of unanswered) this.#emit(question);
  }

  #remember({ session_id, session_token }: WireBody): void {
    this.#session = { session_id, session_token };
  }

  #disconnected(reason: string): void {
    if (this.#state === 'closed') return;
    const wasUp = this.isUp;
    this.#become(this.#greeting === undefined ? 'connecting' : 'reconnecting');
    if (wasUp) for (const listener of [...this.#downListeners]) listener();
    // After this one Socket.IO would not try again by itself.
    if (reason === 'io server disconnect') this.#tryAgain();
  }

  #notConnected(error: Error & { data?: unknown }): void {
    // Active: the way was not there, and Socket.IO tries again by itself.
    if (!this.#socket.active) this.#refused(errorFromWire(error.data ?? { code: 'internal', message: error.message }));
  }

  /** A hub said no, or there is no token to show: for good, unless that may be different the next time. */
  #refused(error: ConduitError<string>): void {
    const hasNewToken = typeof this.#options.token === 'function' && this.#greeting !== undefined;
    if (error.retryable || hasNewToken) this.#tryAgain();
    else this.#end(error);
  }

  #tryAgain(): void {
    clearTimeout(this.#retry);
    const delayMs = firstDelayMs + Math.random() * (longestDelayMs - firstDelayMs);
    this.#retry = setTimeout(() => {
      this.#socket.disconnect().connect();
    }, delayMs);
  }

  #emit(question: Question): void {
    question.isAsked = true;
    try {
      this.#socket.emit(question.name, question.body(), (answer: WireBody) => this.#answered(question, answer));
    } catch (cause) {
      this.#questions.delete(question);
      question.refuse(new ConduitError('invalid_message', `the message can't be sent: ${String(cause)}`, { cause }));
    }
  }

  #answered(question: Question, answer: WireBody): void {
    const error = answer['ok'] === true ? undefined : errorFromWire(answer['error']);
    if (error?.code === 'hub_draining') return;
    if (!this.#questions.delete(question)) return;
    if (error === undefined) question.answer(answer);
    else question.refuse(error);
  }

  #end(error: ConduitError<string>): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = error;
    const wasUp = this.isUp;
    clearTimeout(this.#retry);
    this.#become('closed');
    this.#socket.close();
    if (wasUp) for (const listener of [...this.#downListeners]) listener();
    for (const { refuse } of this.#questions) refuse(error);
    this.#questions.clear();
    for (const listener of [...this.#closeListeners]) listener(error);
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }
}

function added<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function limitsFromWire(said: unknown): Limits {
  const limits = (typeof said === 'object' && said !== null ? said : {}) as WireBody;
  const told = (name: string, otherwise: number): number => (typeof limits[name] === 'number' ? limits[name] : otherwise);
  return {
    maxMessageBytes: told('max_message_bytes', defaultLimits.maxMessageBytes),
    maxDepth: told('max_depth', defaultLimits.maxDepth),
    maxValues: told('max_values', defaultLimits.maxValues),
    maxAttachments: told('max_attachments', defaultLimits.maxAttachments),
    maxTasks: told('max_tasks', defaultLimits.maxTasks),
    maxChunkBytes: told('max_chunk_bytes', defaultLimits.maxChunkBytes),
    maxOpenRequests: told('max_open_requests', defaultLimits.maxOpenRequests),
    maxWaiting: told('max_waiting', defaultLimits.maxWaiting),
  };
}
