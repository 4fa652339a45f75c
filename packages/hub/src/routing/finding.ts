/** What is found by looking: requests, providers and clients, each only by whoever may see it. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { ProviderInfo, ServiceInfo } from '@conduit/sdk/protocol/events';
import type {
  ClientInfo,
  ProviderSession,
  RequestSummary,
  ServiceStats,
  Stats,
  WorkInHand,
} from '@conduit/sdk/protocol/overview';
import { hubTenant, type Identity, mayKnow, mayObserve, mayObserveAll } from '../access/identity.ts';
import type { AtWork } from './at-work.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import type { Archive, PoolInfo, Reply, RequestQuery } from './ports.ts';
import type { Provider } from './provider.ts';
import type { Service } from './service.ts';
import { maySee } from './sight.ts';
import { summaryOf } from './snapshot.ts';
import type { Tally } from './tally.ts';

/** What is looked for; the rest is said by who looks. */
export type Wanted = Omit<RequestQuery, 'tenant' | 'sight'>;

export interface Found {
  readonly requests: readonly RequestSummary[];
  /** There are older ones. */
  readonly hasMore: boolean;
}

/** What of a provider's work is shown: enough to see what it is about, however many places it has. */
const maxShownWork = 10;

interface FindingParts {
  readonly core: Core;
  readonly atWork: AtWork;
  readonly archive: Archive;
  readonly tally: Tally;
}

export class Finding {
  readonly #core: Core;
  readonly #atWork: AtWork;
  readonly #archive: Archive;
  readonly #tally: Tally;

  constructor({ core, atWork, archive, tally }: FindingParts) {
    this.#core = core;
    this.#atWork = atWork;
    this.#archive = archive;
    this.#tally = tally;
  }

