/** A clock for people's tests: it goes as the machine's does, and can be turned forward, so that an hour's deadline passes in a moment. */

import type { Clock, Timer } from '../routing/ports.ts';

interface Pending extends Timer {
  readonly dueElapsed: number;
  readonly run: () => void;
  timeout: NodeJS.Timeout | undefined;
}

/** Node's timers take no longer delay; nothing that waits longer is waited for in a test. */
const longestDelayMs = 2 ** 31 - 1;

export class TurnableClock implements Clock {
  /** How far it was turned, milliseconds. */
  #turned = 0;
  /** In the order in which they were set: timers of one instant run in that order. */
  readonly #pending = new Set<Pending>();

  now(): number {
    return Date.now() + this.#turned;
  }

  elapsed(): number {
    return performance.now() + this.#turned;
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending: Pending = {
      dueElapsed: this.elapsed() + delayMs,
      run: () => {
        pending.cancel();
        callback();
      },
      timeout: undefined,
      cancel: () => {
        clearTimeout(pending.timeout);
        this.#pending.delete(pending);
      },
    };
    this.#pending.add(pending);
    this.#wait(pending);
    return pending;
  }

  endOfTurn(callback: () => void): void {
    setImmediate(callback);
  }

  /** Turns it forward. Each timer runs at its own instant, in order, and what it causes is done before the next one. */
  async advance(ms: number): Promise<void> {
    const until = this.elapsed() + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#turned += Math.max(0, next.dueElapsed - this.elapsed());
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#turned += Math.max(0, until - this.elapsed());
    for (const pending of this.#pending) this.#wait(pending);
  }

  #wait(pending: Pending): void {
    clearTimeout(pending.timeout);
    const left = Math.min(longestDelayMs, Math.ceil(pending.dueElapsed - this.elapsed()));
    // Node counts whole milliseconds, so its timers come up to one early.
    pending.timeout = setTimeout(() => (pending.dueElapsed > this.elapsed() ? this.#wait(pending) : pending.run()), left);
  }

  /** Linear in the timers, of which a test has few. */
  #next(until: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.dueElapsed <= until && (next === undefined || pending.dueElapsed < next.dueElapsed)) next = pending;
    }
    return next;
  }
}
