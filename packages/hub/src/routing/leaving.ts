/** How a hub leaves: it takes nothing new, lets what is open end where nothing is kept, and goes when everything is committed. */

import { wireError } from '@conduit/sdk/protocol/errors';
import type { Core } from './core.ts';
import { drainMs, lastReadMs, lookMs } from './settings.ts';
import type { Sweep } from './sweep.ts';
import type { Watchers } from './watchers.ts';

interface LeavingParts {
  readonly core: Core;
  readonly sweep: Sweep;
  readonly watchers: Watchers;
}

export class Leaving {
  readonly #parts: LeavingParts;
  #isDraining = false;
  #isLeaving = false;
  #onIdle: (() => void) | undefined;

  constructor(parts: LeavingParts) {
    this.#parts = parts;
  }

  /** Nothing new is taken. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** The connections that go now are cut by the hub itself. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /**
   * Calls back when the hub may leave. What a store keeps is left to the next hub; without one (`last_chance`) it waits up to
   * 30 s for what is open, then fails the rest with `hub_draining`.
   */
  drain(isLastChance: 'last_chance' | 'kept', then: () => void): void {
    this.#isDraining = true;
    const { core, sweep } = this.#parts;
    const { clock, ledger } = core;
    const leave = (): void => {
      this.#isLeaving = true;
      ledger.flush(() => (isLastChance === 'kept' ? then() : this.#deliverRest(then)));
    };
    if (isLastChance === 'kept' || sweep.openCount === 0) return leave();
    const timer = clock.after(drainMs, () => {
      this.#onIdle = undefined;
      const error = wireError('hub_draining', 'the hub stopped before this request ended, and it keeps nothing; send it again');
      for (const requestId of [...sweep.openIds]) ledger.change(requestId, { type: 'fail', error });
      leave();
    });
    this.#onIdle = () => {
      timer.cancel();
      leave();
    };
  }

  /** Something was committed: it may have been the last. */
  look(): void {
    if (this.#onIdle === undefined || this.#parts.sweep.openCount > 0) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle();
  }

  /** Nothing is kept: who is behind reads to the end first, as far as it reads at all. */
  #deliverRest(then: () => void, leftMs = lastReadMs): void {
    const { core, watchers } = this.#parts;
    if (leftMs <= 0 || !watchers.isBehind) return then();
    core.clock.after(lookMs, () => this.#deliverRest(then, leftMs - lookMs));
  }
}
