/**
 * Tells the hub's own life to whoever follows it: what changed since the last time, twice a second at most, the latest of each.
 * A reader that is slow is told later and less, never more: what waits for it is names, and a bounded number of them.
 */

import { serviceToWire, type WireBody } from '@conduit/sdk/protocol/wire';
import { providerSessionToWire, statsToWire, summaryToWire } from '@conduit/sdk/protocol/wire-overview';
import { type Identity, mayKnow, mayObserveAll } from '../access/identity.ts';
import type { Core } from './core.ts';
import type { Finding } from './finding.ts';
import type { Peer } from './peer.ts';
import type { Outlet, Timer } from './ports.ts';
import type { RequestRecord } from './record.ts';
import type { Service } from './service.ts';
import { feedMs, maxFedRequests, stirMs } from './settings.ts';
import { maySee } from './sight.ts';
import { summaryOf } from './snapshot.ts';
import { writeAheadBytes } from './watchers.ts';

export const topics = ['stats', 'requests', 'services', 'providers'] as const;
export type Topic = (typeof topics)[number];

/** The numbers are of everything at once; in the others each finds only what it may see. */
export function mayFollow(identity: Identity, topic: Topic): boolean {
  return topic !== 'stats' || mayObserveAll(identity);
}

interface Reader {
  readonly identity: Identity;
  readonly outlet: Outlet;
  readonly topics: ReadonlySet<Topic>;
  /** What changed since it was told; services and providers are as many as there are. */
  readonly requests: Set<string>;
  readonly services: Set<string>;
  readonly providers: Set<string>;
  /** Providers that answered a heartbeat, or whose work went on: nothing of what they are has changed, so that they are told less often. */
  readonly stirred: Set<string>;
  /** What it was told of and is not rid of: of these alone it is told that they are gone. */
  readonly toldServices: Set<string>;
  readonly toldProviders: Set<string>;
  /** More requests changed than it can be told of. */
  hasGap: boolean;
  /** The numbers that it was told last. */
  stats: string;
  isDraining: boolean;
  /** It was told nothing yet: it is told what there is, also that there is nothing. */
  isNew: boolean;
}

/** What one look finds is spelled once for everybody who is told of it. */
interface Look {
  readonly summaries: Map<string, WireBody | undefined>;
  readonly stats: Map<string, { readonly body: WireBody; readonly spelled: string }>;
}

interface FeedParts {
  readonly core: Core;
  readonly finding: Finding;
}

export class Feed {
  readonly #core: Core;
  readonly #finding: Finding;
  readonly #readers = new Set<Reader>();
  #timer: Timer | undefined;
  /** Hub time at which those that stirred were told last. */
  #stirredElapsed = 0;

  constructor({ core, finding }: FeedParts) {
    this.#core = core;
    this.#finding = finding;
  }

