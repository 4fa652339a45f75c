/** Requests as state of a component: sent by it, or followed by their id. */

import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Call, ServiceCalls } from '../client/calls.ts';
import type { ConduitRequest } from '../client/request.ts';
import type { RequestOptions } from '../client/requests.ts';
import type { Action, ServiceContract } from '../contract/contract.ts';
import { FollowedView } from './following.ts';
import { useConduit } from './provider.ts';
import { idle, type RequestView } from './view.ts';

export interface FollowOptions {
  /** How much of each stream is kept, the latest; bytes, 1 MiB by default. Read once. */
  readonly keptBytes?: number;
}

export interface UseRequestOptions extends FollowOptions {
  /** A component that goes cancels what it has under way. By default the request goes on, and is only seen no more. */
  readonly cancelOnUnmount?: boolean;
}

/** A request as it stands, and what can be done. The functions are the same ones in every render. */
export interface UsedRequest<Asked extends readonly unknown[] = readonly unknown[], Result = unknown, Chunk = unknown>
  extends RequestView<Result, Chunk> {
  /**
   * Sends a request and shows it in place of the former one, which goes on unseen: `cancel` it first if it should end.
   * @returns the request, to be awaited where its result is wanted at once; what goes wrong is `error` too.
   */
  start(...asked: Asked): ConduitRequest<Result, Chunk>;
  /** Asks for the end of the request that is shown; it comes as its state. Without one that is open it does nothing. */
  cancel(reason?: string): void;
  /** Shows none again: `idle`. */
  reset(): void;
}

type UsedCall<One> =
  Call<One> extends (...asked: infer Asked) => ConduitRequest<infer Result, infer Chunk>
    ? UsedRequest<Asked, Result, Chunk>
    : never;

const defaultKeptBytes = 1024 ** 2;

/**
 * Sends requests to an action of a service, one at a time, and shows how each goes: through cuts, restarts and new attempts, at most one
 * render a frame.
 *
 * @param service a contract, or a name: then payload, chunks and result are unknown.
 * @example
 * ```tsx
 * const { start, cancel, state, overall, chunks, result, error } = useRequest(links, 'check');
 * ```
 */
export function useRequest<Contract extends ServiceContract, Name extends string & keyof ServiceCalls<Contract>>(
  service: Contract,
  action: Name,
  options?: UseRequestOptions,
): UsedCall<Contract[Name]>;
export function useRequest(
  service: string,
  action: string,
  options?: UseRequestOptions,
): UsedRequest<[payload?: unknown, options?: RequestOptions]>;
export function useRequest(
  service: string | ServiceContract,
  action: string,
  { keptBytes, cancelOnUnmount = false }: UseRequestOptions = {},
): UsedRequest<[payload?: unknown, options?: RequestOptions]> {
  const conduit = useConduit();
  const [followed, view] = useFollowed(keptBytes);
  const latest = useRef({ conduit, service, action, cancelOnUnmount });
  useEffect(() => {
    latest.current = { conduit, service, action, cancelOnUnmount };
  });

  const start = useCallback(
    (payload?: unknown, options?: RequestOptions): ConduitRequest => {
      const asked = latest.current;
      const request = sent(asked, payload, options);
      followed.follow(request);
      return request;
    },
    [followed],
  );
  const cancel = useCallback(
    (reason?: string): void => {
      // One that has ended needs no end, and one that can't be reached shows that itself.
      followed.request?.cancel(reason).catch(() => undefined);
    },
    [followed],
  );
  const reset = useCallback(() => followed.clear(), [followed]);

  useEffect(() => {
    // A component that was hidden, or whose code was changed under it, is back.
    followed.goOn(latest.current.conduit);
    return () => {
      if (latest.current.cancelOnUnmount && followed.view().isOpen) cancel('its component is gone');
      followed.leave();
    };
  }, [followed, cancel]);
  return { ...view, start, cancel, reset };
}

/**
 * Follows a request by its id, from its first event on: one of another tab, of another day, of a colleague where the token may observe.
 * Without an id it follows none.
 *
 * @param action of the contract, for the types; left out, chunks and result are unknown.
 */
export function useRequestById<One extends Action>(
  requestId: string | undefined,
  options: FollowOptions & { readonly action: One },
): Call<One> extends (...asked: infer _Asked) => ConduitRequest<infer Result, infer Chunk> ? RequestView<Result, Chunk> : never;
export function useRequestById(requestId: string | undefined, options?: FollowOptions): RequestView;
export function useRequestById(requestId: string | undefined, { keptBytes }: FollowOptions = {}): RequestView {
  const conduit = useConduit();
  const [followed, view] = useFollowed(keptBytes);
  useEffect(() => {
    if (requestId === undefined) return followed.clear();
    followed.follow(conduit.follow(requestId));
    return () => followed.leave();
  }, [conduit, requestId, followed]);
  // What is shown until the effect has run is of the former id.
  return view.requestId === requestId ? view : idle;
}

function useFollowed(keptBytes = defaultKeptBytes): readonly [FollowedView, RequestView] {
  const [followed] = useState(() => new FollowedView(keptBytes));
  return [followed, useSyncExternalStore(followed.subscribe, followed.view, () => idle)];
}

interface Asked {
  readonly conduit: ReturnType<typeof useConduit>;
  readonly service: string | ServiceContract;
  readonly action: string;
}

function sent({ conduit, service, action }: Asked, payload: unknown, options: RequestOptions | undefined): ConduitRequest {
  return typeof service === 'string'
    ? conduit.request(service, action, payload, options)
    : callOf(conduit, service, action)(payload, options);
}

function callOf(
  conduit: Asked['conduit'],
  contract: ServiceContract,
  action: string,
): (payload: unknown, options?: RequestOptions) => ConduitRequest {
  const calls: Readonly<Record<string, unknown>> = conduit.use(contract);
  return calls[action] as (payload: unknown, options?: RequestOptions) => ConduitRequest;
}
