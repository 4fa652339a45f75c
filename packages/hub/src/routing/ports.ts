/** What routing needs of the world and does not know: time, a ledger, an archive, a way out to each peer. Simulator, hub and cluster give their own. */

import type { ConduitError } from '@conduit/sdk/protocol/errors';
import type { ProviderInfo } from '@conduit/sdk/protocol/events';
import type { Action } from '@conduit/sdk/protocol/messages';
import type { RequestState } from '@conduit/sdk/protocol/states';
import type { Body } from './body.ts';
import type { LogEvent, Origin, RequestRecord } from './record.ts';
import type { Decision, LiveNews, Step } from './steps.ts';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since 1970: for stamps that people read, never for durations. */
  now(): number;
  /** Hub time, milliseconds: monotonic, and it goes on after a restart from where the former hub stood. */
  elapsed(): number;
  after(delayMs: number, callback: () => void): Timer;
  /** Runs once everything that has already arrived has been taken in. */
  endOfTurn(callback: () => void): void;
}

/** What of a payload does not fit a schema. */
export interface PayloadIssue {
  readonly path: readonly string[];
  readonly message: string;
  readonly keyword: string;
}

/** The JSON Schemas that services publish of their actions. */
export interface Schemas {
  /** Takes a schema in use. @throws ConduitError `invalid_message` for one that is none, or could harm the hub; `path` says where it stood. */
  admit(schema: Readonly<Record<string, unknown>>, path: string): void;
  /** What does not fit; empty where all does. The schema was admitted; `bytes` is about what the payload weighs. */
  check(schema: Readonly<Record<string, unknown>>, payload: unknown, bytes: number): readonly PayloadIssue[];
}

export interface Ids {
  requestId(): string;
  sessionId(): string;
}

/** One step on one request, decided and folded, and the change it made. */
export interface Change {
  readonly record: RequestRecord;
  readonly step: Step;
  readonly events: readonly LogEvent[];
  readonly live: readonly LiveNews[];
  /** What the step found. */
  readonly before: {
    readonly state: RequestRecord['state'];
    readonly attempt: number;
    readonly providerSessionId: string | undefined;
  };
}

export interface LedgerListener {
  /** The change is decided and will be committed before any later one: keep books, let nothing leave the hub. */
  decided(change: Change): void;
  /** The change is committed (or was live state only): deliver it. In the order of `decided`. */
  committed(change: Change): void;
}

/** What a service said of itself, remembered for seven days after its last provider left. */
export interface KnownService {
  readonly tenant: string;
  readonly name: string;
  readonly actions: readonly Action[];
  /** A provider took every action. */
  readonly takesAny: boolean;
  /** Hub time of its last provider. */
  readonly seenElapsed: number;
  /** An operator stopped it. */
  readonly isPaused?: boolean;
}

export interface EventPage {
  readonly events: readonly LogEvent[];
  /** More are kept behind the last of these. */
  readonly hasMore: boolean;
}

/**
 * Keeps requests: one log each, committed before anything of it leaves the hub.
 * Every callback runs once; `read`, `events` and `payload` see committed state only.
 */
export interface Ledger {
  /** New after the store lost committed data: a cursor of another epoch means nothing here. */
  readonly epoch: string;
  /** False while the store can't be written: nothing new is accepted, what is staged is tried again. */
  readonly isWritable: boolean;
  /** Takes what the former hub left, before anything else: the open requests and the services it knew. */
  start(listener: LedgerListener): { readonly open: readonly RequestRecord[]; readonly services: readonly KnownService[] };
  /** Opens a request by its first step. The id must be free: ask `read` first. */
  create(origin: Origin, payload: Body, step: Step, settled: (decision: Decision) => void): void;
  /** Runs `decide` on an open or ended request, atomically. `settled` runs after the commit with what was decided; undefined: no such request. */
  change(
    requestId: string,
    step: Step,
    settled?: (decision: Decision | undefined, record: RequestRecord | undefined) => void,
  ): void;
  /** The request with everything of it that is committed, open or ended. The record is the ledger's: read it, don't keep it. */
  read(requestId: string, then: (record: RequestRecord | undefined) => void): void;
  /** Committed events after `afterSeq`, oldest first, at least one if there is one, at most about `maxBytes` of bodies. */
  events(requestId: string, afterSeq: number, maxBytes: number, then: (page: EventPage) => void): void;
  payload(requestId: string, then: (payload: Body | undefined) => void): void;
  children(requestId: string, then: (requestIds: readonly string[]) => void): void;
  /** Requests of a session that are open, or ended since `sinceElapsed` (hub time). */
  ofRequester(sessionId: string, sinceElapsed: number, then: (requestIds: readonly string[]) => void): void;
  rememberService(service: KnownService): void;
  /** When an ended request will be forgotten, by age; wall clock. */
  expiresAt(record: RequestRecord): number | undefined;
  /** Commits what is staged now, and calls back when it is safe. */
  flush(then: () => void): void;
}

