/** Puts HTTP workers behind a hub: one provider that hands each request to one of them as a POST, and tells on what it answers. */

import { type Provider, type ServeOptions, type ServiceContext, ServiceError, serve } from '@conduit/sdk';
import { isBinary } from '@conduit/sdk/protocol/measure';
import { Overloaded, resultOf } from './answer.ts';
import { exchange, Unreached } from './exchange.ts';
import { watchHealth } from './health.ts';
import { type Target, Targets } from './targets.ts';

export interface DispatchOptions extends Omit<ServeOptions, 'capacity'> {
  /** Where requests go, such as `http://127.0.0.1:8000/run/{action}`; several take turns. */
  readonly to: readonly string[];
  /** Requests that each target works on at once; 4 by default. */
  readonly concurrency?: number;
  /** The actions it takes; left out: every one. */
  readonly actions?: readonly string[];
  /** Sent with every request, such as `{ Authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked of each target's host, such as `/healthz`; left out, a target that was not reached is tried again after 2 s. */
  readonly health?: string;
  /** 2 s by default. */
  readonly healthIntervalMs?: number;
  /** 5 s by default. */
  readonly connectTimeoutMs?: number;
  /** The longest silence within an answer, milliseconds; 60 s by default. */
  readonly idleTimeoutMs?: number;
  /** How long a target may take for a request; left out: as long as the request may. */
  readonly timeoutMs?: number;
  /** The largest answer, streamed or not; 16 MiB by default. */
  readonly maxAnswerBytes?: number;
}

const defaults = {
  concurrency: 4,
  healthIntervalMs: 2_000,
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  maxAnswerBytes: 16 * 1024 * 1024,
};

/** A target that was not reached is spared this long, where no health check tells sooner. Milliseconds. */
const unreachedPauseMs = 2_000;

/**
 * Offers a service whose work HTTP workers do. Resolves once the hub knows it.
 *
 * @param service the name that requests are sent to.
 * @throws TypeError for targets that are no addresses; ConduitError what the hub refuses.
 * @example
 * ```ts
 * const dispatcher = await dispatch('llm', { to: ['http://127.0.0.1:8000/{action}'], health: '/health' });
 * ```
 */
export async function dispatch(service: string, options: DispatchOptions): Promise<Provider> {
  const said = { ...defaults, ...options };
  const { to, concurrency, actions, headers = {}, health, healthIntervalMs, connectTimeoutMs, timeoutMs } = said;
  const { log = (sentence) => console.error(sentence) } = options;
  checkTargets(to);
  const targets = new Targets(to, { concurrency, log });

  const handOver = async (target: Target, payload: unknown, context: ServiceContext, signal: AbortSignal): Promise<unknown> => {
    const { type, body } = bodyOf(payload);
    const response = await exchange(target.url(context.action), {
      method: 'POST',
      headers: { ...headersOf(context), 'content-type': type, ...headers },
      body,
      signal,
      connectTimeoutMs,
    });
    return await resultOf(response, context, said);
  };

  /** The first target that takes it; only one that was not reached, or takes nothing now, is followed by another. */
  const inTurn = async (payload: unknown, context: ServiceContext, signal: AbortSignal): Promise<unknown> => {
    const tried = new Set<Target>();
    let why = new ServiceError('target_unreachable', 'there is no target', { retryable: true });
    for (;;) {
      const target = await targets.take(tried, signal);
      if (target === undefined) throw why;
      tried.add(target);
      try {
        const result = await handOver(target, payload, context, signal);
        if (health === undefined) targets.takeBack(target);
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof Overloaded) {
          targets.leaveOut(target, error.retryAfterMs, error.message);
          why = new ServiceError('overloaded', `${target.name}: ${error.message}`, { retryable: true });
        } else if (error instanceof Unreached) {
          const pauseMs = health === undefined ? unreachedPauseMs : Number.POSITIVE_INFINITY;
          targets.leaveOut(target, pauseMs, error.message);
          why = new ServiceError('target_unreachable', `${target.name}: ${error.message}`, { retryable: true });
        } else {
          const told = toldOf(error, target);
          log(`request ${context.requestId} failed: ${told instanceof Error ? told.message : String(told)}`);
          throw told;
        }
      } finally {
        targets.release(target);
      }
    }
  };

  const handle = async (payload: unknown, context: ServiceContext): Promise<unknown> => {
    if (timeoutMs === undefined) return await inTurn(payload, context, context.signal);
    const patience = new AbortController();
    const tooLong = new ServiceError('target_timeout', `it took longer than ${timeoutMs} ms`);
    const timer = setTimeout(() => patience.abort(tooLong), timeoutMs);
    try {
      return await inTurn(payload, context, AbortSignal.any([context.signal, patience.signal]));
    } finally {
      clearTimeout(timer);
    }
  };

  const handlers = Object.fromEntries((actions ?? ['*']).map((action) => [action, handle]));
  const metadata = { targets: targets.all.length, ...options.metadata };
  const closing = new AbortController();
  const provider = await serve(service, handlers, { ...options, capacity: concurrency * targets.all.length, metadata });
  const closed = (): void => closing.abort();
  provider.closed.then(closed, closed);
  if (health !== undefined) {
    const check = { path: health, intervalMs: healthIntervalMs, timeoutMs: connectTimeoutMs, headers, signal: closing.signal };
    void watchHealth(targets, check);
  }
  return provider;
}

