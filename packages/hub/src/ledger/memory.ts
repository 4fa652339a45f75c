/** A store that a hub takes with it when it ends: for `--memory`, and for the simulator, whose hub dies and comes back to it. */

import type { Body } from '../routing/body.ts';
import { fold } from '../routing/fold.ts';
import type { KnownService, RequestQuery } from '../routing/ports.ts';
import type { LogEvent, Origin, RequestRecord } from '../routing/record.ts';
import { newRecord } from '../routing/record.ts';
import { restoreLive, type SavedLive, savedLive } from './live.ts';
import { Index } from './open-requests.ts';
import { matches, type Standing, standingOf, standsSo, understood } from './search.ts';
import { bodyOf } from './staging.ts';
import type { Batch, Retention, Store } from './store.ts';

interface Kept {
  readonly origin: Origin;
  readonly payload: Body;
  events: LogEvent[];
  bytes: number;
  /** Stands in for the chunks that were trimmed before it. */
  snapshot: RequestRecord | undefined;
  live: SavedLive | undefined;
  ended: RequestRecord | undefined;
}

export class MemoryStore implements Store {
  readonly epoch: string;
  #elapsed = 0;
  /** In the order of their creation. */
  readonly #requests = new Map<string, Kept>();
  /** Ids in the order of their ends. */
  readonly #ended = new Set<string>();
  #endedBytes = 0;
  readonly #services = new Map<string, KnownService>();
  readonly #children = new Index();
  readonly #requesters = new Index();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get elapsed(): number {
    return this.#elapsed;
  }

  load(): { readonly open: RequestRecord[]; readonly services: KnownService[] } {
    const open = [...this.#requests.values()].filter((kept) => kept.ended === undefined).map(folded);
    return { open, services: [...this.#services.values()] };
  }

  commit(batch: Batch): void {
    for (const { origin, payload } of batch.created) this.#add(origin, payload);
    for (const { requestId, event } of batch.events) this.#append(this.#kept(requestId), event);
    for (const record of batch.trimmed) trim(this.#kept(record.requestId), record);
    for (const record of batch.ended) this.#end(this.#kept(record.requestId), record);
    for (const { requestId } of batch.dropped) this.#remove(requestId, this.#kept(requestId));
    for (const record of batch.live) this.#kept(record.requestId).live = savedLive(record);
    for (const service of batch.services) this.#services.set(`${service.tenant}\n${service.name}`, service);
    this.#elapsed = batch.elapsed;
  }

  record(requestId: string): RequestRecord | undefined {
    const kept = this.#requests.get(requestId);
    return kept === undefined ? undefined : (kept.ended ?? folded(kept));
  }

  events(requestId: string, afterSeq: number, maxBytes: number): { readonly events: LogEvent[]; readonly hasMore: boolean } {
    const all = this.#requests.get(requestId)?.events ?? [];
    const start = firstAfter(all, afterSeq);
    let end = start;
    for (let bytes = 0; end < all.length && (end === start || bytes < maxBytes); end += 1) bytes += bytesOf(all[end]);
    return { events: all.slice(start, end), hasMore: end < all.length };
  }

  payload(requestId: string): Body | undefined {
    return this.#requests.get(requestId)?.payload;
  }

  children(requestId: string): string[] {
    return this.#children.get(requestId);
  }

  ofRequester(sessionId: string, sinceElapsed: number): string[] {
    return this.#requesters.get(sessionId).filter((requestId) => {
      const ended = this.#requests.get(requestId)?.ended;
      return ended === undefined || (ended.finishedElapsed ?? 0) >= sinceElapsed;
    });
  }

  /** Linear in what is kept, which `--memory` bounds at ten thousand; what is looked at ends with the page that is asked for. */
  search(query: RequestQuery, standing: (requestId: string) => Standing | undefined): string[] {
    const all = [...this.#requests.values()].reverse();
    const search = understood(query, (one) => all.some(({ origin }) => matches(origin, one)));
    const { before, limit } = search;
    const start = before === undefined ? 0 : all.findIndex(({ origin }) => origin.requestId === before) + 1;
    if (before !== undefined && start === 0) return [];
    const isSo = ({ origin, ended }: Kept): boolean => {
      const found = ended === undefined ? standing(origin.requestId) : standingOf(ended, origin.createdElapsed);
      return found !== undefined && standsSo(found, search);
    };
    const found: string[] = [];
    for (let at = start; at < all.length && found.length < limit; at += 1) {
      const kept = all[at] as Kept;
      if (matches(kept.origin, search) && isSo(kept)) found.push(kept.origin.requestId);
    }
    return found;
  }

  forget(retention: Retention, elapsed: number): string[] {
    for (const [key, service] of this.#services) {
      if (service.seenElapsed < elapsed - retention.maxServiceAgeMs) this.#services.delete(key);
    }
    const forgotten: string[] = [];
    for (const requestId of this.#ended) {
      if (forgotten.length >= forgetAtOnce) break;
      const kept = this.#kept(requestId);
      const isOld = (kept.ended?.finishedElapsed ?? 0) < elapsed - retention.maxAgeMs;
      if (!isOld && this.#ended.size <= retention.maxRequests && this.#endedBytes <= retention.maxBytes) break;
      this.#remove(requestId, kept);
      forgotten.push(requestId);
    }
    return forgotten;
  }

  close(): void {}

  #kept(requestId: string): Kept {
    const kept = this.#requests.get(requestId);
    if (kept === undefined) throw new Error(`the store knows no request ${requestId}`);
    return kept;
  }

  #add(origin: Origin, payload: Body): void {
    const kept = { origin, payload, events: [], bytes: payload.bytes, snapshot: undefined, live: undefined, ended: undefined };
    this.#requests.set(origin.requestId, kept);
    if (origin.parent !== undefined) this.#children.add(origin.parent.requestId, origin.requestId);
    this.#requesters.add(origin.requester.sessionId, origin.requestId);
  }

  #append(kept: Kept, event: LogEvent): void {
    kept.events.push(event);
    kept.bytes += bytesOf(event);
  }

  #end(kept: Kept, record: RequestRecord): void {
    kept.ended = record;
    kept.snapshot = undefined;
    kept.live = undefined;
    this.#ended.add(record.requestId);
    this.#endedBytes += kept.bytes;
  }

  #remove(requestId: string, kept: Kept): void {
    this.#requests.delete(requestId);
    if (this.#ended.delete(requestId)) this.#endedBytes -= kept.bytes;
    if (kept.origin.parent !== undefined) this.#children.remove(kept.origin.parent.requestId, requestId);
    this.#requesters.remove(kept.origin.requester.sessionId, requestId);
  }
}

