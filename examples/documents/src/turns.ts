/** Lets long work share its thread: heartbeats, cancels and other requests get their turn every few milliseconds. */

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long enough that turns cost nothing, short enough that nobody notices. */
const turnMs = 10;

export class Turns {
  readonly #signal: AbortSignal;
  readonly #onPiece: () => void;
  #since = performance.now();

  /** @param onPiece called after each piece of work. */
  constructor(signal: AbortSignal, onPiece: () => void = () => undefined) {
    this.#signal = signal;
    this.#onPiece = onPiece;
  }

  /** To be awaited between pieces of work, as often as there are pieces. Rejects once the work is to stop. */
  async next(): Promise<void> {
    this.#signal.throwIfAborted();
    this.#onPiece();
    if (performance.now() - this.#since < turnMs) return;
    await nextTurn(undefined, { signal: this.#signal });
    this.#since = performance.now();
  }
}
