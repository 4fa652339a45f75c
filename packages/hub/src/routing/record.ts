/** One request as the hub holds it: what was said at its creation, and what the fold of its log (`fold.ts`) made of it. It never holds a payload or a result. */

import type { WireError } from '@conduit/sdk/protocol/errors';
import type { Party, RequestEvent, TaskProgress, Timings } from '@conduit/sdk/protocol/events';
import { minPriority } from '@conduit/sdk/protocol/limits';
import type { Parent, StreamMode, TaskDeclaration } from '@conduit/sdk/protocol/messages';
import type { RequestState, TaskState } from '@conduit/sdk/protocol/states';
import type { Body } from './body.ts';

/** An event as the log keeps it. What stands here beside the protocol's fields never leaves the hub. */
export type LogEvent = RequestEvent<Body> & {
  /** Hub time, milliseconds: durations are measured on it, and it stands still while the hub is down. */
  readonly elapsed: number;
  /** The provider's count of the message that caused it. */
  readonly n?: number;
  /** On `queued`: an attempt that began was lost. */
  readonly lost?: true;
  /** On `assigned`: this provider acknowledges what it is handed. */
  readonly acks?: boolean;
  /** On `tasks`: declared by the service's action, not by the provider at work. */
  readonly planned?: true;
};

/** What a request was accepted under; it stays so, whatever the service says later. */
export interface Terms {
  readonly idempotent: boolean;
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  readonly maxAttempts: number;
  readonly maxTasks: number;
  readonly priority: number;
  readonly onRequesterGone: 'continue' | 'cancel';
  readonly plannedTasks: readonly TaskDeclaration[];
}

/** What is said at the creation of a request and never changes. */
export interface Origin {
  readonly requestId: string;
  readonly tenant: string;
  readonly subject: string;
  readonly requester: Party;
  readonly to: string;
  readonly action: string;
  readonly terms: Terms;
  readonly parent?: Parent | undefined;
  /** The request that this one repeats. */
  readonly retryOf?: string | undefined;
  /** How many parents stand above it. */
  readonly depth: number;
  readonly tags?: readonly string[] | undefined;
  readonly trace?: Readonly<Record<string, string>> | undefined;
  readonly createdAt: number;
  readonly createdElapsed: number;
  readonly payloadBytes: number;
}

export interface TaskRecord {
  readonly taskId: string;
  title?: string;
  weight: number;
  parentId?: string;
  /** As the log says: a task under way is `pending` here and stands in `live.started`. */
  state: TaskState;
  error?: WireError;
  /** The event that holds the result. */
  resultSeq?: number;
  startedAt?: number;
  finishedAt?: number;
}

export interface StreamRecord {
  readonly mode: StreamMode;
  readonly kind: Body['kind'];
  chunks: number;
  bytes: number;
}

export interface LiveRecord {
  /** The provider of this attempt has begun. */
  running: boolean;
  progress: Map<string, TaskProgress>;
  /** The tasks under way, and since when (wall clock). */
  started: Map<string, number>;
  waiting: { reason: string; position?: number } | undefined;
  stalled: { silentMs: number } | undefined;
  /** Hub time of the provider's last message in this attempt. */
  heardElapsed: number | undefined;
}

export interface RequestRecord extends Origin {
  /** `assigned` while the log says so; whether it runs is `live.running`. */
  state: RequestState;
  reason: string | undefined;
  attempt: number;
  seq: number;
  overall: number;
  provider: Party | undefined;
  /** Whether this attempt's provider acknowledges. */
  acks: boolean;
  /** How often each connection was handed this request: one that had it twice must say which attempt it means. */
  handed: Map<string, number>;
  lostAttempts: number;
  /** Some provider may have begun to work on it, in this attempt or an earlier one. */
  workBegan: boolean;
  lastN: number;
  tasks: Map<string, TaskRecord>;
  streams: Map<string, StreamRecord>;
  /** The first event that is still kept; greater than 1 once old chunks went. */
  firstSeq: number;
  chunkBytes: number;
  /** Hub time at which it was queued last, assigned first, assigned last. */
  queuedElapsed: number;
  firstAssignedElapsed: number | undefined;
  assignedElapsed: number | undefined;
  startedElapsed: number | undefined;
  queuedMs: number;
  assignedAt: number | undefined;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  finishedElapsed: number | undefined;
  timings: Timings | undefined;
  error: WireError | undefined;
  /** The event that ended it with a result. */
  resultSeq: number | undefined;
  live: LiveRecord;
}