  /** Requests that the identity sent or may observe, newest first. */
  requests(identity: Identity, wanted: Wanted, reply: Reply<Found>): void {
    const { before } = wanted;
    if (before === undefined) return this.#search(identity, wanted, reply);
    // A request that somebody may not see is none to go on from either.
    this.#core.ledger.read(before, (record) => {
      if (record !== undefined && maySee(identity, record)) this.#search(identity, wanted, reply);
      else reply.ok({ requests: [], hasMore: false });
    });
  }

  #search(identity: Identity, wanted: Wanted, reply: Reply<Found>): void {
    const { tenant, subject } = identity;
    const sight = { subject, observes: (service: string) => mayObserve(identity, service) };
    const query = { ...wanted, tenant, limit: wanted.limit + 1, ...(mayObserveAll(identity) ? {} : { sight }) };
    try {
      this.#archive.search(query, (records) => {
        const requests = records.slice(0, wanted.limit).map((record) => summaryOf(this.#core, record));
        reply.ok({ requests, hasMore: records.length > wanted.limit });
      });
    } catch (error) {
      reply.refuse(new ConduitError('store_unavailable', undefined, { cause: error }));
    }
  }

  /** A service that the identity is told of. */
  service(identity: Identity, name: string): ServiceInfo | undefined {
    return this.#known(identity, name)?.info(this.#core.clock.elapsed());
  }

  /** Its numbers, for the same. */
  serviceStats(identity: Identity, name: string): ServiceStats | undefined {
    return this.#known(identity, name) === undefined ? undefined : this.#tally.serviceStats(identity.tenant, name);
  }

  /** Every session that serves something the identity may observe, or that is its own. */
  providers(identity: Identity): ProviderSession[] {
    return this.#peers(identity).flatMap(({ sessionId }) => this.provider(identity, sessionId) ?? []);
  }

  provider(identity: Identity, sessionId: string): ProviderSession | undefined {
    const peer = this.#core.peers.get(sessionId);
    if (peer?.identity.tenant !== identity.tenant) return undefined;
    const isOwn = peer.identity.subject === identity.subject;
    const shown = [...peer.providers.values()].filter(({ service }) => isOwn || mayObserve(identity, service));
    return shown.length === 0 ? undefined : this.#providerSession(identity, peer, shown);
  }

  /** @param shown what of the peer's services the identity may know. */
  #providerSession(identity: Identity, peer: Peer, shown: readonly Provider[]): ProviderSession {
    const roundTripMs = peer.outlet?.roundTripMs;
    return {
      sessionId: peer.sessionId,
      ...named(peer),
      subject: peer.identity.subject,
      connected: peer.outlet !== undefined,
      lastSeenAt: peer.lastSeenAt,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      services: shown.map((provider) => {
        const { sessionId, name, ...info } = provider.info();
        return { service: provider.service, ...info };
      }),
      workingOn: shown
        .flatMap((provider) => this.#workOf(identity, provider))
        .sort((one, other) => one.sinceAt - other.sinceAt)
        .slice(0, maxShownWork),
    };
  }

  /**
   * Places are in the order in which they were taken. Whoever observes the service sees what the first ones hold;
   * whoever only owns the worker is shown what it asked of it itself, and the rest is passed over.
   */
  #workOf(identity: Identity, { held }: Provider): WorkInHand[] {
    const found: WorkInHand[] = [];
    for (const [requestId, attempt] of held) {
      const work = this.#atWork.of(requestId, attempt);
      if (work === undefined || !maySee(identity, work)) continue;
      const { to: service, action, sinceAt, overall } = work;
      found.push({ requestId, service, action, sinceAt, overall });
      if (found.length === maxShownWork) break;
    }
    return found;
  }

  /** Its own sessions, or all of its tenant for whoever may observe everything. */
  clients(identity: Identity): ClientInfo[] {
    const peers = this.#peers(identity).filter(
      ({ identity: { subject } }) => subject === identity.subject || mayObserveAll(identity),
    );
    return peers.map((peer) => ({
      sessionId: peer.sessionId,
      ...named(peer),
      subject: peer.identity.subject,
      connected: peer.outlet !== undefined,
      lastSeenAt: peer.lastSeenAt,
      openRequests: peer.openRequests.size,
      watching: peer.cursors.size,
      services: [...peer.providers.keys()],
    }));
  }

  /** What happened in the last quarter of an hour, oldest first. @param tenant left out: the whole hub. */
  history(tenant?: string): ReturnType<Tally['history']> {
    return this.#tally.history(tenant);
  }

  /** The numbers of a tenant. @param tenant left out: of the whole hub. */
  stats(tenant?: string): Stats {
    const { registry, clock, peers } = this.#core;
    const connected = [...peers.values()].filter(({ identity, outlet }) => outlet !== undefined && isOf(identity.tenant, tenant));
    const providers = connected.filter((peer) => peer.providers.size > 0).length;
    const services = registry.known(clock.elapsed()).filter((service) => isOf(service.tenant, tenant)).length;
    return { ...this.#tally.stats(tenant), services, providers, clients: connected.length - providers };
  }

  /** Every pool and line of the hub, for whoever counts. Who drains is out of its pool, and counts until it has left. */
  pools(): PoolInfo[] {
    const { registry, clock, peers } = this.#core;
    const counts = new Map<Service, Record<ProviderInfo['state'], number>>();
    for (const service of registry.all) {
      if (isOf(service.tenant, undefined)) counts.set(service, { ready: 0, busy: 0, draining: 0, suspect: 0 });
    }
    for (const { outlet, identity, providers } of peers.values()) {
      if (outlet === undefined) continue;
      for (const provider of providers.values()) {
        const service = registry.find(identity.tenant, provider.service);
        const found = service === undefined ? undefined : counts.get(service);
        if (found !== undefined) found[provider.state] += 1;
      }
    }
    const known = new Set(registry.known(clock.elapsed()));
    return [...counts].map(([service, states]) => ({
      service: service.name,
      isProvided: known.has(service),
      waiting: service.waiting,
      providers: states,
    }));
  }

  #known(identity: Identity, name: string): Service | undefined {
    const { registry, clock } = this.#core;
    return mayKnow(identity, name) ? registry.findKnown(identity.tenant, name, clock.elapsed()) : undefined;
  }

  #peers({ tenant }: Identity): Peer[] {
    return [...this.#core.peers.values()].filter((peer) => peer.identity.tenant === tenant);
  }
}

/** @param wanted left out: any tenant, but not what the hub asks of itself. */
function isOf(tenant: string, wanted: string | undefined): boolean {
  return wanted === undefined ? tenant !== hubTenant : tenant === wanted;
}

function named({ name }: Peer): { name?: string } {
  return name === undefined ? {} : { name };
}