  /**
   * Follows some topics from now on: services, providers and numbers are told at once as they stand, requests as they change.
   * What the identity may not follow is left out.
   * @returns ends it.
   */
  add(identity: Identity, outlet: Outlet, wanted: readonly Topic[]): () => void {
    const { registry, clock, peers } = this.#core;
    const services = registry.ofTenant(identity.tenant, clock.elapsed()).map(({ name }) => name);
    const reader: Reader = {
      identity,
      outlet,
      topics: new Set(wanted.filter((topic) => mayFollow(identity, topic))),
      requests: new Set(),
      services: new Set(wanted.includes('services') ? services : []),
      providers: new Set(wanted.includes('providers') ? [...peers.keys()] : []),
      stirred: new Set(),
      toldServices: new Set(),
      toldProviders: new Set(),
      hasGap: false,
      stats: '',
      isDraining: false,
      isNew: true,
    };
    this.#readers.add(reader);
    this.#tell(reader, aLook());
    this.#arm();
    return () => {
      this.#readers.delete(reader);
      if (this.#readers.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    };
  }

  requestChanged(record: RequestRecord): void {
    const { requestId, provider } = record;
    for (const reader of this.#readers) {
      const { identity, requests } = reader;
      if (provider !== undefined && hears(reader, 'providers', record.tenant)) reader.stirred.add(provider.sessionId);
      if (!reader.topics.has('requests') || !maySee(identity, record)) continue;
      if (requests.size < maxFedRequests || requests.has(requestId)) requests.add(requestId);
      else reader.hasGap = true;
    }
  }

  serviceChanged({ tenant, name, pool }: Service): void {
    for (const reader of this.#readers) {
      if (reader.identity.tenant !== tenant) continue;
      if (reader.topics.has('services') && mayKnow(reader.identity, name)) reader.services.add(name);
      if (!reader.topics.has('providers')) continue;
      for (const { peer } of pool.providers) reader.providers.add(peer.sessionId);
    }
  }

  /** It came, went, or serves something else. */
  providerChanged({ sessionId, identity }: Peer): void {
    for (const reader of this.#readers) {
      if (hears(reader, 'providers', identity.tenant)) reader.providers.add(sessionId);
    }
  }

  /** It answered a heartbeat. A message alone stirs nothing: a busy provider says hundreds a second. */
  providerStirred({ sessionId, identity }: Peer): void {
    for (const reader of this.#readers) {
      if (hears(reader, 'providers', identity.tenant)) reader.stirred.add(sessionId);
    }
  }

  close(): void {
    this.#timer?.cancel();
    this.#readers.clear();
  }

  #arm(): void {
    if (this.#readers.size === 0) return;
    this.#timer ??= this.#core.clock.after(feedMs, () => {
      this.#timer = undefined;
      this.#takeStirred();
      const look = aLook();
      for (const reader of this.#readers) this.#tell(reader, look);
      this.#arm();
    });
  }

  #takeStirred(): void {
    const now = this.#core.clock.elapsed();
    if (now - this.#stirredElapsed < stirMs) return;
    this.#stirredElapsed = now;
    for (const { stirred, providers } of this.#readers) {
      for (const sessionId of stirred) providers.add(sessionId);
      stirred.clear();
    }
  }

  #tell(reader: Reader, look: Look): void {
    const { outlet } = reader;
    if (reader.isDraining || !this.#readers.has(reader)) return;
    if (outlet.unsentBytes > writeAheadBytes) {
      reader.isDraining = true;
      return outlet.onDrain(() => {
        reader.isDraining = false;
      });
    }
    this.#tellServices(reader);
    this.#tellProviders(reader);
    this.#tellRequests(reader, look);
    this.#tellStats(reader, look);
    reader.isNew = false;
  }

  #tellServices({ identity, outlet, topics, services, toldServices, isNew }: Reader): void {
    if (!topics.has('services') || (services.size === 0 && !isNew)) return;
    const { registry, clock } = this.#core;
    const found = [...services].map((name) => [name, registry.findKnown(identity.tenant, name, clock.elapsed())] as const);
    services.clear();
    const there = found.flatMap(([name, service]) => (service === undefined || !mayKnow(identity, name) ? [] : [service]));
    const gone = found.flatMap(([name, service]) => (service === undefined && toldServices.delete(name) ? [name] : []));
    for (const { name } of there) toldServices.add(name);
    if (there.length + gone.length === 0 && !isNew) return;
    outlet.send('services', { services: there.map((service) => serviceToWire(service.info(clock.elapsed()))), gone });
  }

  #tellProviders({ identity, outlet, topics, providers, stirred, toldProviders, isNew }: Reader): void {
    if (!topics.has('providers') || (providers.size === 0 && !isNew)) return;
    const found = [...providers].map((sessionId) => [sessionId, this.#finding.provider(identity, sessionId)] as const);
    // What is told now need not be told once more for having stirred.
    for (const sessionId of providers) stirred.delete(sessionId);
    providers.clear();
    const there = found.flatMap(([, provider]) => (provider === undefined ? [] : [provider]));
    const gone = found.flatMap(([sessionId, provider]) =>
      provider === undefined && toldProviders.delete(sessionId) ? [sessionId] : [],
    );
    for (const { sessionId } of there) toldProviders.add(sessionId);
    if (there.length + gone.length === 0 && !isNew) return;
    outlet.send('providers', { providers: there.map(providerSessionToWire), gone });
  }

  /** Read as they are committed; who is told of a gap has to look at the list again. */
  #tellRequests(reader: Reader, { summaries }: Look): void {
    const { outlet, requests } = reader;
    if (requests.size === 0) return;
    const gap = reader.hasGap ? { gap: true } : {};
    const wanted = [...requests];
    requests.clear();
    reader.hasGap = false;
    let left = wanted.length;
    const isRead = (): void => {
      left -= 1;
      if (left > 0 || !this.#readers.has(reader)) return;
      outlet.send('requests', { requests: wanted.flatMap((requestId) => summaries.get(requestId) ?? []), ...gap });
    };
    for (const requestId of wanted) {
      if (summaries.has(requestId)) isRead();
      else {
        this.#core.ledger.read(requestId, (record) => {
          summaries.set(requestId, record === undefined ? undefined : summaryToWire(summaryOf(this.#core, record)));
          isRead();
        });
      }
    }
  }

  #tellStats(reader: Reader, { stats }: Look): void {
    if (!reader.topics.has('stats')) return;
    const { tenant } = reader.identity;
    let known = stats.get(tenant);
    if (known === undefined) {
      const body = statsToWire(this.#finding.stats(tenant));
      known = { body, spelled: JSON.stringify(body) };
      stats.set(tenant, known);
    }
    if (known.spelled === reader.stats) return;
    reader.stats = known.spelled;
    reader.outlet.send('stats', known.body);
  }
}

function hears({ topics: followed, identity }: Reader, topic: Topic, tenant: string): boolean {
  return followed.has(topic) && identity.tenant === tenant;
}

function aLook(): Look {
  return { summaries: new Map(), stats: new Map() };
}