/**
 * A request before its first event. Every member is spelled out, and what is not known yet is `undefined`, not absent:
 * an object that grows and shrinks costs seven times as much, and there is one of these for every request.
 */
export function newRecord(origin: Origin): RequestRecord {
  return {
    requestId: origin.requestId,
    tenant: origin.tenant,
    subject: origin.subject,
    requester: origin.requester,
    to: origin.to,
    action: origin.action,
    terms: origin.terms,
    parent: origin.parent,
    retryOf: origin.retryOf,
    depth: origin.depth,
    tags: origin.tags,
    trace: origin.trace,
    createdAt: origin.createdAt,
    createdElapsed: origin.createdElapsed,
    payloadBytes: origin.payloadBytes,
    state: 'queued',
    reason: undefined,
    attempt: 0,
    seq: 0,
    overall: 0,
    provider: undefined,
    acks: false,
    handed: new Map(),
    lostAttempts: 0,
    workBegan: false,
    lastN: 0,
    tasks: new Map(),
    streams: new Map(),
    firstSeq: 1,
    chunkBytes: 0,
    queuedElapsed: origin.createdElapsed,
    firstAssignedElapsed: undefined,
    assignedElapsed: undefined,
    startedElapsed: undefined,
    queuedMs: 0,
    assignedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    finishedElapsed: undefined,
    timings: undefined,
    error: undefined,
    resultSeq: undefined,
    live: noLive(),
  };
}

/** Nothing under way. */
export function noLive(): LiveRecord {
  return {
    running: false,
    progress: new Map(),
    started: new Map(),
    waiting: undefined,
    stalled: undefined,
    heardElapsed: undefined,
  };
}

/** The state that others are shown: `running` is live state, and stands in place of `assigned`. */
export function shownState({ state, live }: RequestRecord): RequestState {
  return state === 'assigned' && live.running ? 'running' : state;
}

/** True while a provider has it. */
export function isHeld(record: { readonly state: RequestState }): boolean {
  return record.state === 'assigned' || record.state === 'cancelling';
}

/** Hub time at which it has to be finished; it runs from the first assignment, over all attempts. */
export function deadlineElapsed(record: RequestRecord): number {
  return (record.firstAssignedElapsed ?? record.createdElapsed) + record.terms.timeoutMs;
}

/** For how long nothing has been heard of a request that was told to be silent: until now, and not until it was told. */
export function silenceOf({ live }: RequestRecord, elapsed: number): { readonly silentMs: number } | undefined {
  const { stalled, heardElapsed } = live;
  if (stalled === undefined || heardElapsed === undefined) return stalled;
  return { silentMs: Math.max(stalled.silentMs, elapsed - heardElapsed) };
}

/** How long it waited, was held and was worked on until `elapsed`, milliseconds. */
export function timingsOf(record: RequestRecord, elapsed: number): Timings {
  const isWaiting = record.state === 'queued';
  const queuedMs = record.queuedMs + (isWaiting ? elapsed - record.queuedElapsed : 0);
  const totalMs = elapsed - record.createdElapsed;
  if (record.assignedElapsed === undefined || isWaiting) return { queuedMs, totalMs };
  if (record.startedElapsed === undefined) return { queuedMs, assignedMs: elapsed - record.assignedElapsed, totalMs };
  return {
    queuedMs,
    assignedMs: record.startedElapsed - record.assignedElapsed,
    runningMs: elapsed - record.startedElapsed,
    totalMs,
  };
}

/** Where a request stands in its line: one step of priority is worth ten seconds of waiting, so nobody starves. */
export function lineKey(record: RequestRecord): number {
  return record.createdElapsed - (record.terms.priority - minPriority) * 10_000;
}
