/** Time for tests and the simulator: it moves only when told to, and the same calls always give the same order. */

import type { Clock, Timer } from '../routing/ports.ts';

interface PendingTimer extends Timer {
  readonly dueElapsed: number;
  readonly callback: () => void;
}

/** A clock whose turns and hours are the test's. Neither errors nor promises are its matter: a callback that throws throws out of the call that ran it. */
export class FakeClock implements Clock {
  #elapsed: number;
  #wallOffset: number;
  /** In the order in which they were set: timers of one instant run in that order. */
  readonly #timers = new Set<PendingTimer>();
  #endOfTurn: (() => void)[] = [];

  constructor(start: { readonly now?: number; readonly elapsed?: number } = {}) {
    this.#elapsed = start.elapsed ?? 0;
    this.#wallOffset = (start.now ?? Date.UTC(2026, 0, 1)) - this.#elapsed;
  }

  now(): number {
    return this.#wallOffset + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer: PendingTimer = {
      dueElapsed: this.#elapsed + Math.max(0, delayMs),
      callback,
      cancel: () => void this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  endOfTurn(callback: () => void): void {
    this.#endOfTurn.push(callback);
  }

  /** How many timers are set: a test that ends with one has leaked it. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Ends the turn: runs what waits for its end. What those callbacks leave for the end of a turn belongs to the next one. */
  runTurn(): void {
    const callbacks = this.#endOfTurn;
    this.#endOfTurn = [];
    for (const callback of callbacks) callback();
  }

  /** Ends turns until nothing waits for the end of one. */
  settle(): void {
    for (let turns = 0; this.#endOfTurn.length > 0; turns += 1) {
      if (turns === endlessTurns)
        throw new Error(`something asks for another turn at the end of each: ${endlessTurns} turns without time passing`);
      this.runTurn();
    }
  }

  /** Lets time pass. Each timer runs at its own instant, in order, and the turns after it end before time goes on. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    this.settle();
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, timer.dueElapsed);
      this.#timers.delete(timer);
      timer.callback();
      this.settle();
    }
    this.#elapsed = until;
  }

  /** Someone sets the machine's clock; hub time doesn't notice. */
  jumpWallClock(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Linear in the timers, of which a test has few. */
  #next(until: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueElapsed <= until && (next === undefined || timer.dueElapsed < next.dueElapsed)) next = timer;
    }
    return next;
  }
}

const endlessTurns = 100_000;
