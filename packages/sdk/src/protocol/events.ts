/** What the hub says of a request: the events of its log, its live state, and the object that folds them. `wire.ts` spells them for the wire. */

import type { WireError } from './errors.ts';
import type { Action, Parent, StreamMode, TaskDeclaration } from './messages.ts';
import type { RequestState, TaskState, TerminalState } from './states.ts';

/** Who took part: a requester, a provider, or whoever cancelled. */
export interface Party {
  readonly sessionId: string;
  readonly name?: string;
  readonly subject?: string;
  readonly instanceId?: string;
  readonly hubId: string;
}

export interface Timings {
  readonly queuedMs: number;
  readonly assignedMs?: number;
  readonly runningMs?: number;
  readonly totalMs: number;
}

/** What each numbered event carries. */
export interface EventStamp {
  readonly seq: number;
  readonly attempt: number;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** The weighted roll-up of the tasks, 0…1; never falls within an attempt. */
  readonly overall: number;
}

/** A task whose state the end of its request decided. */
export interface EndedTask {
  readonly taskId: string;
  readonly state: TaskState;
  readonly startedAt?: number;
}

export type RequestEvent<Value = unknown> = EventStamp &
  (
    | {
        readonly type: 'status';
        readonly state: RequestState;
        readonly reason?: string;
        readonly provider?: Party;
        readonly by?: Party;
      }
    | { readonly type: 'tasks'; readonly tasks: readonly TaskDeclaration[] }
    | {
        readonly type: 'chunk';
        readonly stream: string;
        readonly taskId?: string;
        readonly index: number;
        readonly mode: StreamMode;
        readonly data: Value;
      }
    | {
        readonly type: 'task_result';
        readonly taskId: string;
        readonly result?: Value;
        readonly skipped?: boolean;
        readonly startedAt?: number;
      }
    | { readonly type: 'task_error'; readonly taskId: string; readonly error: WireError; readonly startedAt?: number }
    | {
        readonly type: 'result';
        readonly result?: Value;
        readonly state: 'completed';
        readonly timings: Timings;
        readonly tasks?: readonly EndedTask[];
      }
    | {
        readonly type: 'error';
        readonly error: WireError;
        readonly state: Exclude<TerminalState, 'completed'>;
        readonly timings: Timings;
        readonly tasks?: readonly EndedTask[];
      }
  );

export interface TaskProgress {
  readonly progress: number | null;
  readonly current?: number;
  readonly total?: number;
  readonly unit?: string;
  readonly message?: string;
}

/** Latest-wins values beside the log: no number of their own, coalesced for whoever is slow. */
export type LiveUpdate =
  | ({ readonly type: 'progress'; readonly taskId: string } & TaskProgress)
  /** The provider began: sent once an attempt, where no progress says it anyway. */
  | { readonly type: 'running' }
  | { readonly type: 'waiting'; readonly reason: string; readonly position?: number }
  | { readonly type: 'stalled'; readonly stalled: boolean; readonly silentMs: number };

export interface Live {
  readonly running?: true;
  readonly progress: Readonly<Record<string, TaskProgress>>;
  readonly waiting?: { readonly reason: string; readonly position?: number };
  readonly stalled?: { readonly silentMs: number };
}

export interface Task<Value = unknown> {
  readonly taskId: string;
  readonly title?: string;
  readonly weight: number;
  readonly parentId?: string;
  readonly state: TaskState;
  readonly result?: Value;
  /** It has a result that is too large, or binary, to stand here: replay the log to have it. */
  readonly resultOmitted?: boolean;
  readonly error?: WireError;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

export interface Stream<Value = unknown> {
  readonly stream: string;
  readonly mode: StreamMode;
  readonly chunks: number;
  readonly bytes: number;
  readonly data?: readonly Value[];
  /** `data` is the beginning only, or leaves out what is binary. */
  readonly truncated?: boolean;
}

/** The request object: what `get` answers and what a snapshot carries. */
export interface RequestObject<Value = unknown> {
  readonly requestId: string;
  readonly to: string;
  readonly action: string;
  readonly state: RequestState;
  readonly reason?: string;
  readonly attempt: number;
  readonly overall: number;
  readonly tasks: readonly Task<Value>[];
  readonly streams: readonly Stream<Value>[];
  readonly payload?: Value;
  readonly result?: Value;
  /** It has a result that is too large, or binary, to stand here: ask with `include: ['result']`. */
  readonly resultOmitted?: boolean;
  readonly error?: WireError;
  readonly requester: Party;
  readonly provider?: Party;
  readonly parent?: Parent;
  /** The request that this one repeats. */
  readonly retryOf?: string;
  readonly children?: readonly string[];
  readonly tags?: readonly string[];
  readonly createdAt: number;
  readonly assignedAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly expiresAt?: number;
  readonly timings: Timings;
  readonly seq: number;
  readonly live: Live;
  readonly workBegan: boolean;
}

/** A service as `services` lists it. */
export interface ServiceInfo {
  readonly name: string;
  readonly actions: readonly Action[];
  readonly providers: readonly ProviderInfo[];
  readonly waiting: number;
  readonly paused: boolean;
  /** For how long nobody has provided it, milliseconds; absent while somebody does, and where its hub has not seen the last one leave. */
  readonly unprovidedMs?: number;
}

export interface ProviderInfo {
  readonly sessionId: string;
  readonly instanceId?: string;
  readonly name?: string;
  readonly state: 'ready' | 'busy' | 'draining' | 'suspect';
  readonly held: number;
  readonly capacity: number;
  /** How many requests it has been handed since it joined. */
  readonly served: number;
  readonly joinedAt: number;
}
