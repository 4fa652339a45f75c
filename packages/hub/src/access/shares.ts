/** What one subject and one tenant may have of the hub, over all their connections: so many of them, and so much said a second. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { Budget, type Meter, type Rates, type Shortage } from './budget.ts';
import type { Identity } from './identity.ts';
import { Presence } from './presence.ts';

interface Share {
  readonly maxConnections: number;
  readonly rates: Rates;
}

type Kind = 'subject' | 'tenant';

/** Room comes when somebody leaves, which nobody knows. */
const fullRetryAfterMs = 5_000;

export class Shares {
  readonly #shares: Readonly<Record<Kind, Share>>;
  readonly #connections: Readonly<Record<Kind, Presence>>;
  /** As many as there are sessions at the most. */
  readonly #budgets = new Map<string, { readonly budget: Budget; sessions: number }>();

  constructor(shares: Readonly<Record<Kind, Share>>) {
    this.#shares = shares;
    this.#connections = {
      subject: new Presence(shares.subject.maxConnections),
      tenant: new Presence(shares.tenant.maxConnections),
    };
  }

  /** @throws ConduitError `rate_limited` when its subject or tenant has as many connections as it may. */
  admit(identity: Identity): void {
    for (const [kind, key] of keysOf(identity)) {
      if (this.#connections[kind].hasRoom(key)) continue;
      const max = this.#shares[kind].maxConnections;
      const details = { limit: `max_${kind}_connections`, max, retry_after_ms: fullRetryAfterMs };
      throw new ConduitError('rate_limited', `this ${kind} has ${max} connections already`, { details });
    }
  }

  /** A connection. @returns what to call when it is gone. */
  connected(identity: Identity): () => void {
    const leave = keysOf(identity).map(([kind, key]) => this.#connections[kind].enter(key));
    return () => {
      for (const one of leave) one();
    };
  }

  /**
   * What a new session may say: by itself, and together with the others of its subject and its tenant.
   * @returns with what to call when the session is forgotten.
   */
  open(identity: Identity, own: Budget, now: number): { readonly meter: Meter; readonly close: () => void } {
    const keys = keysOf(identity);
    if (keys.length === 0) return { meter: own, close: () => undefined };
    const shared = keys.map(([kind, key]) => ({ kind, key, budget: this.#take(`${kind} ${key}`, kind, now) }));
    return {
      meter: new SharedMeter(own, shared),
      close: () => {
        for (const { kind, key } of shared) this.#leave(`${kind} ${key}`);
      },
    };
  }

  #take(key: string, kind: Kind, now: number): Budget {
    const known = this.#budgets.get(key);
    if (known !== undefined) {
      known.sessions += 1;
      return known.budget;
    }
    const budget = new Budget(this.#shares[kind].rates, now);
    this.#budgets.set(key, { budget, sessions: 1 });
    return budget;
  }

  #leave(key: string): void {
    const known = this.#budgets.get(key);
    if (known === undefined) return;
    known.sessions -= 1;
    if (known.sessions === 0) this.#budgets.delete(key);
  }
}

class SharedMeter implements Meter {
  readonly #own: Budget;
  readonly #shared: readonly { readonly kind: Kind; readonly budget: Budget }[];

  constructor(own: Budget, shared: readonly { readonly kind: Kind; readonly budget: Budget }[]) {
    this.#own = own;
    this.#shared = shared;
  }

  shortage(now: number): Shortage | undefined {
    const own = this.#own.shortage(now);
    if (own !== undefined) return own;
    for (const { kind, budget } of this.#shared) {
      const shortage = budget.shortage(now);
      if (shortage !== undefined) return { ...shortage, limit: `${kind}_${shortage.limit}` };
    }
    return undefined;
  }

  spend(bytes: number): void {
    this.#own.spend(bytes);
    for (const { budget } of this.#shared) budget.spend(bytes);
  }
}

/** Where no token is asked for everybody is one subject, and what he may have is the whole hub. */
function keysOf({ tenant, subject, tokenId }: Identity): readonly [Kind, string][] {
  if (tokenId === undefined) return [];
  return [
    ['subject', JSON.stringify([tenant, subject])],
    ['tenant', tenant],
  ];
}
