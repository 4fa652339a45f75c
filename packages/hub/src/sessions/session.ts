/** One peer over all its connections: what of it outlives a dropped socket. */

import type { Meter } from '../access/budget.ts';
import type { Peer } from '../routing/peer.ts';
import type { Timer } from '../routing/ports.ts';
import type { Connection } from '../wire/connection.ts';

export class Session {
  readonly peer: Peer;
  readonly budget: Meter;
  readonly closed: () => void;
  /** Undefined while it is away. */
  connection: Connection | undefined;
  /** One that never said a word is not worth remembering. */
  hasSpoken = false;
  /** It went to another connection by its token: whoever held its `pid` holds it no longer. */
  hasMoved = false;
  /** Ends it when nobody came back. */
  expiry: Timer | undefined;
  /** Generations of its tokens: the latest given out, the oldest still taken, the one that the last heartbeat vouches for. */
  #latest = 0;
  #oldest = 0;
  #marked = 0;

  /** @param closed what to call when it is forgotten. */
  constructor(peer: Peer, budget: Meter, closed: () => void) {
    this.peer = peer;
    this.budget = budget;
    this.closed = closed;
  }

  /** A new generation, greater than any of a former life of the hub. @param now wall clock, milliseconds. */
  nextGeneration(now: number): number {
    this.#latest = Math.max(this.#latest + 1, now);
    return this.#latest;
  }

  /** A renewed token may have been lost with its answer, so the former one is taken until the new one has surely arrived. */
  takes(generation: number): boolean {
    return generation >= this.#oldest;
  }

  /** Its token was shown: everything older is worthless. */
  use(generation: number): void {
    this.#oldest = Math.max(this.#oldest, generation);
  }

  attached(connection: Connection): void {
    this.connection = connection;
    this.#marked = this.#oldest;
  }

  heartbeatSent(): void {
    this.#marked = this.#latest;
  }

  /** What was sent before the heartbeat has arrived, a token among it. */
  heartbeatAnswered(): void {
    this.use(this.#marked);
  }
}
