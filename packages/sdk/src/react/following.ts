/** One request at a time, followed for a component: folded as its events come, told once for each frame, however many there were. */

import type { Conduit } from '../client/conduit.ts';
import type { AnyEvent } from '../client/events.ts';
import type { Loop } from '../client/loop.ts';
import type { ConduitRequest } from '../client/request.ts';
import { failed, viewAfter } from './fold.ts';
import { idle, opening, type RequestView } from './view.ts';

/** A page that nobody sees draws no frames; milliseconds. */
const unseenMs = 250;
/** Events that wait for a frame weigh more than what they are folded into. */
const maxPending = 100;

export class FollowedView {
  readonly #keptBytes: number;
  readonly #listeners = new Set<() => void>();
  #view: RequestView = idle;
  #request: ConduitRequest | undefined;
  #loop: Loop<unknown> | undefined;
  #pending: AnyEvent[] = [];
  #cancelTelling: (() => void) | undefined;

  /** @param keptBytes of each stream, the latest. */
  constructor(keptBytes: number) {
    this.#keptBytes = keptBytes;
  }

  /** The one that is followed. */
  get request(): ConduitRequest | undefined {
    return this.#request;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until the next telling. */
  readonly view = (): RequestView => this.#view;

  /** Follows this one from now on, and the former one no more. */
  follow(request: ConduitRequest): void {
    this.leave();
    this.#request = request;
    this.#view = opening(request.id);
    this.#tell();
    const loop = request[Symbol.asyncIterator]() as Loop<unknown>;
    this.#loop = loop;
    void this.#read(loop as Loop<AnyEvent>);
  }

  /** Follows again what was left before its end. */
  goOn(conduit: Conduit): void {
    const { requestId, isOpen } = this.#view;
    if (this.#request !== undefined || requestId === undefined || !isOpen) return;
    this.follow(conduit.follow(requestId));
  }

  /** Follows none: what is shown stays, the request goes on. */
  leave(): void {
    // Nobody waits for when it is over.
    void this.#loop?.return();
    this.#loop = undefined;
    this.#request = undefined;
    this.#pending = [];
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
  }

  /** Shows none. */
  clear(): void {
    this.leave();
    this.#view = idle;
    this.#tell();
  }

  async #read(loop: Loop<AnyEvent>): Promise<void> {
    try {
      for await (const event of loop) {
        if (this.#loop !== loop) return;
        this.#pending.push(event);
        if (this.#pending.length >= maxPending) this.#fold();
        this.#tellSoon();
      }
    } catch (error) {
      if (this.#loop !== loop) return;
      this.#fold();
      this.#view = failed(this.#view, error);
      this.#tell();
    }
  }

  #fold(): void {
    this.#view = viewAfter(this.#view, this.#pending, this.#keptBytes);
    this.#pending = [];
  }

  #tellSoon(): void {
    if (this.#cancelTelling !== undefined) return;
    const tell = (): void => {
      this.#cancelTelling?.();
      this.#cancelTelling = undefined;
      this.#fold();
      this.#tell();
    };
    this.#cancelTelling = onNextFrame(tell);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** @returns forgets it. */
function onNextFrame(run: () => void): () => void {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis as Partial<typeof globalThis>;
  const timer = setTimeout(run, unseenMs);
  const frame = requestAnimationFrame?.(run);
  return () => {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame?.(frame);
  };
}
