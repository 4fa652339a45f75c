/** What the parts of routing share: the ports, the registry, the peers by session. */

import type { Limits } from '@conduit/sdk/protocol/limits';
import type { Census } from './census.ts';
import type { Peer } from './peer.ts';
import type { Clock, Ids, Ledger, Schemas, Witness } from './ports.ts';
import type { Provider } from './provider.ts';
import type { Registry } from './registry.ts';
import type { RequestTimers } from './timers.ts';

export interface Core {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly ids: Ids;
  readonly limits: Limits;
  readonly schemas: Schemas;
  readonly hubId: string;
  readonly registry: Registry;
  readonly timers: RequestTimers;
  readonly census: Census;
  /** Who is told what happens. */
  readonly witnesses: readonly Witness[];
  /** Every session of this hub, connected or within its resume window. */
  readonly peers: Map<string, Peer>;
}

/** The provider that a party stands for, while its session is here. */
export function providerOf(core: Core, sessionId: string | undefined, service: string): Provider | undefined {
  return sessionId === undefined ? undefined : core.peers.get(sessionId)?.providers.get(service);
}
