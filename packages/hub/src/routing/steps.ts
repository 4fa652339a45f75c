/** Everything that can happen to a request, and what comes of it. `decide` maps one to the other. */

import type { ConduitError, WireError } from '@conduit/sdk/protocol/errors';
import type { LiveUpdate, Party } from '@conduit/sdk/protocol/events';
import type { WorkMessage } from '@conduit/sdk/protocol/messages';
import type { Body } from './body.ts';
import type { LogEvent } from './record.ts';

/** A provider that takes a request. */
export interface Taker {
  readonly party: Party;
  readonly acks: boolean;
}

/** A message of a provider, its opaque part as a body. */
export interface WorkStep {
  readonly type: 'work';
  /** The session that sent it. */
  readonly from: string;
  readonly message: WorkMessage;
  /** `data` of a chunk, `result` of a result or task result. */
  readonly body?: Body;
}

export type Step =
  /** The first of a request: straight to a taker, or into the line and why. */
  | { readonly type: 'open'; readonly taker?: Taker; readonly reason?: string }
  | { readonly type: 'assign'; readonly taker: Taker }
  /** The provider acknowledged what it was handed. */
  | { readonly type: 'begin'; readonly attempt: number }
  | WorkStep
  /** A refused message still uses up its number. */
  | { readonly type: 'skip'; readonly from: string; readonly attempt?: number; readonly n: number }
  /** The provider's connection is gone; it may come back within the grace time, or not at all. */
  | { readonly type: 'provider_lost'; readonly attempt: number; readonly hasGrace: boolean }
  | { readonly type: 'provider_back'; readonly attempt: number; readonly party: Party }
  /** It did not come back in time, or came back without this request. */
  | { readonly type: 'give_up'; readonly attempt: number }
  /** It never acknowledged. */
  | { readonly type: 'provider_deaf'; readonly attempt: number }
  | { readonly type: 'cancel'; readonly reason: string; readonly by?: Party }
  /** The grace time of a cancel is over. */
  | { readonly type: 'cancel_over'; readonly attempt: number }
  | { readonly type: 'start_timeout' }
  | { readonly type: 'deadline' }
  /** The hub ends it for a reason of its own. */
  | { readonly type: 'fail'; readonly error: WireError }
  /** Why it waits and where: live state. */
  | { readonly type: 'waiting'; readonly reason: string; readonly position?: number }
  | { readonly type: 'stalled'; readonly stalled: boolean; readonly silentMs: number };

/** A live value as it was when it was decided: by the time it is delivered the record has moved on. */
export type LiveNews = LiveUpdate & { readonly attempt: number; readonly overall: number };

/** What comes of a step: events for the log, live updates beside it, and an answer for whoever asked. */
export interface Decision {
  readonly events: readonly LogEvent[];
  readonly live: readonly LiveNews[];
  /** The step may not be; nothing happened. */
  readonly refusal?: ConduitError;
  /** The step had been taken before; nothing happened again. */
  readonly isDuplicate?: true;
}

/** The moment of a step: wall clock for stamps, hub time for durations. Milliseconds. */
export interface Moment {
  readonly at: number;
  readonly elapsed: number;
}
