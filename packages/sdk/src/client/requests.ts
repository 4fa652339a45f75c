/** The requests of one connection: each event goes to the one it is about. */

import type { Connection } from '../connection/connection.ts';
import { newId } from '../connection/new-id.ts';
import { onAbort } from '../connection/on-abort.ts';
import { requestEventNames } from '../protocol/read.ts';
import type { WireBody } from '../protocol/wire.ts';
import { callerOf } from './caller.ts';
import { Following, type FollowingParts } from './following.ts';
import { ConduitRequest } from './request.ts';

/** What can be said of one request. */
export interface RequestOptions {
  /** Aborted, it cancels the request and whoever awaits it is given the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long it may run once it is assigned, milliseconds: 1 to 604,800,000; by default the action's own, otherwise 1 h. */
  readonly timeoutMs?: number;
  /** How long it may wait until work begins, milliseconds; 60 s by default. Said, it also waits for a service that nobody offers yet. */
  readonly startTimeoutMs?: number;
  /** How many attempts that began may be lost before it fails with `provider_lost`: 1 to 100, 3 by default. */
  readonly maxAttempts?: number;
  /** −10 to 10: each step counts as having come 10 s earlier in the line. */
  readonly priority?: number;
  /** At most 16 words to find it by. */
  readonly tags?: readonly string[];
  /** Carried to the provider and its own requests: W3C `traceparent` and the like. At most 8 texts. */
  readonly trace?: Readonly<Record<string, string>>;
  /** A UUID or ULID of your own: the same id with the same body finds the request that exists. */
  readonly requestId?: string;
  /** `cancel`: it ends 30 s after this session went, instead of going on. */
  readonly onRequesterGone?: 'continue' | 'cancel';
  /** Leaving a loop over it cancels it. */
  readonly cancelOnReturn?: boolean;
}

/** The request that another one is made for; its provider alone may name it. */
export interface ParentOf {
  readonly requestId: string;
  readonly taskId?: string;
}

interface Asked {
  readonly service: string;
  readonly action: string;
  readonly payload: unknown;
  readonly options: RequestOptions;
  readonly parent?: ParentOf;
}

export class Requests {
  readonly #connection: Connection;
  readonly #followed = new Map<string, Set<Following>>();

  constructor(connection: Connection) {
    this.#connection = connection;
    for (const name of requestEventNames) {
      connection.onEvent(name, (body) => this.#of(body['request_id'], (following) => following.receive(name, body)));
    }
    connection.onUp(() => this.#all((following) => following.up()));
    connection.onDown(() => this.#all((following) => following.down()));
    connection.onClose((error) => this.#all((following) => following.fail(error)));
  }

  /**
   * Sends one.
   * @param above the function that the user called: the stack of an error begins with its caller.
   */
  send(asked: Asked, above: unknown): ConduitRequest {
    const { service, action, options } = asked;
    const { signal, requestId = newId(), trace } = options;
    const { tracing, url: hub } = this.#connection;
    const span = tracing?.request({ requestId, service, action, hub, trace: trace ?? {} });
    const message = messageOf(asked, span?.trace ?? trace);
    let stopListening = (): void => undefined;
    const over = (error?: unknown): void => {
      stopListening();
      span?.end(error);
    };
    const following = this.#following({ requestId, message, above, over });
    try {
      signal?.throwIfAborted();
      this.#connection.weigh(message);
      following.send(signal);
      if (signal !== undefined) stopListening = onAbort(signal, () => following.abandon(signal.reason));
    } catch (error) {
      following.fail(error);
    }
    return new ConduitRequest(following, options);
  }

  /** One that was sent earlier, here or elsewhere, by the same subject. */
  follow(requestId: string, above: unknown): ConduitRequest {
    return new ConduitRequest(this.#following({ requestId, message: undefined, above, over: () => undefined }));
  }

  #following({
    above,
    ...parts
  }: Pick<FollowingParts, 'requestId' | 'message' | 'over'> & { readonly above: unknown }): Following {
    const asCaller = callerOf(above);
    const { requestId } = parts;
    return new Following({
      ...parts,
      connection: this.#connection,
      asCaller: (error) => asCaller(error, requestId),
      attach: (following) => this.#attach(following),
      detach: (following) => this.#detach(following),
    });
  }

  #attach(following: Following): void {
    const { requestId } = following;
    const known = this.#followed.get(requestId);
    if (known === undefined) this.#followed.set(requestId, new Set([following]));
    else known.add(following);
  }

  #detach(following: Following): boolean {
    const known = this.#followed.get(following.requestId);
    known?.delete(following);
    const isAlone = known === undefined || known.size === 0;
    if (isAlone) this.#followed.delete(following.requestId);
    return isAlone;
  }

  #of(requestId: unknown, then: (following: Following) => void): void {
    for (const following of [...(this.#followed.get(String(requestId)) ?? [])]) then(following);
  }

  #all(then: (following: Following) => void): void {
    for (const requestId of [...this.#followed.keys()]) this.#of(requestId, then);
  }
}

/** What is left out is the hub's to fill in. */
function messageOf({ service, action, payload, options, parent }: Asked, trace: RequestOptions['trace']): WireBody {
  const { timeoutMs, startTimeoutMs, maxAttempts, priority, tags, onRequesterGone } = options;
  const fields: WireBody = {
    to: service,
    action,
    payload,
    timeout_ms: timeoutMs,
    start_timeout_ms: startTimeoutMs,
    max_attempts: maxAttempts,
    priority,
    tags,
    trace,
    on_requester_gone: onRequesterGone,
    parent: parent === undefined ? undefined : { request_id: parent.requestId, task_id: parent.taskId },
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
