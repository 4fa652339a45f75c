/** Looks once a second at what no message tells: places in the lines, and providers that have gone quiet. Sleeps while nothing is open. */

import type { Core } from './core.ts';
import type { Timer } from './ports.ts';
import { isHeld } from './record.ts';
import { stalledAfterMs, sweepMs, toldPositions } from './settings.ts';

export class Sweep {
  readonly #core: Core;
  /** Open requests by their tenant's service. */
  readonly #open = new Map<string, { readonly tenant: string; readonly service: string }>();
  #timer: Timer | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  add(requestId: string, where: { readonly tenant: string; readonly service: string }): void {
    this.#open.set(requestId, where);
    this.#arm();
  }

  remove(requestId: string): void {
    this.#open.delete(requestId);
  }

  get openCount(): number {
    return this.#open.size;
  }

  get openIds(): Iterable<string> {
    return this.#open.keys();
  }

  close(): void {
    this.#timer?.cancel();
    this.#open.clear();
  }

  #arm(): void {
    this.#timer ??= this.#core.clock.after(sweepMs, () => {
      this.#timer = undefined;
      this.#tellPositions();
      this.#tellStalled();
      this.#core.registry.tidy(this.#core.clock.elapsed());
      if (this.#open.size > 0) this.#arm();
    });
  }

  #tellPositions(): void {
    const seen = new Set<unknown>();
    for (const { tenant, service: name } of this.#open.values()) {
      const service = this.#core.registry.find(tenant, name);
      if (service === undefined || seen.has(service)) continue;
      seen.add(service);
      for (const [action, line] of service.lines()) {
        const reason = service.whyWaiting(action);
        for (const [at, { requestId }] of line.entries.slice(0, toldPositions).entries()) {
          this.#core.ledger.change(requestId, { type: 'waiting', reason, position: at + 1 });
        }
      }
    }
  }

  #tellStalled(): void {
    const { clock, ledger } = this.#core;
    for (const requestId of this.#open.keys()) {
      ledger.read(requestId, (record) => {
        if (record === undefined || !isHeld(record) || !record.live.running || record.live.stalled !== undefined) return;
        const silentMs = clock.elapsed() - (record.live.heardElapsed ?? clock.elapsed());
        if (silentMs >= stalledAfterMs) ledger.change(requestId, { type: 'stalled', stalled: true, silentMs });
      });
    }
  }
}
