/** What a ledger would commit, written by hand: for the tests of stores. */

import type { Batch, Store } from '../ledger/store.ts';
import { decide } from '../routing/decide.ts';
import { fold } from '../routing/fold.ts';
import { newRecord, type Origin, type RequestRecord } from '../routing/record.ts';
import type { Step } from '../routing/steps.ts';
import { aBody, anOrigin, aTaker, aWork } from './requests.ts';

/** A history written by hand: decides, folds and keeps what a batch has to hold. */
export class History {
  readonly records = new Map<string, RequestRecord>();
  #elapsed = 0;
  #batch = emptyBatch();

  get elapsed(): number {
    return this.#elapsed;
  }

  pass(ms: number): this {
    this.#elapsed += ms;
    return this;
  }

  create(requestId: string, said: Partial<Origin> & { payload?: unknown; step?: Step } = {}): this {
    const { payload = { width: 10 }, step = { type: 'open', taker: aTaker() }, ...rest } = said;
    const origin = anOrigin(requestId, { createdElapsed: this.#elapsed, ...rest });
    this.records.set(requestId, newRecord(origin));
    this.#batch.created.push({ origin, payload: aBody(payload) });
    return this.step(requestId, step);
  }

  step(requestId: string, step: Step): this {
    const record = this.record(requestId);
    const { events } = decide(record, step, { at: this.#elapsed, elapsed: this.#elapsed });
    for (const event of events) {
      fold(record, event);
      this.#batch.events.push({ requestId, event });
      if (event.type === 'result' || event.type === 'error') this.#batch.ended.push(record);
    }
    return this;
  }

  chunk(requestId: string, data: unknown): this {
    return this.step(requestId, aWork({ type: 'chunk', requestId, data }));
  }

  result(requestId: string, result?: unknown): this {
    return this.step(
      requestId,
      aWork(result === undefined ? { type: 'result', requestId } : { type: 'result', requestId, result }),
    );
  }

  /** Ends it, and nothing of it is kept. */
  drop(requestId: string): this {
    this.result(requestId);
    this.#batch.dropped.push(...this.#batch.ended.splice(-1));
    return this;
  }

  live(...requestIds: string[]): this {
    this.#batch.live.push(...requestIds.map((requestId) => this.record(requestId)));
    return this;
  }

  /** Lets the chunks before a number go, as the ledger would. */
  trim(requestId: string, firstSeq: number, droppedBytes: number): this {
    const record = this.record(requestId);
    record.firstSeq = firstSeq;
    record.chunkBytes -= droppedBytes;
    this.#batch.trimmed.push(record);
    return this;
  }

  service(name: string): this {
    this.#batch.services.push({
      tenant: 'local',
      name,
      actions: [{ name: 'thumbnail' }],
      takesAny: false,
      seenElapsed: this.#elapsed,
    });
    return this;
  }

  commitTo(store: Store): this {
    const batch = this.#batch;
    this.#batch = emptyBatch();
    store.commit({ ...batch, elapsed: this.#elapsed });
    return this;
  }

  record(requestId: string): RequestRecord {
    const record = this.records.get(requestId);
    if (record === undefined) throw new Error(`no ${requestId} in this history`);
    return record;
  }
}

export function emptyBatch(): { [Key in Exclude<keyof Batch, 'elapsed'>]: Batch[Key][number][] } {
  return { created: [], events: [], ended: [], dropped: [], live: [], services: [], trimmed: [] };
}
