/** Where the embedded ledger keeps things: a file or memory. It stores what it is told, atomically, and knows no rule. */

import type { Body } from '../routing/body.ts';
import type { KnownService } from '../routing/ports.ts';
import type { LogEvent, Origin, RequestRecord } from '../routing/record.ts';

/** What one turn of the loop changed, kept wholly or not at all. */
export interface Batch {
  readonly created: readonly { readonly origin: Origin; readonly payload: Body }[];
  readonly events: readonly { readonly requestId: string; readonly event: LogEvent }[];
  /** Requests that ended in this batch, as they ended. */
  readonly ended: readonly RequestRecord[];
  /** Live state worth keeping: the records whose progress, `lastN` or begin changed since it was last saved. */
  readonly live: readonly RequestRecord[];
  readonly services: readonly KnownService[];
  /** Requests whose log loses everything before `firstSeq` but its task results and states; the record as a snapshot stands in for it. */
  readonly trimmed: readonly RequestRecord[];
  readonly elapsed: number;
}

export interface Retention {
  /** After its end, milliseconds of hub time. */
  readonly maxAgeMs: number;
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/** What the archive finds requests by; all of one tenant. */
export interface Query {
  readonly tenant: string;
  readonly state?: string;
  readonly service?: string;
  readonly action?: string;
  readonly tag?: string;
  readonly subject?: string;
  /** Newest first, before this request. */
  readonly before?: string;
  readonly limit: number;
}

export interface Store {
  readonly epoch: string;
  /** What the former hub left: open requests folded from their logs, with their live state. */
  load(): { readonly open: RequestRecord[]; readonly services: KnownService[]; readonly elapsed: number };
  /** Throws when it could not be kept; then nothing of it was. */
  commit(batch: Batch): void;
  record(requestId: string): RequestRecord | undefined;
  events(requestId: string, afterSeq: number, maxBytes: number): { readonly events: LogEvent[]; readonly hasMore: boolean };
  payload(requestId: string): Body | undefined;
  children(requestId: string): string[];
  ofRequester(sessionId: string, sinceElapsed: number): string[];
  list(query: Query): RequestRecord[];
  /** Forgets ended requests beyond the retention, a bounded number at a time; says how many. */
  forget(retention: Retention, elapsed: number): number;
  close(): void;
}
