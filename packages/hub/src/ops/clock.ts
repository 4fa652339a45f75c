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
    let left = delayMs;
    let timeout: NodeJS.Timeout;
    const wait = (): void => {
      const part = Math.min(left, longestDelayMs);
      left -= part;
      timeout = setTimeout(left > 0 ? wait : callback, part);
    };
    wait();
    return { cancel: () => clearTimeout(timeout) };
  }

  endOfTurn(callback: () => void): void {
    setImmediate(callback);
  }
}
