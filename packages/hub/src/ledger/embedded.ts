/**
 * The ledger of a hub by itself: open requests in memory, everything else in a store.
 * A step is decided at once and delivered only when the store has it. Deadlines, lines and pools are the router's.
 */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { isTerminal } from '@conduit/sdk/protocol/states';
import type { Body } from '../routing/body.ts';
import { decide } from '../routing/decide.ts';
import { fold } from '../routing/fold.ts';
import type { Archive, Clock, EventPage, KnownService, Ledger, LedgerListener, RequestQuery, Timer } from '../routing/ports.ts';
import type { Origin, RequestRecord } from '../routing/record.ts';
import { newRecord } from '../routing/record.ts';
import type { Decision, Moment, Step } from '../routing/steps.ts';
import { Forgetting } from './forgetting.ts';
import { CommitQueue } from './queue.ts';
import { Recent } from './recent.ts';
import { standingOf } from './search.ts';
import type { Created, Delivery, Open, StagedBatch } from './staging.ts';
import type { Batch, Retention, Store } from './store.ts';
import { Trimming } from './trim.ts';

export interface EmbeddedOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly retention: Retention;
  /** Whether an ended request is kept at all, for as long as the retention says. Left out: each is. */
  readonly isKept?: (record: RequestRecord) => boolean;
  /** Chunks kept of one request. */
  readonly maxChunkBytes: number;
  /** The store can't be written: one sentence, said once until it can be again. */
  readonly onTrouble?: (sentence: string) => void;
  readonly onRecovery?: () => void;
  /** Left out: nobody counts. */
  readonly witness?: CommitWitness;
}

/** Hears of each commit, for whoever counts. */
interface CommitWitness {
  committed(commit: { readonly ms: number; readonly events: number; readonly bytes: number }): void;
  failed(): void;
}

type Settled = (decision: Decision | undefined, record: RequestRecord | undefined) => void;

