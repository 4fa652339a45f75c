/** Serves a service: joins a provider's side of a connection with the client's, for the requests that a handler sends itself. */

import { callsOf, type ServiceCalls } from './client/calls.ts';
import type { ConduitRequest } from './client/request.ts';
import { type RequestOptions, Requests } from './client/requests.ts';
import { Connection, type ConnectionOptions } from './connection/connection.ts';
import { newId } from './connection/new-id.ts';
import { type Action, actionsOf, nameOf, type ServiceContract } from './contract/contract.ts';
import type { Received, Sent } from './contract/schema.ts';
import type { ConduitError } from './protocol/errors.ts';
import { tellOfAbsence } from './service/absence.ts';
import type { Context } from './service/context.ts';
import type { AnyHandler } from './service/handlers.ts';
import { failProcess, ownProcess } from './service/process.ts';
import { Provider } from './service/provider.ts';
import { drainOnSignals } from './service/signals.ts';

/** What a drain waits for what is held, milliseconds: what supervisors usually grant a process that is to stop. */
const defaultDrainTimeoutMs = 25_000;

export interface ServeOptions extends ConnectionOptions {
  /** Where the hub is; left out, `CONDUIT_URL`, otherwise `http://127.0.0.1:9100`. A hub that comes later is waited for. */
  readonly hub?: string;
  /** How many requests it works on at once: 1 to 10,000. Left out: whatever is its turn. */
  readonly capacity?: number;
  /** Stable across restarts of one process, it keeps what the process held; left out, across its reconnects only. */
  readonly instanceId?: string;
  /** What people who look at the provider are shown: an object of JSON, at most 16 KiB. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** How long a drain waits for what is held, milliseconds; 25 s by default. */
  readonly drainTimeoutMs?: number;
  /**
   * Drains on SIGTERM and SIGINT, then lets the process end; true by default. A second signal ends it at once. A hub that wants the service
   * no more, because its token was revoked, say, is told to the log, and the process ends with 1 when it has nothing else to do.
   */
  readonly handlesSignals?: boolean;
  /** Aborted, it closes. */
  readonly signal?: AbortSignal;
  /** Takes sentences for the service's log; standard error by default. */
  readonly log?: (sentence: string) => void;
}

/** A child's options: of any request, and the step it is sent for. */
export interface ChildOptions extends RequestOptions {
  readonly taskId?: string;
}

/** The requests that a handler sends as part of its own: the same trace, the remaining time, cancelled together. */
export interface Children {
  request(service: string, action: string, payload?: unknown, options?: ChildOptions): ConduitRequest;
  use<Contract extends ServiceContract>(contract: Contract, options?: Pick<ChildOptions, 'taskId'>): ServiceCalls<Contract>;
}

/** What a handler is given beside its payload. */
export type ServiceContext = Context & Children;

/** Anything but a stream. */
type Single = string | number | boolean | null | undefined | (object & { readonly [Symbol.asyncIterator]?: never });

/** What may be returned as the result. Where it may be anything and chunks may not, a stream of wrong chunks is no such thing. */
type Result<Output, Chunk> = unknown extends Output ? (unknown extends Chunk ? unknown : Single) : Output;

/** A handler of one action: returns the result, or yields chunks and returns it. */
export type Handler<One extends Action> =
  One extends Action<infer Input, infer Output, infer Chunk>
    ? (
        payload: Received<Input>,
        context: ServiceContext,
      ) =>
        | Result<Sent<Output>, Sent<Chunk>>
        | PromiseLike<Result<Sent<Output>, Sent<Chunk>>>
        | AsyncGenerator<Sent<Chunk>, Sent<Output>, undefined>
    : never;

/** A handler for each action of a contract. */
export type Handlers<Contract> = {
  readonly [Name in keyof Contract as Name extends string ? Name : never]: Contract[Name] extends Action
    ? Handler<Contract[Name]>
    : never;
};

/** Handlers without a contract: payloads are what callers send. One named `*` takes every action that has no other. */
// biome-ignore lint/suspicious/noExplicitAny: whoever writes no contract says what a payload is in the handler's own signature.
export type LooseHandlers = Readonly<Record<string, (payload: any, context: ServiceContext) => unknown>>;

