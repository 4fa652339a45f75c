/**
 * A provider of one service: registered again after each cut, with what it holds; handed requests, which it acknowledges at once; told to
 * stop, or to drain. Each request is a `Held`, each run of a handler is `work`.
 */

// For users whose `lib` does not have it yet.
/// <reference lib="esnext.disposable" preserve="true" />

import type { Connection } from '../connection/connection.ts';
import { putOffMs } from '../connection/put-off.ts';
import type { Action } from '../contract/contract.ts';
import { publishable } from '../contract/schema.ts';
import { ConduitError } from '../protocol/errors.ts';
import { errorFromWire, handedFromWire } from '../protocol/read.ts';
import type { WireBody } from '../protocol/wire.ts';
import { Context } from './context.ts';
import { type AnyHandler, work } from './handlers.ts';
import { Held } from './held.ts';
import { taskFields } from './task.ts';

export interface ProviderParts {
  readonly connection: Connection;
  readonly service: string;
  readonly actions: ReadonlyMap<string, { readonly handler: AnyHandler; readonly action: Action | undefined }>;
  /** What each handler's context is given besides. */
  readonly withChildren: (context: Context) => Context;
  readonly instanceId: string;
  readonly capacity: number | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** What a drain waits for, milliseconds. */
  readonly drainTimeoutMs: number;
  readonly log: (sentence: string) => void;
}

/** The handler of every action that has none of its own. No action is called so. */
const anyAction = '*';

/** A provider that serves until it is drained or closed. Made by `serve`. */
export class Provider implements AsyncDisposable {
  readonly #parts: ProviderParts;
  readonly #held = new Map<string, Held>();
  readonly #closed: Promise<ConduitError<string>>;
  #leaving: Promise<void> | undefined;
  /** The hub knows that it leaves. */
  #takesNothing = false;
  #onDrained = (): void => undefined;
  #onIdle: (() => void)[] = [];
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The code with which the hub put the registration off last: said once, not each time. */
  #putOffBy: string | undefined;

