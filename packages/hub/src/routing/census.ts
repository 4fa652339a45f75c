/** How many open requests each subject and each tenant has, and whether it may have one more. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Identity } from '../access/identity.ts';
import type { RequestRecord } from './record.ts';

/** What one subject, and one tenant, may have over all its sessions. */
export interface Shares {
  readonly maxSubjectRequests: number;
  readonly maxTenantRequests: number;
  /** The services that it provides, or provided in the last seven days. */
  readonly maxTenantServices: number;
}

type Owner = Pick<RequestRecord, 'tenant' | 'subject'>;

export class Census {
  readonly #shares: Shares;
  readonly #open = new Map<string, number>();

  constructor(shares: Shares) {
    this.#shares = shares;
  }

  add(owner: Owner): void {
    for (const key of keysOf(owner)) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  remove(owner: Owner): void {
    for (const key of keysOf(owner)) {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    }
  }

  /** Where no token is asked for everybody is one subject, and nobody is limited by it. @throws ConduitError `rate_limited` */
  admit(identity: Identity): void {
    if (identity.tokenId === undefined) return;
    const [subject, tenant] = keysOf(identity);
    const { maxSubjectRequests, maxTenantRequests } = this.#shares;
    if ((this.#open.get(subject) ?? 0) >= maxSubjectRequests) throw limited('subject', maxSubjectRequests);
    if ((this.#open.get(tenant) ?? 0) >= maxTenantRequests) throw limited('tenant', maxTenantRequests);
  }
}

function keysOf({ tenant, subject }: Owner): readonly [subject: string, tenant: string] {
  return [`subject ${JSON.stringify([tenant, subject])}`, `tenant ${tenant}`];
}

function limited(kind: 'subject' | 'tenant', max: number): ConduitError {
  const details = { limit: `max_${kind}_requests`, max, retry_after_ms: 1_000 };
  return new ConduitError('rate_limited', `this ${kind} has ${max} open requests; wait for some to end`, { details });
}
