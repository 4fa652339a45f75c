/** Reads a request for its end alone: what `await` waits for. */

import { errorFromWire, isLast } from '../protocol/read.ts';
import type { AnyEvent, Reader } from './events.ts';

export class Ending implements Reader {
  readonly after = 0;
  readonly isFull = false;
  readonly isThorough = false;
  readonly result: Promise<unknown>;
  #resolve: (result: unknown) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  readonly #isDone: (reader: Ending) => void;
  readonly #asCaller: (error: unknown) => unknown;

  /** @param asCaller gives an error its request and the stack of whoever sent it. */
  constructor(isDone: (reader: Ending) => void, asCaller: (error: unknown) => unknown) {
    this.#isDone = isDone;
    this.#asCaller = asCaller;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever awaits it hears of it; nobody else is to be woken by it.
    this.result.catch(() => undefined);
  }

  take(event: AnyEvent): void {
    if (!isLast(event)) return;
    if (event.type === 'result') this.#resolve(event.result);
    if (event.type === 'error') this.#reject(this.#asCaller(errorFromWire(event.error)));
    this.#isDone(this);
  }

  fail(error: unknown): void {
    this.#reject(error);
    this.#isDone(this);
  }
}
