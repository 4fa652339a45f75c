/** What operators of a tenant do: stop and start services, send providers away. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { ServiceInfo } from '@conduit/sdk/protocol/events';
import { type Identity, mayAdminister } from '../access/identity.ts';
import type { Core } from './core.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ServiceNews } from './news.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './ports.ts';
import type { Providing } from './providing.ts';

interface OperatingParts {
  readonly core: Core;
  readonly dispatcher: Dispatcher;
  readonly providing: Providing;
  readonly news: ServiceNews;
}

export class Operating {
  readonly #parts: OperatingParts;

  constructor(parts: OperatingParts) {
    this.#parts = parts;
  }

  /** Paused, nothing of a service is handed over; what is under way goes on. It stays so over a restart of the hub. */
  pause(identity: Identity, { name, isPaused }: { name: string; isPaused: boolean }, reply: Reply<ServiceInfo>): void {
    const { core, dispatcher, news } = this.#parts;
    const { registry, clock, ledger } = core;
    try {
      demandAdmin(identity);
      const elapsed = clock.elapsed();
      const service = registry.findKnown(identity.tenant, name, elapsed);
      if (service === undefined) throw new ConduitError('service_not_found', `there is no service "${name}"`);
      service.isPaused = isPaused;
      ledger.rememberService(service.known(service.pool.size > 0 ? elapsed : (service.seenElapsed ?? elapsed)));
      ledger.flush(() => {
        dispatcher.pump(service);
        news.changed(service);
        reply.ok(service.info(clock.elapsed()));
      });
    } catch (error) {
      reply.refuse(error as ConduitError);
    }
  }

  /** Nothing new for this provider; it is asked to finish what it holds and to leave. */
  drain(identity: Identity, sessionId: string): void {
    const peer = this.#provider(identity, sessionId);
    this.#parts.providing.leave(peer, undefined);
    for (const name of peer.providers.keys()) peer.outlet?.send('drain', { name });
  }

  /** Ends its connection; what it held goes the way of every lost provider's. It may come back. */
  disconnect(identity: Identity, sessionId: string): void {
    this.#provider(identity, sessionId).outlet?.close();
  }

  #provider(identity: Identity, sessionId: string): Peer {
    demandAdmin(identity);
    const peer = this.#parts.core.peers.get(sessionId);
    const isOurs = peer !== undefined && peer.identity.tenant === identity.tenant && peer.providers.size > 0;
    if (!isOurs) throw new ConduitError('service_not_found', `no session ${sessionId} provides a service here`);
    return peer;
  }
}

/** @throws ConduitError `forbidden` */
function demandAdmin(identity: Identity): void {
  if (mayAdminister(identity)) return;
  throw new ConduitError('forbidden', 'this is for whoever administers the tenant; use a token with the scope admin');
}
