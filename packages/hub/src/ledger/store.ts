/** Where the embedded ledger keeps things: a file or memory. It stores what it is told, atomically, and knows no rule. */

import type { Body } from '../routing/body.ts';
import type { KnownService, RequestQuery } from '../routing/ports.ts';
import type { LogEvent, Origin, RequestRecord } from '../routing/record.ts';
import type { Standing } from './search.ts';

/** What is kept wholly or not at all. No record in it has changes that are not in this batch or an earlier one. */
export interface Batch {
  readonly created: readonly { readonly origin: Origin; readonly payload: Body }[];
  readonly events: readonly { readonly requestId: string; readonly event: LogEvent }[];
  /** Requests that ended in this batch, as they ended. */
  readonly ended: readonly RequestRecord[];
  /** Requests that ended in this batch and leave nothing behind. */
  readonly dropped: readonly RequestRecord[];
  /** Live state worth keeping: the records whose progress, `lastN` or begin changed since it was last saved. */
  readonly live: readonly RequestRecord[];
  readonly services: readonly KnownService[];
  /** Requests whose log loses its chunks before `firstSeq`; the record as a snapshot stands in for them. */
  readonly trimmed: readonly RequestRecord[];
  /** Hub time of the commit. */
  readonly elapsed: number;
}

export interface Retention {
  /** After its end, milliseconds of hub time. */
  readonly maxAgeMs: number;
  readonly maxRequests: number;
  /** Payloads and events of ended requests together. */
  readonly maxBytes: number;
  /** A service is forgotten so long after its last provider, milliseconds of hub time. */
  readonly maxServiceAgeMs: number;
}

export interface Store {
  readonly epoch: string;
  /** Hub time at which the former hub stood, 0 in a new store: the clock goes on from here. */
  readonly elapsed: number;
  /** What the former hub left: open requests folded from their logs, with their live state, oldest first. */
  load(): { readonly open: RequestRecord[]; readonly services: KnownService[] };
  /** Throws when it could not be kept, one sentence saying why; then nothing of it was. */
  commit(batch: Batch): void;
  record(requestId: string): RequestRecord | undefined;
  /** Kept events after `afterSeq`, at least one if there is one. Before a record's `firstSeq` there are holes. */
  events(requestId: string, afterSeq: number, maxBytes: number): { readonly events: LogEvent[]; readonly hasMore: boolean };
  payload(requestId: string): Body | undefined;
  children(requestId: string): string[];
  ofRequester(sessionId: string, sinceElapsed: number): string[];
  /** Ids of requests, newest first. How an open one stands, only its ledger knows. */
  search(query: RequestQuery, standing: (requestId: string) => Standing | undefined): string[];
  /** Forgets ended requests beyond the retention, oldest end first, a bounded number at a time; says which. */
  forget(retention: Retention, elapsed: number): string[];
  close(): void;
}

/** What `--memory` keeps is smaller than what a folder keeps: it is for trying things out. */
export const defaultRetention = {
  folder: { maxAgeMs: 24 * 3_600_000, maxRequests: 100_000, maxBytes: 1024 ** 3, maxServiceAgeMs: 7 * 24 * 3_600_000 },
  memory: { maxAgeMs: 3_600_000, maxRequests: 10_000, maxBytes: 256 * 1024 ** 2, maxServiceAgeMs: 7 * 24 * 3_600_000 },
} as const satisfies Record<string, Retention>;
