/** The clock of a real hub: the machine's, monotonic for durations, going on from where the former hub stood. */

import type { Clock, Timer } from '../routing/ports.ts';

/** Node's timers take no longer delay. */
const longestDelayMs = 2 ** 31 - 1;

export class SystemClock implements Clock {
  readonly #base: number;

  /** @param elapsed hub time at which the former hub stopped, milliseconds. */
  constructor(elapsed = 0) {
    this.#base = elapsed - performance.now();
  }

  now(): number {
    return Date.now();
  }

  elapsed(): number {
    return this.#base + performance.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    const due = this.elapsed() + delayMs;
    let timeout: NodeJS.Timeout;
    const wait = (ms: number): void => {
      timeout = setTimeout(look, Math.min(ms, longestDelayMs));
    };
    // Node counts whole milliseconds, so its timers come up to one early; whoever looks at the time then would find that it is not time yet.
    const look = (): void => {
      const left = due - this.elapsed();
      if (left > 0) wait(Math.ceil(left));
      else callback();
    };
    wait(delayMs);
    return { cancel: () => clearTimeout(timeout) };
  }

  endOfTurn(callback: () => void): void {
    setImmediate(callback);
  }
}