/** What requests are found by; all of one tenant. What is left out does not matter. */
export interface RequestQuery {
  readonly tenant: string;
  /** Any of these. */
  readonly states?: readonly RequestState[];
  readonly service?: string;
  readonly action?: string;
  readonly tag?: string;
  /** The subject or the session that asked. */
  readonly requester?: string;
  /** Wall clock of the creation, milliseconds: not before this, and before that. */
  readonly since?: number;
  readonly until?: number;
  /** The first characters of an id, or the last, at least eight; any other text is part of a service, an action, a subject or a tag, in letters of either case. */
  readonly text?: string;
  /** The code of the error that it ended with. */
  readonly error?: string;
  /** It took, or has taken, at least so long from its creation; hub time, milliseconds. */
  readonly minDurationMs?: number;
  /** It runs, and its provider has been silent for too long. */
  readonly isStalled?: true;
  /** Whoever may not see everything sees its own, and what it may observe. */
  readonly sight?: { readonly subject: string; readonly observes: (service: string) => boolean };
  /** Only those created before this request. */
  readonly before?: string;
  readonly limit: number;
}

/** Finds requests, open and ended, newest first. */
export interface Archive {
  /** As committed. The records are the ledger's: read them, don't keep them. */
  search(query: RequestQuery, then: (records: readonly RequestRecord[]) => void): void;
}

/** The way to one connected peer: a socket, or the response of an event stream. */
export interface Outlet {
  /** Sends one event with one object; never throws, never waits. */
  send(name: string, body: object): void;
  /** As `send`; `acknowledged` runs when the peer acknowledges, and never if it leaves before. */
  sendForAck(name: string, body: object, acknowledged: () => void): void;
  /** What was sent and has not left this process yet. */
  readonly unsentBytes: number;
  /** How long the latest heartbeat took there and back, milliseconds; undefined where there are none, and before the first is answered. */
  readonly roundTripMs?: number | undefined;
  /** Runs `callback` once, when what is unsent has left, or the outlet has closed. */
  onDrain(callback: () => void): void;
  /** Ends the connection; the peer may come back. */
  close(): void;
}

/** A provider's message that the fence refused. */
export interface LateMessage {
  readonly code: 'not_assigned' | 'already_finished';
  readonly requestId: string;
  readonly sessionId: string;
}

/** A provider whose connection went, and that had not drained. */
export interface LostProvider {
  readonly service: string;
  readonly sessionId: string;
  /** How many requests it had. */
  readonly held: number;
}

/** Hears what happens, for whoever counts or writes it down. It changes nothing, and what the hub asks of itself it is not told. */
export interface Witness {
  /** A change with events is committed; of what is only live nobody is told. */
  committed(change: Change): void;
  late(message: LateMessage): void;
  providerLost(provider: LostProvider): void;
}

/** A service's pool and line as numbers. */
export interface PoolInfo {
  readonly service: string;
  /** It has, or had in the last seven days, a provider. */
  readonly isProvided: boolean;
  readonly waiting: number;
  readonly providers: Readonly<Record<ProviderInfo['state'], number>>;
}

/** The answer to one message of a peer: exactly one of the two is called, once. */
export interface Reply<Value> {
  ok(value: Value): void;
  refuse(error: ConduitError): void;
}