export class EmbeddedLedger implements Ledger, Archive {
  readonly #options: EmbeddedOptions;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #queue: CommitQueue;
  readonly #forgetting: Forgetting;
  readonly #open = new Map<string, Open>();
  readonly #ended = new Recent<RequestRecord>(recentWeight, (record) => 1 + record.tasks.size);
  readonly #payloads = new Recent<Body>(payloadCacheBytes, (payload) => payload.bytes);
  /** With live state that is not saved. */
  readonly #dirty = new Set<Open>();
  /** With more chunks than are kept. */
  readonly #oversized = new Set<Open>();
  #listener: LedgerListener | undefined;
  #liveTimer: Timer | undefined;
  #timeTimer: Timer | undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#forgetting = new Forgetting(options, (requestId) => this.#ended.remove(requestId));
    this.#queue = new CommitQueue({
      clock: options.clock,
      commit: (batch) => this.#commit(batch),
      deliver: (delivery) => this.#deliver(delivery),
      onTrouble: options.onTrouble,
      onRecovery: options.onRecovery,
    });
  }

  get epoch(): string {
    return this.#store.epoch;
  }

  get isWritable(): boolean {
    return this.#queue.isWritable;
  }

  /** How many batches wait for their commit. */
  get waitingCommits(): number {
    return this.#queue.waiting;
  }

  start(listener: LedgerListener): { readonly open: readonly RequestRecord[]; readonly services: readonly KnownService[] } {
    this.#listener = listener;
    const { open, services } = this.#store.load();
    for (const record of open) {
      this.#open.set(record.requestId, { record, stagedIn: undefined, isStored: true, trimming: new Trimming(record) });
    }
    this.#forgetting.start();
    this.#keepTime();
    return { open, services };
  }

  create(origin: Origin, payload: Body, step: Step, settled: (decision: Decision) => void): void {
    if (!this.isWritable) return this.#refuse('store_unavailable', settled);
    if (this.#open.has(origin.requestId)) return this.#refuse('duplicate_request', settled);
    const record = newRecord(origin);
    const open: Open = { record, stagedIn: undefined, isStored: false, trimming: new Trimming(record) };
    this.#open.set(origin.requestId, open);
    this.#payloads.add(origin.requestId, payload);
    this.#take(open, step, { created: { origin, payload }, settled: (decision) => decision !== undefined && settled(decision) });
  }

  /** While the store fails and a bound is reached, messages of providers are refused; the hub's own steps are few and small. */
  change(requestId: string, step: Step, settled?: Settled): void {
    const open = this.#open.get(requestId);
    if (this.#queue.isOverfull && (step.type === 'work' || step.type === 'skip')) {
      return this.#refuse('store_unavailable', (decision) => settled?.(decision, open?.record));
    }
    if (open !== undefined) return this.#take(open, step, { settled });
    const record = this.#endedRecord(requestId);
    const decision = record === undefined ? undefined : decide(record, step, this.#moment());
    this.#queue.batch().addDelivery({ change: undefined, decision, record, settled });
  }

  read(requestId: string, then: (record: RequestRecord | undefined) => void): void {
    this.#whenCommitted(requestId, () => then(this.#open.get(requestId)?.record ?? this.#endedRecord(requestId)));
  }

  events(requestId: string, afterSeq: number, maxBytes: number, then: (page: EventPage) => void): void {
    this.#whenCommitted(requestId, () => then(this.#store.events(requestId, afterSeq, maxBytes)));
  }

  /** A payload never changes: once it is stored it is given at once, even while steps of its request wait. */
  payload(requestId: string, then: (payload: Body | undefined) => void): void {
    const give = () => then(this.#payloads.get(requestId) ?? this.#store.payload(requestId));
    const open = this.#open.get(requestId);
    if (open === undefined || open.isStored) give();
    else open.stagedIn?.waiting.push(give);
  }

  children(requestId: string, then: (requestIds: readonly string[]) => void): void {
    this.#whenIdle(() => then(this.#store.children(requestId)));
  }

  ofRequester(sessionId: string, sinceElapsed: number, then: (requestIds: readonly string[]) => void): void {
    this.#whenIdle(() => then(this.#store.ofRequester(sessionId, sinceElapsed)));
  }

  search(query: RequestQuery, then: (records: readonly RequestRecord[]) => void): void {
    this.#whenIdle(() => {
      const elapsed = this.#clock.elapsed();
      const requestIds = this.#store.search(query, (requestId) => {
        const open = this.#open.get(requestId);
        return open === undefined ? undefined : standingOf(open.record, elapsed);
      });
      then(requestIds.map((requestId) => this.#committedRecord(requestId)).filter((record) => record !== undefined));
    });
  }

  rememberService(service: KnownService): void {
    this.#queue.batch().services.push(service);
  }

  /** Said by the day it ended and never later than that: a hub that was down in between keeps it for longer. */
  expiresAt(record: RequestRecord): number | undefined {
    return record.finishedAt === undefined ? undefined : record.finishedAt + this.#options.retention.maxAgeMs;
  }

  flush(then: () => void): void {
    if (this.#queue.isIdle && this.#dirty.size === 0) return then();
    const batch = this.#queue.batch();
    batch.savesLive = 'all';
    batch.waiting.push(then);
  }

  /** Ends its timers and the store. What is staged is lost: `flush` first. */
  close(): void {
    this.#liveTimer?.cancel();
    this.#timeTimer?.cancel();
    this.#forgetting.close();
    this.#queue.close();
    this.#store.close();
  }

  /** The one place where a request changes. */
  #take(
    open: Open,
    step: Step,
    { created, settled }: { readonly created?: Created; readonly settled: Settled | undefined },
  ): void {
    const { record } = open;
    const { lastN } = record;
    const wasRunning = record.live.running;
    const before = { state: record.state, attempt: record.attempt, providerSessionId: record.provider?.sessionId };
    const decision = decide(record, step, this.#moment());
    const { events, live } = decision;
    for (const event of events) {
      fold(record, event);
      if (event.type === 'chunk') open.trimming.add(event, this.#options.maxChunkBytes);
    }
    if (record.chunkBytes > this.#options.maxChunkBytes) this.#oversized.add(open);
    const isRefusedMessage = events.length === 0 && (record.lastN !== lastN || record.live.running !== wasRunning);
    if (live.length > 0 || isRefusedMessage) this.#soil(open);
    const change = events.length > 0 || live.length > 0 ? { record, step, events, live, before } : undefined;
    const batch = this.#queue.batch();
    if (created !== undefined) batch.addCreated(created);
    batch.addEvents(record.requestId, events);
    if (events.length > 0 && isTerminal(record.state)) {
      const isKept = this.#options.isKept?.(record) ?? true;
      (isKept ? batch.ended : batch.dropped).push(record);
    }
    batch.addDelivery({ change, decision, record, settled });
    batch.touched.add(open);
    open.stagedIn = batch;
    if (change !== undefined) this.#listener?.decided(change);
  }

  #commit(batch: StagedBatch): void {
    const live = batch.savesLive === 'none' ? [] : this.#liveToSave(batch);
    const trimmed = this.#trim(batch);
    const { created, events, ended, dropped, services } = batch;
    const isEmpty = created.length + events.length + services.length + live.length + trimmed.length === 0;
    if (!isEmpty || batch.keepsTime) {
      const records = { live: live.map(recordOf), trimmed: trimmed.map(recordOf) };
      this.#keep(batch, { created, events, ended, dropped, services, ...records, elapsed: this.#clock.elapsed() });
    }
    for (const open of batch.touched) {
      open.isStored = true;
      if (open.stagedIn === batch) open.stagedIn = undefined;
    }
    for (const open of live) this.#dirty.delete(open);
    for (const open of trimmed) if (open.record.chunkBytes <= this.#options.maxChunkBytes) this.#oversized.delete(open);
    for (const record of ended) this.#end(record, 'kept');
    for (const record of dropped) this.#end(record, 'dropped');
    this.#forgetting.note(ended.length, batch.bytes);
    if (this.#dirty.size > 0) this.#saveLiveSoon(batch.savesLive === 'none' || live.length === 0 ? livePauseMs : 0);
  }

  #keep(staged: StagedBatch, batch: Batch): void {
    const { witness } = this.#options;
    try {
      this.#store.commit(batch);
    } catch (error) {
      witness?.failed();
      throw error;
    }
    witness?.committed({ ms: this.#clock.elapsed() - batch.elapsed, events: batch.events.length, bytes: staged.storedBytes });
  }

  #deliver({ change, decision, record, settled }: Delivery): void {
    try {
      if (change !== undefined) this.#listener?.committed(change);
    } finally {
      settled?.(decision, record);
    }
  }

  #end(record: RequestRecord, as: 'kept' | 'dropped'): void {
    const open = this.#open.get(record.requestId);
    if (open === undefined) return;
    this.#open.delete(record.requestId);
    this.#dirty.delete(open);
    this.#oversized.delete(open);
    this.#payloads.remove(record.requestId);
    if (as === 'kept') this.#ended.add(record.requestId, record);
  }

  #endedRecord(requestId: string): RequestRecord | undefined {
    const known = this.#ended.get(requestId);
    if (known !== undefined) return known;
    const record = this.#store.record(requestId);
    if (record !== undefined) this.#ended.add(requestId, record);
    return record;
  }

  /** As `read` gives it, without waiting: where steps are staged, the log is read instead. */
  #committedRecord(requestId: string): RequestRecord | undefined {
    const open = this.#open.get(requestId);
    if (open === undefined) return this.#endedRecord(requestId);
    return open.stagedIn === undefined ? open.record : this.#store.record(requestId);
  }

  /** Runs at once where the record is what the log says and its deliveries are done, else after those. Never lost. */
  #whenCommitted(requestId: string, run: () => void): void {
    const batch = this.#open.get(requestId)?.stagedIn ?? this.#queue.delivering;
    if (batch === undefined) run();
    else batch.waiting.push(() => this.#whenCommitted(requestId, run));
  }

  #whenIdle(run: () => void): void {
    const batch = this.#queue.last ?? this.#queue.delivering;
    if (batch === undefined) run();
    else batch.waiting.push(run);
  }

  #refuse(code: 'store_unavailable' | 'duplicate_request', settled: (decision: Decision) => void): void {
    const decision = { events: [], live: [], refusal: new ConduitError(code) };
    this.#clock.endOfTurn(() => settled(decision));
  }

  #soil(open: Open): void {
    this.#dirty.add(open);
    this.#saveLiveSoon(livePauseMs);
  }

  #saveLiveSoon(ms: number): void {
    this.#liveTimer ??= this.#clock.after(ms, () => {
      this.#liveTimer = undefined;
      const batch = this.#queue.batch();
      if (batch.savesLive === 'none') batch.savesLive = 'some';
    });
  }

  /** Live state of a record that is ahead of its log waits: a saved `lastN` without its events would lose them. */
  #liveToSave(batch: StagedBatch): Open[] {
    const ready: Open[] = [];
    for (const open of this.#dirty) {
      if (isTerminal(open.record.state) || !isUpTo(batch, open)) continue;
      ready.push(open);
      if (batch.savesLive === 'some' && ready.length >= liveAtOnce) break;
    }
    return ready;
  }

  #trim(batch: StagedBatch): Open[] {
    const ready = [...this.#oversized].filter((open) => isUpTo(batch, open));
    for (const open of ready) open.trimming.trim(open.record, this.#options.maxChunkBytes);
    return ready;
  }

  #keepTime(): void {
    this.#timeTimer = this.#clock.after(timePauseMs, () => {
      this.#queue.batch().keepsTime = true;
      this.#keepTime();
    });
  }

  #moment(): Moment {
    return { at: this.#clock.now(), elapsed: this.#clock.elapsed() };
  }
}

/** True when the log, with this batch, has everything that the record shows. */
function isUpTo(batch: StagedBatch, open: Open): boolean {
  return open.stagedIn === undefined || open.stagedIn === batch;
}

function recordOf(open: Open): RequestRecord {
  return open.record;
}

/** A record with its ten tasks is about 2 kB. */
const recentWeight = 4_000;
/** A payload is wanted once more, when its request is handed over. */
const payloadCacheBytes = 32 * 1024 * 1024;
/** What a death of the hub may lose of progress. */
const livePauseMs = 1_000;
/** Saving 500 takes some 3 ms. */
const liveAtOnce = 500;
/** By so much hub time may fall back when an idle hub dies. */
const timePauseMs = 10_000;
