/** Lets ended requests go once the retention is used up: a slice at a time, soon after it is passed. What is beyond it is the store's to say. */

import type { Clock, Timer } from '../routing/ports.ts';
import type { Retention, Store } from './store.ts';

interface ForgettingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly retention: Retention;
}

export class Forgetting {
  readonly #options: ForgettingOptions;
  readonly #forgotten: (requestId: string) => void;
  #timer: Timer | undefined;
  #isHurrying = false;
  #endedSince = 0;
  #bytesSince = 0;

  constructor(options: ForgettingOptions, forgotten: (requestId: string) => void) {
    this.#options = options;
    this.#forgotten = forgotten;
  }

  start(): void {
    this.#later(pauseMs);
  }

  /** So much was committed; a busy hub must not wait for the next minute. */
  note(ended: number, bytes: number): void {
    this.#endedSince += ended;
    this.#bytesSince += bytes;
    if (this.#isHurrying || this.#timer === undefined) return;
    if (this.#endedSince < hurryRequests && this.#bytesSince < hurryBytes) return;
    this.#isHurrying = true;
    this.#later(betweenSlicesMs);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #later(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => this.#slices());
  }

  /** As many slices as requests ended since the last ones, and one more: however busy the hub, it catches up. */
  #slices(): void {
    let left = 1 + Math.ceil(this.#endedSince / sliceRequests);
    this.#endedSince = 0;
    this.#bytesSince = 0;
    for (this.#isHurrying = true; this.#isHurrying && left > 0; left -= 1) {
      const forgotten = this.#forget();
      for (const requestId of forgotten) this.#forgotten(requestId);
      this.#isHurrying = forgotten.length > 0;
    }
    this.#later(this.#isHurrying ? betweenSlicesMs : pauseMs);
  }

  /** A store that can't forget can't commit either, and the commit says so; here it is only tried again. */
  #forget(): readonly string[] {
    try {
      return this.#options.store.forget(this.#options.retention, this.#options.clock.elapsed());
    } catch {
      return [];
    }
  }
}

const pauseMs = 60_000;
const betweenSlicesMs = 5;
/** About what a store forgets at once. */
const sliceRequests = 100;
/** A hundredth of what a folder keeps by default; with `--memory` a tenth. */
const hurryRequests = 1_000;
const hurryBytes = 16 * 1024 * 1024;
