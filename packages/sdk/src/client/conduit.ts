/** The client side: one connection to a hub, and everything that can be asked over it. */

// For users whose `lib` does not have it yet.
/// <reference lib="esnext.disposable" preserve="true" />

import type { Connection, ConnectionState } from '../connection/connection.ts';
import type { Action, ServiceContract } from '../contract/contract.ts';
import type { ConduitError } from '../protocol/errors.ts';
import type { RequestObject, ServiceInfo } from '../protocol/events.ts';
import type { GetInclude } from '../protocol/messages.ts';
import { requestFromWire } from '../protocol/read.ts';
import { callerOf } from './caller.ts';
import { type Call, callsOf, type ServiceCalls } from './calls.ts';
import type { Loop } from './loop.ts';
import type { ConduitRequest } from './request.ts';
import type { RequestOptions, Requests } from './requests.ts';
import { Services } from './services.ts';

/**
 * A connection to a hub, for sending requests. Made by `connect`.
 *
 * It reconnects by itself for as long as it is open; what was sent meanwhile is sent then.
 */
export class Conduit implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #services: Services;

  /** Use `connect`. */
  constructor(connection: Connection, requests: Requests) {
    this.#connection = connection;
    this.#requests = requests;
    this.#services = new Services(connection);
  }

  /** Where the hub is. */
  get url(): string {
    return this.#connection.url;
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Why the connection will not come back: the hub's refusal, or `closed`; undefined while it may. */
  get closedBy(): ConduitError<string> | undefined {
    return this.#connection.closedBy;
  }

  /** The hub that answered last. */
  get hubId(): string | undefined {
    return this.#connection.greeting?.hubId;
  }

  /** Runs `listener` with each new state. @returns a function that ends it. */
  onState(listener: (state: ConnectionState) => void): () => void {
    return this.#connection.onState(listener);
  }

  /**
   * Sends a request to a service by its name; whoever provides it is the hub's to choose.
   *
   * @param payload any JSON, with binary parts (`Uint8Array`) anywhere in it: at most 1 MiB and 10 parts where the hub says no other.
   * What comes back has its bytes as `Uint8Array`.
   * @throws nothing: what goes wrong is told to whoever awaits or loops over it, as a `ConduitError`.
   * @example
   * ```ts
   * const request = conduit.request('images', 'resize', { url: 'https://example.com/a.png', width: 200 });
   * for await (const event of request) if (event.type === 'progress') console.log(event.taskId, event.progress);
   * const result = await request;
   * ```
   */
  request(service: string, action: string, payload?: unknown, options: RequestOptions = {}): ConduitRequest {
    return this.#requests.send({ service, action, payload, options }, this.request);
  }

  /**
   * The actions of a service as functions, typed by its contract. The provider checks what it is sent, and the hub before it.
   *
   * @example
   * ```ts
   * const resized = await conduit.use(images).resize({ url: 'https://example.com/a.png', width: 200 }, { timeoutMs: 5_000 });
   * ```
   */
  use<Contract extends ServiceContract>(contract: Contract): ServiceCalls<Contract> {
    return callsOf(contract, (asked, above) => this.#requests.send(asked, above));
  }

  /**
   * Follows a request that was sent earlier, from another tab or another day: its events from the first one on, then live ones.
   * It must have been sent by the same subject, or the token must have the scope `observe`.
   *
   * @param action its action, for the types; left out, they are unknown.
   */
  follow(requestId: string): ConduitRequest;
  follow<One extends Action>(action: One, requestId: string): ReturnType<Call<One>>;
  follow(first: string | Action, second?: string): ConduitRequest {
    return this.#requests.follow(typeof first === 'string' ? first : String(second), this.follow);
  }

  /**
   * A request as it stands.
   * @param include what is left out otherwise, because it can be large.
   * @throws ConduitError `request_not_found`, also for one that this session may not see; `closed`.
   */
  async get(requestId: string, { include = [] }: { readonly include?: readonly GetInclude[] } = {}): Promise<RequestObject> {
    const asCaller = callerOf(this.get);
    const answer = await this.#connection
      .ask('get', () => ({ request_id: requestId, include }))
      .catch((error: unknown) => {
        throw asCaller(error, requestId);
      });
    return requestFromWire(answer['request']);
  }

  /** The services of this tenant, with who provides them. @throws ConduitError `closed`. */
  async services(): Promise<readonly ServiceInfo[]> {
    return await this.#services.list();
  }

  /**
   * The services of this tenant as they change: all of them at first and after every change, by name; a slow loop is given the latest
   * only. It goes on over cuts, and ends when it is left.
   * @throws ConduitError `closed`, or the hub's refusal.
   * @example
   * ```ts
   * for await (const services of conduit.watchServices()) console.log(services.map(({ name, waiting }) => `${name}: ${waiting}`));
   * ```
   */
  watchServices(): Loop<readonly ServiceInfo[]> {
    return this.#services.watch();
  }

  /** Ends the connection for good; requests go on without it. Whoever still waits is told `closed`. */
  close(): void {
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