/** A record of its own, not the ledger's: what the ledger has not committed must not show through. */
function folded(kept: Kept): RequestRecord {
  const record = kept.snapshot === undefined ? newRecord(kept.origin) : structuredClone(kept.snapshot);
  const from = record.seq;
  for (const event of kept.events) if (event.seq > from) fold(record, event);
  if (kept.live !== undefined) restoreLive(record, structuredClone(kept.live));
  return record;
}

function trim(kept: Kept, record: RequestRecord): void {
  const bytes = sumOf(kept.events);
  kept.events = kept.events.filter((event) => event.type !== 'chunk' || event.seq >= record.firstSeq);
  kept.bytes += sumOf(kept.events) - bytes;
  kept.snapshot = structuredClone(record);
}

function bytesOf(event: LogEvent | undefined): number {
  return event === undefined ? 0 : (bodyOf(event)?.bytes ?? 0);
}

function sumOf(events: readonly LogEvent[]): number {
  return events.reduce((bytes, event) => bytes + bytesOf(event), 0);
}

/** Numbers are without holes but for what was trimmed, so that a bisection finds the place. */
function firstAfter(events: readonly LogEvent[], afterSeq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.seq ?? 0) <= afterSeq) low = middle + 1;
    else high = middle;
  }
  return low;
}

const forgetAtOnce = 100;
