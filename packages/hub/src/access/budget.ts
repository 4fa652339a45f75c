/** How much one peer may say: a token bucket for events and one for bytes. */

export interface Rates {
  readonly eventsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Far above what a busy worker says; more is a loop gone wild, and would leave no time for anybody else. */
export const defaultRates: Rates = { eventsPerSecond: 50_000, bytesPerSecond: 256 * 1024 * 1024 };

/** Which bound is used up, and when there is room again. */
export interface Shortage {
  readonly limit: string;
  readonly max: number;
  readonly retryAfterMs: number;
}

/** What a peer says is measured by it. */
export interface Meter {
  /** What stands against one more message; undefined: nothing. @param now milliseconds on any monotonic clock. */
  shortage(now: number): Shortage | undefined;
  /** Takes what a message cost. */
  spend(bytes: number): void;
}

/** Both buckets hold one second's worth, so a burst of that is free. One message may overdraw them: how heavy it is shows only afterwards. */
export class Budget implements Meter {
  readonly #rates: Rates;
  #events: number;
  #bytes: number;
  #filledAt: number;

  /** @param now milliseconds on any monotonic clock, the same for every call. */
  constructor(rates: Rates, now: number) {
    this.#rates = rates;
    this.#events = rates.eventsPerSecond;
    this.#bytes = rates.bytesPerSecond;
    this.#filledAt = now;
  }

  /** What stands against one more message; undefined: nothing. */
  shortage(now: number): Shortage | undefined {
    this.#fill(now);
    const { eventsPerSecond, bytesPerSecond } = this.#rates;
    if (this.#events < 1) {
      return {
        limit: 'events_per_second',
        max: eventsPerSecond,
        retryAfterMs: Math.ceil(((1 - this.#events) / eventsPerSecond) * 1_000),
      };
    }
    if (this.#bytes <= 0) {
      return {
        limit: 'bytes_per_second',
        max: bytesPerSecond,
        retryAfterMs: Math.ceil(((1 - this.#bytes) / bytesPerSecond) * 1_000),
      };
    }
    return undefined;
  }

  /** Takes what a message cost. */
  spend(bytes: number): void {
    this.#events -= 1;
    this.#bytes -= bytes;
  }

  #fill(now: number): void {
    const { eventsPerSecond, bytesPerSecond } = this.#rates;
    const seconds = Math.max(0, now - this.#filledAt) / 1_000;
    this.#filledAt = now;
    this.#events = Math.min(eventsPerSecond, this.#events + seconds * eventsPerSecond);
    this.#bytes = Math.min(bytesPerSecond, this.#bytes + seconds * bytesPerSecond);
  }
}