  /** Use `serve`. */
  constructor(parts: ProviderParts) {
    this.#parts = parts;
    const { connection } = parts;
    connection.onEvent('request', (body, acknowledge) => {
      acknowledge?.();
      this.#take(body);
    });
    connection.onEvent('cancel', (body) => this.#cancel(body));
    connection.onEvent('drain', () => void this.drain());
    connection.onEvent('refused', (body) => this.#refused(body));
    connection.onDown(() => this.#down());
    this.#closed = new Promise((resolve) => connection.onClose(resolve));
    connection.onClose(() => this.#forgetAll());
  }

  /** The name that requests are sent to. */
  get service(): string {
    return this.#parts.service;
  }

  /** Where the hub is. */
  get hub(): string {
    return this.#parts.connection.url;
  }

  /** How many requests it is working on. */
  get held(): number {
    return this.#held.size;
  }

  /** Resolves once it has left, drained or closed; rejects when the hub does not want it any more. */
  get closed(): Promise<void> {
    return this.#closed.then((by) => {
      if (by.code !== 'closed') throw by;
    });
  }

  /** Registers whenever a hub is there. Resolves the first time, rejects with what the hub refuses. */
  async register(): Promise<void> {
    const { connection } = this.#parts;
    await new Promise<void>((resolve, reject) => {
      connection.onUp(() => this.#register({ resolve, reject }));
      connection.onClose(reject);
      if (connection.isUp) this.#register({ resolve, reject });
    });
  }

  /**
   * Takes nothing new, finishes what it holds, and leaves. What takes longer than `drainTimeoutMs` is handed to another provider.
   * The same as SIGTERM does.
   */
  async drain(): Promise<void> {
    this.#leaving ??= this.#leave();
    await this.#leaving;
  }

  /** Leaves at once: what it holds is handed to another provider, or fails where it must not run twice. */
  close(): void {
    this.#parts.connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #leave(): Promise<void> {
    const { connection, drainTimeoutMs } = this.#parts;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    // Until the hub has answered, a request may be on its way here: it is held, and finished, like the others.
    const answered = new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
    this.#sayDrain();
    if (connection.isUp || this.#held.size > 0) await Promise.race([answered, patience]);
    if (this.#held.size > 0) await Promise.race([new Promise<void>((resolve) => this.#onIdle.push(resolve)), patience]);
    clearTimeout(timer);
    connection.close();
  }

  #sayDrain(): void {
    const { connection, service } = this.#parts;
    connection.tell('drain', { name: service }, () => {
      this.#takesNothing = true;
      this.#onDrained();
    });
  }

  #register({ resolve, reject }: { readonly resolve: () => void; readonly reject: (error: unknown) => void }): void {
    const { connection, service, instanceId, capacity, metadata, actions } = this.#parts;
    const registration: WireBody = {
      type: 'service',
      name: service,
      instance_id: instanceId,
      acks: true,
      in_flight: [...this.#held.values()].map(({ requestId, attempt }) => ({ request_id: requestId, attempt })),
    };
    // Whoever takes any action names none.
    if (!actions.has(anyAction)) registration['actions'] = [...actions].map(([name, { action }]) => actionFields(name, action));
    if (capacity !== undefined) registration['capacity'] = capacity;
    if (metadata !== undefined) registration['metadata'] = metadata;
    connection.tell('register', registration, (answer) => {
      if (answer['ok'] !== true) {
        const error = errorFromWire(answer['error']);
        if (error.retryable) {
          // A hub that is leaving closes the connection itself, and the next one is asked; one that can't now may in a moment.
          if (error.code !== this.#putOffBy)
            this.#parts.log(`${service} can't be registered yet, and goes on trying: ${error.message}`);
          this.#putOffBy = error.code;
          this.#retry = setTimeout(() => this.#register({ resolve, reject }), putOffMs(error));
          return;
        }
        connection.fail(error);
        return reject(error);
      }
      this.#putOffBy = undefined;
      if (this.#leaving !== undefined) this.#sayDrain();
      this.#kept(answer['in_flight']);
      resolve();
    });
  }

  /** What the hub does not name is somebody else's by now: it sends a `cancel` for each. */
  #kept(inFlight: unknown): void {
    for (const { request_id, attempt, last_n } of Array.isArray(inFlight) ? (inFlight as WireBody[]) : []) {
      const held = this.#held.get(String(request_id));
      if (held !== undefined && held.attempt === attempt) held.continueAfter(Number(last_n));
    }
  }

  #take(body: WireBody): void {
    const { payload, ...handed } = handedFromWire(body);
    const { requestId, attempt } = handed;
    // The same request again means that its earlier attempt was given up.
    this.#held.get(requestId)?.forget();
    const held = new Held({ connection: this.#parts.connection, requestId, attempt, over: () => this.#over(held) });
    this.#held.set(requestId, held);
    const served = this.#parts.actions.get(handed.action) ?? this.#parts.actions.get(anyAction);
    if (this.#takesNothing) return held.reject('this worker is leaving');
    if (served === undefined) {
      const { code, message, retryable } = new ConduitError(
        'action_not_found',
        `"${this.service}" has no action "${handed.action}"`,
      );
      return held.error({ code, message, retryable });
    }
    const { tracing, url: hub } = this.#parts.connection;
    const { service, action, trace = {} } = handed;
    const span = tracing?.work({ requestId, service, action, hub, attempt, trace });
    const traced = span === undefined ? handed : { ...handed, trace: span.trace };
    const context = this.#parts.withChildren(new Context(held, traced, served.action?.tasks));
    const failed = (error: unknown): void => {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#parts.log(`${this.service}: request ${requestId} failed: ${why}`);
    };
    const job = { ...served, payload, context, held, failed, ended: (error?: unknown) => span?.end(error) };
    void (span === undefined ? work(job) : span.run(() => work(job)));
  }

  #cancel({ request_id, attempt, reason }: WireBody): void {
    const held = this.#held.get(String(request_id));
    if (held !== undefined && held.attempt === attempt) held.cancel(String(reason));
  }

  /** Another process has taken this one's `instance_id`. */
  #refused({ event, error }: WireBody): void {
    if (event === 'register') this.#parts.connection.fail(errorFromWire(error));
  }

  #down(): void {
    clearTimeout(this.#retry);
    // Whoever leaves and holds nothing need not come back to say so.
    if (this.#held.size === 0) this.#onDrained();
    for (const held of this.#held.values()) held.down();
  }

  #over(held: Held): void {
    if (this.#held.get(held.requestId) === held) this.#held.delete(held.requestId);
    if (this.#held.size === 0) for (const idle of this.#onIdle.splice(0)) idle();
  }

  #forgetAll(): void {
    this.#onDrained();
    for (const held of [...this.#held.values()]) held.forget();
  }
}

function actionFields(name: string, action: Action | undefined): WireBody {
  const fields: WireBody = { name };
  const said = {
    description: action?.description,
    input: publishable(action?.input, 'input'),
    output: publishable(action?.output, 'output'),
    tasks: action?.tasks?.map(taskFields),
    idempotent: action?.idempotent,
    timeout_ms: action?.timeoutMs,
  };
  for (const [key, value] of Object.entries(said)) if (value !== undefined) fields[key] = value;
  return fields;
}
