/**
 * What a component shows of a request. A view never changes; what an event did not touch is the same object in the next view. Of chunks
 * only the latest are kept, whatever is streamed.
 */

import type { ConduitError } from '../protocol/errors.ts';
import type { Party, Task, TaskProgress, Timings } from '../protocol/events.ts';
import type { StreamMode } from '../protocol/messages.ts';
import type { RequestState } from '../protocol/states.ts';

/** `idle`: there is no request. `opening`: it was sent or asked for, and no hub has answered yet. */
export type ViewState = 'idle' | 'opening' | RequestState;

/** A step of a request, with how far it is. */
export interface TaskView extends Omit<Task, 'resultOmitted'>, TaskProgress {
  /** 0…1, null while that can't be told; 0 before it begins, 1 when it is completed. */
  readonly progress: number | null;
}

/** What was streamed under one name. */
export interface StreamView<Chunk = unknown> {
  readonly stream: string;
  readonly mode: StreamMode;
  /** The latest chunks, in order; of a stream in `replace` mode the last one alone. */
  readonly data: readonly Chunk[];
  /** How many came in all. */
  readonly chunks: number;
  /** How many of them `data` does not have: let go for their number or size, here or at the hub. None count in `replace` mode. */
  readonly dropped: number;
  /** About what `data` holds in memory, bytes. */
  readonly bytes: number;
}

/** A request as it stands. */
export interface RequestView<Result = unknown, Chunk = unknown> {
  /** Undefined while there is none. */
  readonly requestId: string | undefined;
  readonly state: ViewState;
  /** Why it waits, or what became of its provider: `no_provider`, `at_capacity`, `paused`, `provider_lost`, … */
  readonly reason: string | undefined;
  /** Its place in the line, from 1 on, where the hub told one. */
  readonly position: number | undefined;
  /** True while something more may come: it was sent or is followed, and has not ended. */
  readonly isOpen: boolean;
  /** For how long its provider has said nothing, milliseconds; undefined while it speaks. */
  readonly stalledMs: number | undefined;
  /** 0 before the first one; a new attempt begins with no tasks and no chunks. */
  readonly attempt: number;
  readonly provider: Party | undefined;
  /** 0…1, of all tasks by their weights; never falls within an attempt. */
  readonly overall: number;
  /** In the order in which they were declared. */
  readonly tasks: readonly TaskView[];
  /** The chunks of the stream that began first: all there is where a service streams one kind of thing. */
  readonly chunks: readonly Chunk[];
  /** Every stream, in the order in which they began. */
  readonly streams: readonly StreamView<Chunk>[];
  /** Undefined until it is completed. */
  readonly result: Result | undefined;
  /** Why it failed, or can't be followed any more. */
  readonly error: ConduitError<string> | undefined;
  /** How long it took; undefined until it ended. */
  readonly timings: Timings | undefined;
  /** The number of the last event that stands in here. */
  readonly seq: number;
}

export const idle: RequestView = {
  requestId: undefined,
  state: 'idle',
  reason: undefined,
  position: undefined,
  isOpen: false,
  stalledMs: undefined,
  attempt: 0,
  provider: undefined,
  overall: 0,
  tasks: [],
  chunks: [],
  streams: [],
  result: undefined,
  error: undefined,
  timings: undefined,
  seq: 0,
};

/** A request of which nothing is known yet. */
export function opening(requestId: string): RequestView {
  return { ...idle, requestId, state: 'opening', isOpen: true };
}
