/** How often strangers may come, by where they come from. It remembers a bounded number of places, whoever comes from however many. */

/** At 100 bytes each a megabyte; whoever has more places than these slows nobody but himself down less. */
const defaultMaxPlaces = 10_000;

interface Bucket {
  left: number;
  filledAt: number;
}

export class Pace {
  readonly #perSecond: number;
  readonly #maxPlaces: number;
  /** In the order of their last visit. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond visits from one place; a burst of one second's is free. */
  constructor(perSecond: number, maxPlaces = defaultMaxPlaces) {
    this.#perSecond = perSecond;
    this.#maxPlaces = maxPlaces;
  }

  /** Counts a visit. @returns after how many milliseconds there is room for another where there is none now. @param now on any monotonic clock. */
  visit(place: string, now: number): number | undefined {
    const bucket = this.#buckets.get(place) ?? { left: this.#perSecond, filledAt: now };
    this.#buckets.delete(place);
    this.#buckets.set(place, bucket);
    if (this.#buckets.size > this.#maxPlaces) this.#forgetOldest();
    bucket.left = Math.min(this.#perSecond, bucket.left + ((now - bucket.filledAt) / 1_000) * this.#perSecond);
    bucket.filledAt = now;
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) / this.#perSecond) * 1_000);
    bucket.left -= 1;
    return undefined;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #forgetOldest(): void {
    for (const place of this.#buckets.keys()) return void this.#buckets.delete(place);
  }
}
