/** Commits batches in their order and delivers each once it is safe. A store that fails is tried again; nothing overtakes what it has not taken. */

import type { Clock, Timer } from '../routing/ports.ts';
import type { Delivery } from './staging.ts';
import { StagedBatch } from './staging.ts';

export interface QueueOptions {
  readonly clock: Clock;
  /** Stores the batch, wholly or not at all: throws if it could not. */
  readonly commit: (batch: StagedBatch) => void;
  readonly deliver: (delivery: Delivery) => void;
  readonly onTrouble: ((sentence: string) => void) | undefined;
  readonly onRecovery: (() => void) | undefined;
}

export class CommitQueue {
  readonly #options: QueueOptions;
  /** Not committed yet, oldest first; only the last one takes more. */
  readonly #staged: StagedBatch[] = [];
  /** Committed, and delivered up to here. */
  #delivering: StagedBatch | undefined;
  #delivered = 0;
  /** Its deliveries are done: those who waited for them have their turn. */
  #isWaitingTurn = false;
  #isFlushDue = false;
  #isTroubled = false;
  #retry: Timer | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** False from a failed commit to the next that succeeds. */
  get isWritable(): boolean {
    return !this.#isTroubled;
  }

  get isIdle(): boolean {
    return this.#staged.length === 0 && this.#delivering === undefined;
  }

  /** So much waits for a store that fails that the hub must not take more into memory. */
  get isOverfull(): boolean {
    return this.#isTroubled && this.#staged.reduce((bytes, batch) => bytes + batch.bytes, 0) > maxStagedBytes;
  }

  /** How many batches wait for their commit. */
  get waiting(): number {
    return this.#staged.length;
  }

  /** The batch whose deliveries are under way; a read must not get ahead of them. */
  get delivering(): StagedBatch | undefined {
    return this.#isWaitingTurn ? undefined : this.#delivering;
  }

  /** The last batch that waits for its commit. */
  get last(): StagedBatch | undefined {
    return this.#staged.at(-1);
  }

  /** The batch that takes what is decided now; its commit is due at the end of the turn. */
  batch(): StagedBatch {
    let batch = this.#staged.at(-1);
    if (batch === undefined || batch.isFull) {
      batch = new StagedBatch();
      this.#staged.push(batch);
    }
    this.#flushAtEndOfTurn();
    return batch;
  }

  close(): void {
    this.#retry?.cancel();
  }

  #flushAtEndOfTurn(): void {
    if (this.#isFlushDue || this.#retry !== undefined) return;
    this.#isFlushDue = true;
    this.#options.clock.endOfTurn(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  /** Takes a quarter of the batches that wait now, often one: the loop stays free, and what waits can't grow without end. */
  #flush(): void {
    try {
      if (this.#delivering !== undefined) this.#deliver();
      for (let left = Math.ceil(this.#staged.length / 4); left > 0; left -= 1) {
        if (!this.#commitFirst()) return;
        this.#deliver();
      }
    } finally {
      // Also when a callback threw: the deliveries behind it come in the next turn.
      if (!this.isIdle) this.#flushAtEndOfTurn();
    }
  }

  #commitFirst(): boolean {
    const [batch] = this.#staged;
    if (batch === undefined) return false;
    // Taken out at once: what the commit itself stages belongs behind it.
    this.#staged.shift();
    try {
      this.#options.commit(batch);
    } catch (error) {
      this.#staged.unshift(batch);
      this.#failed(error);
      return false;
    }
    if (this.#isTroubled) this.#options.onRecovery?.();
    this.#isTroubled = false;
    this.#delivering = batch;
    this.#delivered = 0;
    this.#isWaitingTurn = false;
    return true;
  }

  #failed(error: unknown): void {
    this.#retry = this.#options.clock.after(retryMs, () => {
      this.#retry = undefined;
      this.#flush();
    });
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#options.onTrouble?.(error instanceof Error ? error.message : String(error));
  }

  /** First the deliveries, then whoever waited for them. Goes on where a callback that threw had stopped it. */
  #deliver(): void {
    const batch = this.#delivering;
    if (batch === undefined) return;
    for (let next = batch.deliveries[this.#delivered]; next !== undefined; next = batch.deliveries[this.#delivered]) {
      this.#delivered += 1;
      this.#options.deliver(next);
    }
    this.#isWaitingTurn = true;
    for (let next = batch.waiting.shift(); next !== undefined; next = batch.waiting.shift()) next();
    this.#delivering = undefined;
  }
}

/** A full disk is freed by people: a second is soon enough for them, and seldom enough for the disk. */
const retryMs = 1_000;
const maxStagedBytes = 64 * 1024 * 1024;
