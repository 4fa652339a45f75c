/** One request as the user holds it: awaited for its result, looped over for its events, cancelled; all of it any number of times. */

import { isLast } from '../protocol/read.ts';
import type { FollowedEvent } from './events.ts';
import type { Following } from './following.ts';
import type { Loop } from './loop.ts';

/**
 * A request that was sent, or is followed. Reconnecting and sending again are done for you; the work goes on whether you look or not.
 *
 * Awaited, it gives the result, or throws a `ConduitError` with the code that the request ended with. Looped over, it gives every event
 * from the first one on, then ends; a loop does not throw because the request failed (its last event is `error`), only where the request
 * could not be sent or followed any more. Leaving a loop stops following and does not cancel, unless `cancelOnReturn` says so.
 *
 * A slow loop costs no memory: beyond 1,000 events or 1 MiB ahead of it the hub is told to wait, and its log is read on later. The hub
 * keeps 16 MiB of chunks a request; a loop that lags behind more is given a `snapshot` with `gap`.
 *
 * @typeParam Result what it gives in the end.
 * @typeParam Chunk what is streamed meanwhile.
 */
export class ConduitRequest<Result = unknown, Chunk = unknown>
  implements PromiseLike<Result>, AsyncIterable<FollowedEvent<Result, Chunk>>
{
  readonly #following: Following;
  readonly #cancelOnReturn: boolean;

  /** Made by `request`, `use` and `follow`. */
  constructor(following: Following, { cancelOnReturn = false }: { readonly cancelOnReturn?: boolean } = {}) {
    this.#following = following;
    this.#cancelOnReturn = cancelOnReturn;
  }

  /** Its id, from the first moment on: `follow(id)` finds it from anywhere, for as long as the hub keeps it. */
  get id(): string {
    return this.#following.requestId;
  }

  // biome-ignore lint/suspicious/noThenProperty: a request is awaited; that is what it is for.
  async then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((result: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return await (this.#following.ended() as Promise<Result>).then(onFulfilled, onRejected);
  }

  async catch<Rejected = never>(
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Result | Rejected> {
    return await this.then(undefined, onRejected);
  }

  async finally(onFinally?: (() => void) | null): Promise<Result> {
    return await (this.#following.ended() as Promise<Result>).finally(onFinally);
  }

  [Symbol.asyncIterator](): Loop<FollowedEvent<Result, Chunk>> {
    const events = this.#following.events() as Loop<FollowedEvent<Result, Chunk>>;
    return this.#cancelOnReturn ? cancelling(events, this.#following) : events;
  }

  /**
   * Asks for its end. A provider may still complete it; whoever awaits it is told how it ended.
   * @param reason for people: at most 1,024 characters.
   * @returns `cancelled` at once, `requested` of its provider, or `already_finished`.
   * @throws ConduitError `request_not_found`; `closed`.
   */
  async cancel(reason?: string): Promise<'cancelled' | 'requested' | 'already_finished'> {
    return await this.#following.cancel(reason);
  }
}

/** Leaving it cancels the request, where that has not ended. */
function cancelling<Event extends { readonly type: string }>(events: Loop<Event>, following: Following): Loop<Event> {
  let isOver = false;
  const loop: Loop<Event> = {
    async next() {
      const next = await events.next();
      isOver ||= next.done === true || isLast(next.value);
      return next;
    },
    async return() {
      const next = await events.return();
      if (!isOver) await following.cancel('the loop over it was left').catch(() => undefined);
      isOver = true;
      return next;
    },
    [Symbol.asyncIterator]: () => loop,
  };
  return loop;
}
