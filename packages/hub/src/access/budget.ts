/** How much one connection may say: a token bucket for events and one for bytes. */

export interface Rates {
  readonly eventsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Far above what a busy worker says, far below what stops a hub. */
export const defaultRates: Rates = { eventsPerSecond: 20_000, bytesPerSecond: 256 * 1024 * 1024 };

/** Both buckets hold one second's worth, so a burst of that is free. */
export class Budget {
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

  /** Takes what a message costs. Says how long to wait where the budget is used up, in milliseconds; 0: it was taken. */
  take(bytes: number, now: number): number {
    const { eventsPerSecond, bytesPerSecond } = this.#rates;
    const seconds = Math.max(0, now - this.#filledAt) / 1_000;
    this.#filledAt = now;
    this.#events = Math.min(eventsPerSecond, this.#events + seconds * eventsPerSecond);
    this.#bytes = Math.min(bytesPerSecond, this.#bytes + seconds * bytesPerSecond);
    if (this.#events < 1) return Math.ceil(((1 - this.#events) / eventsPerSecond) * 1_000);
    if (this.#bytes < 0) return Math.ceil((-this.#bytes / bytesPerSecond) * 1_000);
    this.#events -= 1;
    this.#bytes -= bytes;
    return 0;
  }
}
