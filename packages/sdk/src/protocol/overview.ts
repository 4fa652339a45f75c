/** What the hub says of itself and of all that goes on in it: lists, providers, clients, numbers. `wire-overview.ts` spells them for the wire. */

import type { ProviderInfo, RequestObject } from './events.ts';
import type { RequestState, TerminalState } from './states.ts';

/** The task that a request works on; of several at a time the one that began last. */
export interface CurrentTask {
  readonly taskId: string;
  readonly title?: string;
  /** What its provider said of it last. */
  readonly message?: string;
}

/** A request in a list: the object without what grows with the work. Its `live` has one task in place of the progress of each. */
export type RequestSummary = Omit<
  RequestObject,
  'tasks' | 'streams' | 'payload' | 'result' | 'resultOmitted' | 'children' | 'live'
> & {
  readonly live: Omit<RequestObject['live'], 'progress'> & { readonly task?: CurrentTask };
};

/** One session that serves, with everything it serves. */
export interface ProviderSession {
  readonly sessionId: string;
  readonly name?: string;
  readonly subject: string;
  /** False while it may come back. */
  readonly connected: boolean;
  /** When its last message came, the answer to a heartbeat too; wall clock, milliseconds since 1970. */
  readonly lastSeenAt: number;
  /** Of the latest heartbeat: the network there and back, and how long its process took to answer. Absent before the first, and while it is away. */
  readonly roundTripMs?: number;
  readonly services: readonly (Omit<ProviderInfo, 'sessionId' | 'name'> & { readonly service: string })[];
  /** The first of what it holds, whatever it has held for longest before the rest. */
  readonly workingOn: readonly WorkInHand[];
}

/** A request that a provider holds. */
export interface WorkInHand {
  readonly requestId: string;
  readonly service: string;
  readonly action: string;
  /** When this attempt was assigned; wall clock, milliseconds since 1970. */
  readonly sinceAt: number;
  readonly overall: number;
}

/** One session, whatever it does. */
export interface ClientInfo {
  readonly sessionId: string;
  readonly name?: string;
  readonly subject: string;
  /** False while it may come back. */
  readonly connected: boolean;
  /** When its last message came, the answer to a heartbeat too; wall clock, milliseconds since 1970. */
  readonly lastSeenAt: number;
  readonly openRequests: number;
  /** How many requests it follows. */
  readonly watching: number;
  /** What it serves, by name. */
  readonly services: readonly string[];
}

export type OpenState = Exclude<RequestState, TerminalState>;

/** Half took at most the one, nineteen of twenty at most the other. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** The numbers of one tenant, or of a whole hub. */
export interface Stats {
  readonly open: Readonly<Record<OpenState, number>>;
  /** Over the last 60 s. */
  readonly lastMinute: Readonly<Record<'accepted' | TerminalState, number>>;
  /** How long what ended in the last 60 s took, from its creation; absent where nothing ended. */
  readonly durations?: Percentiles;
  /** Known, and the sessions connected now. */
  readonly services: number;
  readonly providers: number;
  readonly clients: number;
}

/** The numbers of one service. Hubs count them from their own start. */
export interface ServiceStats {
  readonly service: string;
  readonly open: Readonly<Record<OpenState, number>>;
  /** Over the last 60 s. */
  readonly lastMinute: Readonly<Record<'accepted' | TerminalState, number>>;
  /** Over the last 15 minutes. */
  readonly lastQuarter: Readonly<Record<'accepted' | TerminalState, number>>;
  /** How long the latest 1,000 that ended in the last 15 minutes took, from their creation; absent where nothing ended. */
  readonly durations?: Percentiles;
  /** How long the same had waited in the line, all waits together. */
  readonly queued?: Percentiles;
  /** With what failed or expired in the last 15 minutes, the most frequent first; from the 21st code on, `other` stands for the rest. */
  readonly errors: readonly { readonly code: string; readonly count: number; readonly lastAt: number }[];
}

/** What happened in one step of time. */
export interface StatsPoint extends Readonly<Record<'accepted' | TerminalState, number>> {
  /** When the step began; wall clock, milliseconds since 1970. */
  readonly at: number;
}

export interface HubInfo {
  readonly hubId: string;
  readonly version: string;
  readonly epoch: string;
  readonly startedAt: number;
  readonly openRequests: number;
  readonly connections: number;
  /** Over its connections, the mean of the last ten seconds. */
  readonly messagesPerSecond: { readonly in: number; readonly out: number };
  /** How late the event loop was at worst in the last ten seconds. */
  readonly eventLoopLagMs: number;
  /** What the process holds. */
  readonly memoryBytes: number;
  /** Why nothing new is accepted; absent while everything is well. */
  readonly trouble?: string;
}
