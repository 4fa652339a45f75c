/** Workers that come back: what a lost instance held waits for it, and two live ones with the same id don't fight for ever. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { InFlight } from '@conduit/sdk/protocol/messages';
import type { Core } from './core.ts';
import type { Timer } from './ports.ts';
import type { Provider } from './provider.ts';
import type { RequestRecord } from './record.ts';
import { swapsOfConflict, swapWindowMs } from './settings.ts';

/** What an instance kept over a reconnect, and the last of its messages that arrived. */
export interface Kept {
  readonly requestId: string;
  readonly attempt: number;
  readonly lastN: number;
}

interface Away {
  readonly held: Map<string, number>;
  readonly timer: Timer;
}

export class Instances {
  readonly #core: Core;
  readonly #present = new Map<string, Provider>();
  readonly #away = new Map<string, Away>();
  /** Hub times of the latest swaps of each instance. */
  readonly #swaps = new Map<string, number[]>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** What it began waits for the instance for some time, and is then given up. */
  leave(key: string, held: ReadonlyMap<string, number>, waitMs: number): void {
    const known = this.#away.get(key);
    known?.timer.cancel();
    const all = new Map([...(known?.held ?? []), ...held]);
    this.#present.delete(key);
    const timer = this.#core.clock.after(waitMs, () => {
      this.#away.delete(key);
      this.#swaps.delete(key);
      for (const [requestId, attempt] of all) this.#core.ledger.change(requestId, { type: 'give_up', attempt });
    });
    this.#away.set(key, { held: all, timer });
  }

  /** The live provider with this id, which a newer connection is about to replace. Throws when two processes fight over the id. */
  rival(key: string, provider: Pick<Provider, 'peer'>): Provider | undefined {
    const present = this.#present.get(key);
    if (present === undefined || present.peer === provider.peer) return undefined;
    const now = this.#core.clock.elapsed();
    const recent = (this.#swaps.get(key) ?? []).filter((at) => now - at < swapWindowMs);
    if (recent.length >= swapsOfConflict - 1) {
      throw new ConduitError(
        'instance_conflict',
        `two processes register "${present.service}" as instance "${present.instanceId}"; give each its own`,
      );
    }
    recent.push(now);
    this.#swaps.set(key, recent);
    return present;
  }

  /**
   * The instance is here. What it held and lists goes on, as does what this very connection was handed since; what it held and does not
   * list is given up, and what it lists and no longer holds it is told to stop.
   */
  arrive(key: string, provider: Provider, inFlight: readonly InFlight[], then: (kept: readonly Kept[]) => void): void {
    this.#present.set(key, provider);
    const away = this.#away.get(key);
    away?.timer.cancel();
    this.#away.delete(key);
    const listed = new Map(inFlight.map(({ requestId, attempt }) => [requestId, attempt]));
    const held = [...listed].filter(([requestId, attempt]) => provider.held.get(requestId) === attempt);
    const left = [...(away?.held ?? [])].filter(([requestId, attempt]) => provider.held.get(requestId) !== attempt);
    const kept: Kept[] = [];
    let unread = held.length + left.length;
    const settle = (): void => {
      if (unread > 0) return;
      then(kept);
      const keptIds = new Set(kept.map((one) => one.requestId));
      for (const [id, attempt] of listed) if (!keptIds.has(id)) tellToStop(provider, id, attempt);
    };
    const look = (requestId: string, attempt: number, settleOne: (record: RequestRecord) => void): void => {
      this.#core.ledger.read(requestId, (record) => {
        if (record !== undefined && isStillHeld(record, attempt)) settleOne(record);
        unread -= 1;
        settle();
      });
    };
    if (unread === 0) return settle();
    for (const [requestId, attempt] of held) look(requestId, attempt, ({ lastN }) => kept.push({ requestId, attempt, lastN }));
    for (const [requestId, attempt] of left) {
      look(requestId, attempt, (record) => {
        if (listed.get(requestId) === attempt && canContinue(record)) {
          provider.held.set(requestId, attempt);
          kept.push({ requestId, attempt, lastN: record.lastN });
          this.#core.ledger.change(requestId, { type: 'provider_back', attempt, party: provider.party(this.#core.hubId) });
        } else this.#core.ledger.change(requestId, { type: 'give_up', attempt });
      });
    }
  }

  /** The provider is here no longer, and nothing waits for it. */
  remove(key: string, provider: Provider): void {
    if (this.#present.get(key) !== provider) return;
    this.#present.delete(key);
    this.#swaps.delete(key);
  }

  close(): void {
    for (const { timer } of this.#away.values()) timer.cancel();
    this.#away.clear();
  }
}

export function keyOf(tenant: string, service: string, who: { readonly subject: string; readonly instanceId: string }): string {
  return JSON.stringify([tenant, service, who.subject, who.instanceId]);
}

function isStillHeld(record: RequestRecord, attempt: number): boolean {
  return record.attempt === attempt && (record.state === 'assigned' || record.state === 'cancelling');
}

/** One that streamed without counting its messages can't say what arrived: it has to start over. */
function canContinue(record: RequestRecord): boolean {
  return record.lastN > 0 || record.streams.size === 0;
}

function tellToStop(provider: Provider, requestId: string, attempt: number): void {
  provider.peer.outlet?.send('cancel', { request_id: requestId, attempt, reason: 'not_assigned', grace_ms: 0 });
}
