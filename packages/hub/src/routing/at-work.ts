/** What providers have in hand, as far as it is committed, for whoever looks at them: what is decided and not kept yet is told to nobody. */

import type { Change } from './ports.ts';
import { isHeld, type Origin } from './record.ts';

/** A request in the hands of a provider. */
interface Work extends Readonly<Pick<Origin, 'requestId' | 'tenant' | 'subject' | 'to' | 'action'>> {
  readonly attempt: number;
  /** When the attempt was assigned; wall clock, milliseconds. */
  readonly sinceAt: number;
  overall: number;
}

export class AtWork {
  readonly #works = new Map<string, Work>();

  /** Of each change it costs a look-up and a number, and an entry of each hand-over. */
  committed({ record, events, live }: Change): void {
    const { requestId, tenant, subject, to, action } = record;
    // It may have moved on since; the change that moved it comes here too.
    if (!isHeld(record)) return void this.#works.delete(requestId);
    for (const event of events) {
      if (event.type !== 'status' || !isHeld(event)) continue;
      const { attempt, overall } = event;
      if (this.#works.get(requestId)?.attempt === attempt) continue;
      // A worker that comes back after the hub's restart goes on with what it was assigned before.
      const sinceAt = record.assignedAt ?? event.at;
      this.#works.set(requestId, { requestId, tenant, subject, to, action, attempt, sinceAt, overall });
    }
    const latest = live.at(-1) ?? events.at(-1);
    const work = this.#works.get(requestId);
    if (work !== undefined && latest?.attempt === work.attempt) work.overall = latest.overall;
  }

  /** Undefined where that attempt is over, or not handed over yet. */
  of(requestId: string, attempt: number): Readonly<Work> | undefined {
    const work = this.#works.get(requestId);
    return work?.attempt === attempt ? work : undefined;
  }
}
