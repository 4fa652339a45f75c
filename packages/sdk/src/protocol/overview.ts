/** What the hub says of itself and of all that goes on in it: lists, providers, clients, numbers. `wire-overview.ts` spells them for the wire. */

import type { ProviderInfo, RequestObject } from './events.ts';
import type { RequestState, TerminalState } from './states.ts';

/** A request in a list: the object without what grows with the work. Its `live` leaves out the progress of single tasks. */
export type RequestSummary = Omit<
  RequestObject,
  'tasks' | 'streams' | 'payload' | 'result' | 'resultOmitted' | 'children' | 'live'
> & {
  readonly live: Omit<RequestObject['live'], 'progress'>;
};

/** One session that serves, with everything it serves. */
export interface ProviderSession {
  readonly sessionId: string;
  readonly name?: string;
  readonly subject: string;
  /** False while it may come back. */
  readonly connected: boolean;
  readonly services: readonly (Omit<ProviderInfo, 'sessionId' | 'name'> & { readonly service: string })[];
}

/** One session, whatever it does. */
export interface ClientInfo {
  readonly sessionId: string;
  readonly name?: string;
  readonly subject: string;
  /** False while it may come back. */
  readonly connected: boolean;
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
  /** Why nothing new is accepted; absent while everything is well. */
  readonly trouble?: string;
}
