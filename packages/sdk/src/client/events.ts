/** What somebody who follows a request is given: the events of the protocol, and a snapshot where the log can't be replayed. */

import type { EventStamp, RequestEvent, RequestObject } from '../protocol/events.ts';
import type { LiveEvent } from '../protocol/read.ts';

/** The whole request at `seq`, in place of the events up to there. */
export interface SnapshotEvent extends EventStamp {
  readonly type: 'snapshot';
  readonly request: RequestObject;
  /** Chunks were let go: the hub keeps 16 MiB of them a request. */
  readonly gap?: true;
  /** The hub's store lost what it had committed; what was seen before may not have happened. */
  readonly reset?: true;
}

export type AnyEvent = RequestEvent | LiveEvent | SnapshotEvent;

/** What a loop over a request is given, `data` and `result` typed by the contract. */
export type FollowedEvent<Result = unknown, Chunk = unknown> =
  | Exclude<AnyEvent, { readonly type: 'chunk' | 'result' }>
  | (Extract<AnyEvent, { readonly type: 'chunk' }> & { readonly data: Chunk })
  | (Extract<AnyEvent, { readonly type: 'result' }> & { readonly result: Result });

/** Reads one request's events: each numbered one once, in order, without holes. */
export interface Reader {
  /** The number of the last event it took. */
  readonly after: number;
  /** True while it can take no more; it says `onRoom` when it can. */
  readonly isFull: boolean;
  /** False: it needs the last event only, whatever comes before it. */
  readonly isThorough: boolean;
  take(event: AnyEvent): void;
  /** No more events will come. */
  fail(error: unknown): void;
}
