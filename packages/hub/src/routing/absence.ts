/** Requesters that are away: one that is gone for half a minute takes with it what it asked to end with it. */

import { isTerminal } from '@conduit/sdk/protocol/states';
import type { Core } from './core.ts';
import type { Timer } from './ports.ts';
import { requesterGoneMs } from './settings.ts';

export class Absence {
  readonly #core: Core;
  /** By session. */
  readonly #timers = new Map<string, Timer>();

  constructor(core: Core) {
    this.#core = core;
  }

  begin(sessionId: string): void {
    if (this.#timers.has(sessionId)) return;
    const timer = this.#core.clock.after(requesterGoneMs, () => {
      this.#timers.delete(sessionId);
      if (this.#core.peers.get(sessionId)?.outlet === undefined) this.#cancelAll(sessionId);
    });
    this.#timers.set(sessionId, timer);
  }

  /** It is back. */
  end(sessionId: string): void {
    this.#timers.get(sessionId)?.cancel();
    this.#timers.delete(sessionId);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #cancelAll(sessionId: string): void {
    const { clock, ledger } = this.#core;
    ledger.ofRequester(sessionId, clock.elapsed(), (requestIds) => {
      for (const requestId of requestIds) {
        ledger.read(requestId, (record) => {
          if (record === undefined || isTerminal(record.state) || record.terms.onRequesterGone !== 'cancel') return;
          ledger.change(requestId, { type: 'cancel', reason: 'requester_gone' });
        });
      }
    });
  }
}