/**
 * Offers a service: registers it with the hub and works on what it is handed. Resolves once the hub knows it; from then on it reconnects
 * by itself, goes on with what it holds, and says again what a cut has swallowed.
 *
 * @param service a contract, or just a name.
 * @param handlers a function for each action. What it throws ends the request as an error; what it yields is streamed.
 * @throws TypeError where there is no function for an action. ConduitError what the hub refuses: `unauthenticated`, `forbidden`, `invalid_message` for a schema it can't take.
 * @example
 * ```ts
 * const provider = await serve('greeter', {
 *   async greet({ name }: { name: string }, ctx) {
 *     ctx.task('think').done();
 *     return `Hello ${name}`;
 *   },
 * });
 * ```
 */
export async function serve(service: string, handlers: LooseHandlers, options?: ServeOptions): Promise<Provider>;
export async function serve<Contract extends ServiceContract>(
  service: Contract,
  handlers: Handlers<Contract>,
  options?: ServeOptions,
): Promise<Provider>;
export async function serve(
  service: string | ServiceContract,
  handlers: Readonly<Record<string, unknown>>,
  options: ServeOptions = {},
): Promise<Provider> {
  const { hub, signal, log = (sentence) => console.error(sentence) } = options;
  signal?.throwIfAborted();
  const name = typeof service === 'string' ? service : nameOf(service);
  const known = new Map(typeof service === 'string' ? [] : actionsOf(service).map((action) => [action.name, action]));
  checkHandlers(name, handlers, known.keys());
  const workerName = ownProcess === undefined ? `${name} worker` : `${name} worker ${ownProcess.pid}`;
  const connection = new Connection(hub, { name: workerName, ...options });
  const requests = new Requests(connection);
  const provider = new Provider({
    connection,
    service: name,
    actions: new Map(
      Object.entries(handlers).map(([action, handler]) => [
        action,
        { handler: handler as AnyHandler, action: known.get(action) },
      ]),
    ),
    withChildren: (context) => Object.assign(context, childrenOf(context, requests)),
    instanceId: options.instanceId ?? newId(),
    capacity: options.capacity,
    metadata: options.metadata,
    drainTimeoutMs: options.drainTimeoutMs ?? defaultDrainTimeoutMs,
    log,
  });
  if (options.handlesSignals !== false) drainOnSignals(provider);
  signal?.addEventListener('abort', () => provider.close());
  tellOfAbsence(connection, log);
  const registered = provider.register();
  await Promise.all([connection.open(Number.POSITIVE_INFINITY), registered]);
  if (options.handlesSignals !== false) {
    // Nothing else would show it: a process that has nothing left to do ends as if all were well.
    provider.closed.catch(({ code, message }: ConduitError<string>) => {
      log(`the hub at ${provider.hub} takes no more of ${name}: ${message} (${code})`);
      failProcess();
    });
  }
  return provider;
}

/** @throws TypeError where a service would be offered that nobody works for. */
function checkHandlers(service: string, handlers: unknown, contracted: Iterable<string>): void {
  const given = new Map(Object.entries(handlers ?? {}));
  const missing = [...contracted].find((action) => !given.has(action) && !given.has('*'));
  if (missing !== undefined) throw new TypeError(`"${service}" has no function for "${missing}", which its contract names`);
  if (given.size === 0) throw new TypeError(`"${service}" has no action: give a function for each, or one named * for all`);
  for (const [action, handler] of given) {
    if (typeof handler !== 'function') throw new TypeError(`"${service}" has no function for "${action}"`);
  }
}

function childrenOf({ requestId, trace, signal }: Context, requests: Requests): Children {
  const send = (
    asked: { readonly service: string; readonly action: string; readonly payload: unknown; readonly options: ChildOptions },
    above: unknown,
  ): ConduitRequest => {
    const { taskId, ...options } = asked.options;
    const parent = taskId === undefined ? { requestId } : { requestId, taskId };
    return requests.send({ ...asked, options: { signal, trace, ...options }, parent }, above);
  };
  const request: Children['request'] = (service, action, payload, options = {}) =>
    send({ service, action, payload, options }, request);
  return {
    request,
    use: (contract, common = {}) =>
      callsOf(contract, (asked, above) => send({ ...asked, options: { ...common, ...asked.options } }, above)),
  };
}
