/** How long what ended of late took and had waited: the latest ends, of which the percentiles are taken. */

import type { Percentiles } from '@conduit/sdk/protocol/overview';

/** More would tell no more: of so many, the rank of the 95th percentile is off by one in a hundred. */
const most = 1_000;
/** When it ended (seconds), how long it took, how long it had waited (milliseconds). */
const columns = 3;
const secondMs = 1_000;
/** Of what is hardly ever asked for so many are there at once. */
const fewest = 8;
const none = new Uint32Array(0);

/** Whole numbers in one piece of memory, which grows with their count: 12 kB in the end, and there may be ten thousand of these. */
export class Samples {
  #rows = none;
  #count = 0;
  /** Where the next one goes; the oldest stands there once there are as many as are kept. */
  #next = 0;

  /** @param elapsed hub time of the end. */
  add(elapsed: number, tookMs: number, waitedMs: number): void {
    if (this.#next === this.#rows.length) this.#makeRoom();
    const at = this.#next;
    this.#rows[at] = elapsed / secondMs;
    this.#rows[at + 1] = Math.round(tookMs);
    this.#rows[at + 2] = Math.round(waitedMs);
    this.#next = at + columns;
    if (this.#count < most) this.#count += 1;
  }

  /** From creation to the end. @param sinceElapsed a whole second. @returns undefined where nothing ended since. */
  took(sinceElapsed: number): Percentiles | undefined {
    return this.#percentiles(1, sinceElapsed);
  }

  /** In the line, all waits together. @param sinceElapsed a whole second. @returns undefined where nothing ended since. */
  waited(sinceElapsed: number): Percentiles | undefined {
    return this.#percentiles(2, sinceElapsed);
  }

  #makeRoom(): void {
    const { length } = this.#rows;
    if (length === most * columns) {
      this.#next = 0;
      return;
    }
    const grown = new Uint32Array(Math.min(most * columns, Math.max(fewest * columns, 2 * length)));
    grown.set(this.#rows);
    this.#rows = grown;
  }

  #percentiles(column: number, sinceElapsed: number): Percentiles | undefined {
    const sorted: number[] = [];
    for (let at = 0; at < this.#count * columns; at += columns) {
      if ((this.#rows[at] ?? 0) >= sinceElapsed / secondMs) sorted.push(this.#rows[at + column] ?? 0);
    }
    if (sorted.length === 0) return undefined;
    sorted.sort((one, other) => one - other);
    return { p50Ms: nearestRank(sorted, 0.5), p95Ms: nearestRank(sorted, 0.95) };
  }
}

function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