/** What the target said in its own way stays as it is; any other failure says whose it is. */
function toldOf(error: unknown, { name }: Target): unknown {
  if (!(error instanceof ServiceError) || !(error.code.startsWith('target_') || error.details?.['status'] !== undefined))
    return error;
  const { code, message, retryable, details } = error;
  return new ServiceError(code, `${name}: ${message}`, {
    retryable,
    cause: error,
    ...(details === undefined ? {} : { details }),
  });
}

/** @throws TypeError */
function checkTargets(to: readonly string[]): void {
  if (to.length === 0) throw new TypeError('a dispatcher needs a target, such as http://127.0.0.1:8000/run/{action}');
  for (const target of to) {
    const tried = target.replaceAll('{action}', 'action');
    const [stranger] = /\{[^{}]*\}/.exec(tried) ?? [];
    if (stranger !== undefined) throw new TypeError(`nothing stands for ${stranger} in "${target}": it must be {action}`);
    const url = URL.canParse(tried) ? new URL(tried) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || /^https?:\/\/[^/]*\{action\}/.test(target))
      throw new TypeError(`a target must be an address such as http://127.0.0.1:8000/run/{action}, not "${target}"`);
    // Addresses are logged.
    if (url.username !== '' || url.password !== '')
      throw new TypeError(`the target at ${url.host} must not have a password in its address: send an Authorization header`);
  }
}

function bodyOf(payload: unknown): { readonly type: string; readonly body: string | Uint8Array } {
  if (isBinary(payload)) return { type: 'application/octet-stream', body: new Uint8Array(payload) };
  return { type: 'application/json', body: JSON.stringify(payload ?? null) };
}

function headersOf({ requestId, service, action, attempt, deadlineAt, trace }: ServiceContext): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json, application/x-ndjson, text/event-stream, */*',
    'accept-encoding': 'identity',
    'idempotency-key': requestId,
    'x-request-id': requestId,
    'conduit-service': service,
    'conduit-action': action,
    'conduit-attempt': String(attempt),
  };
  if (deadlineAt !== undefined) headers['conduit-deadline'] = new Date(deadlineAt).toISOString();
  for (const name of ['traceparent', 'tracestate']) {
    const value = trace[name];
    // What a requester says may hold anything; a header may not.
    if (value !== undefined && /^[\x20-\x7e]{1,512}$/.test(value)) headers[name] = value;
  }
  return headers;
}
