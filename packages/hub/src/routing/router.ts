/** The one door of routing: every call of a session enters here, every committed change leaves here. It decides nothing itself. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { RequestObject, ServiceInfo } from '@conduit/sdk/protocol/events';
import type {
  Cancel,
  Get,
  RegisterClient,
  RegisterService,
  RequestMessage,
  Services,
  Unwatch,
  Watch,
  WorkMessage,
} from '@conduit/sdk/protocol/messages';
import type { ClientInfo, ProviderSession, ServiceStats, Stats } from '@conduit/sdk/protocol/overview';
import { isTerminal } from '@conduit/sdk/protocol/states';
import { hubTenant, type Identity, mayKnow } from '../access/identity.ts';
import { Absence } from './absence.ts';
import { AtWork } from './at-work.ts';
import type { Body } from './body.ts';
import { Census, type Shares } from './census.ts';
import type { Core } from './core.ts';
import { Dispatcher } from './dispatcher.ts';
import { Family } from './family.ts';
import { Feed, type Topic } from './feed.ts';
import { Finding, type Found, type Wanted } from './finding.ts';
import { type EventsFound, type EventsWanted, Following, type Watched } from './following.ts';
import type { Kept } from './instances.ts';
import { Leaving } from './leaving.ts';
import { ServiceNews } from './news.ts';
import { Operating } from './operating.ts';
import { Peer } from './peer.ts';
import type { Archive, Change, Outlet, PoolInfo, Reply } from './ports.ts';
import { Providing } from './providing.ts';
import { isHeld, type RequestRecord } from './record.ts';
import { Registry } from './registry.ts';
import { type Accepted, Requesting, type Retry } from './requesting.ts';
import { unconfirmedMs } from './settings.ts';
import { Sweep } from './sweep.ts';
import { Tally } from './tally.ts';
import { RequestTimers } from './timers.ts';
import { Watchers } from './watchers.ts';

interface RouterParts extends Pick<Core, 'clock' | 'ledger' | 'ids' | 'limits' | 'schemas' | 'hubId'> {
  /** At most one live value per task and watcher in this time, milliseconds; 0 sends every one. */
  readonly progressIntervalMs: number;
  readonly archive: Archive;
  /** Left out: nobody is limited by what he is. */
  readonly shares?: Shares;
  /** Left out: nobody listens. */
  readonly witnesses?: Core['witnesses'];
}

const unlimited: Shares = {
  maxSubjectRequests: Number.POSITIVE_INFINITY,
  maxTenantRequests: Number.POSITIVE_INFINITY,
  maxTenantServices: Number.POSITIVE_INFINITY,
};

export class Router {
  readonly #core: Core;
  readonly #watchers: Watchers;
  readonly #dispatcher: Dispatcher;
  readonly #providing: Providing;
  readonly #requesting: Requesting;
  readonly #following: Following;
  readonly #family: Family;
  readonly #news: ServiceNews;
  readonly #sweep: Sweep;
  readonly #tally: Tally;
  readonly #atWork = new AtWork();
  readonly #finding: Finding;
  readonly #feed: Feed;
  readonly #operating: Operating;
  readonly #absence: Absence;
  readonly #leaving: Leaving;
  /** Hub time of this hub's start. */
  #startedElapsed = 0;

  constructor({ progressIntervalMs, archive, shares = unlimited, witnesses = [], ...parts }: RouterParts) {
    const { clock, ledger } = parts;
    const core: Core = {
      ...parts,
      registry: new Registry(shares.maxTenantServices),
      timers: new RequestTimers(clock),
      census: new Census(shares),
      peers: new Map(),
      witnesses,
    };
    this.#core = core;
    this.#tally = new Tally(core);
    this.#finding = new Finding({ core, atWork: this.#atWork, archive, tally: this.#tally });
    this.#feed = new Feed({ core, finding: this.#finding });
    this.#news = new ServiceNews(core, (service) => this.#feed.serviceChanged(service));
    this.#watchers = new Watchers({ clock, ledger, progressIntervalMs });
    this.#dispatcher = new Dispatcher(core, (service) => this.#news.changed(service));
    this.#providing = new Providing({ core, dispatcher: this.#dispatcher, news: this.#news });
    this.#operating = new Operating({ core, dispatcher: this.#dispatcher, providing: this.#providing, news: this.#news });
    this.#requesting = new Requesting({ core, dispatcher: this.#dispatcher, watchers: this.#watchers });
    this.#following = new Following(core, this.#watchers);
    this.#family = new Family(ledger);
    this.#sweep = new Sweep(core);
    this.#absence = new Absence(core);
    this.#leaving = new Leaving({ core, sweep: this.#sweep, watchers: this.#watchers });
  }

  /** Takes over what the former hub left. Before this, nothing else may be called. */
  start(): void {
    const { ledger, registry, clock } = this.#core;
    this.#startedElapsed = clock.elapsed();
    const { open, services } = ledger.start({
      decided: (change) => this.#decided(change),
      committed: (change) => this.#committed(change),
    });
    for (const service of services) registry.recall(service);
    for (const record of open) {
      this.#family.add(record);
      this.#tally.restore(record);
      this.#opened(record);
      this.#dispatcher.restore(record);
    }
    for (const record of open) {
      if (isHeld(record)) this.#providing.awaitReturn(record);
      if (record.terms.onRequesterGone === 'cancel') this.#absence.begin(record.requester.sessionId);
    }
  }

  /** A new session. */
  connect(sessionId: string, identity: Identity): Peer {
    const peer = new Peer(sessionId, identity);
    this.#core.peers.set(sessionId, peer);
    return peer;
  }

  /** A session of a former life of this hub: it is again the requester of what it had asked for. */
  restored(sessionId: string, identity: Identity): Peer {
    const peer = this.connect(sessionId, identity);
    const sinceElapsed = this.#startedElapsed - unconfirmedMs;
    this.#core.ledger.ofRequester(sessionId, sinceElapsed, (requestIds) => {
      for (const requestId of requestIds) {
        this.#core.ledger.read(requestId, (record) => {
          if (record === undefined || this.#core.peers.get(sessionId) !== peer) return;
          if (record.tenant !== identity.tenant || record.subject !== identity.subject) return;
          if (!isTerminal(record.state)) peer.openRequests.add(requestId);
          if (peer.cursors.has(requestId)) return;
          this.#watchers.catchUp(this.#watchers.add(peer, requestId, 0));
        });
      }
    });
    return peer;
  }

  /** The peer has a connection. `continue`: go on from what surely arrived; `quiet`: send nothing until it watches. */
  connected(peer: Peer, outlet: Outlet, mode: 'new' | 'continue' | 'quiet'): void {
    peer.outlet = outlet;
    peer.lastSeenAt = this.#core.clock.now();
    this.#absence.end(peer.sessionId);
    if (mode === 'quiet') {
      this.#watchers.removeAll(peer);
      this.#news.remove(peer);
    }
    if (mode === 'continue') {
      this.#watchers.resume(peer);
      this.#news.resume(peer);
    }
    this.#providing.returned(peer);
    this.#feed.providerChanged(peer);
  }

  disconnected(peer: Peer): void {
    peer.outlet = undefined;
    this.#watchers.pause(peer);
    // A hub that leaves cuts everybody itself: who was lost is for the next one to find out.
    if (!this.#leaving.isLeaving) this.#providing.disconnected(peer);
    if (peer.openRequests.size > 0) this.#absence.begin(peer.sessionId);
    this.#feed.providerChanged(peer);
  }

  /** The session is over for good; its requests go on. */
  forget(peer: Peer): void {
    this.#watchers.removeAll(peer);
    this.#news.remove(peer);
    this.#core.peers.delete(peer.sessionId);
    if (peer.providers.size > 0) this.#feed.providerChanged(peer);
  }

  heartbeatSent(peer: Peer): void {
    this.#watchers.mark(peer);
  }

  heartbeatAnswered(peer: Peer): void {
    this.#watchers.confirm(peer);
    if (peer.providers.size > 0) this.#feed.providerStirred(peer);
  }

  registerClient(peer: Peer, message: RegisterClient): void {
    if (message.name !== undefined) peer.name = message.name;
  }

  registerService(peer: Peer, message: RegisterService, reply: Reply<{ readonly inFlight: readonly Kept[] }>): void {
    if (this.#leaving.isDraining) return reply.refuse(new ConduitError('hub_draining'));
    this.#providing.register(peer, message, reply);
  }

  request(peer: Peer, message: RequestMessage, payload: Body, reply: Reply<Accepted>): void {
    if (this.#leaving.isDraining) return reply.refuse(new ConduitError('hub_draining'));
    this.#requesting.request({ peer, message, payload }, reply);
  }

  cancel(peer: Peer, message: Cancel, reply: Reply<'cancelled' | 'requested' | 'already_finished'>): void {
    this.#requesting.cancel(peer, message, reply);
  }

  watch(peer: Peer, message: Watch, reply: Reply<Watched>): void {
    this.#following.watch(peer, message, reply);
  }

  unwatch(peer: Peer, message: Unwatch, reply: Reply<Record<never, never>>): void {
    this.#following.unwatch(peer, message, reply);
  }

  get(peer: Peer, message: Get, reply: Reply<RequestObject<Body>>): void {
    this.#following.get(peer, message, reply);
  }

  services(peer: Peer, message: Services, reply: Reply<readonly ServiceInfo[]>): void {
    const { registry, clock } = this.#core;
    if (message.watch === true) this.#news.add(peer);
    if (message.watch === false) this.#news.remove(peer);
    const { identity } = peer;
    const known = registry.ofTenant(identity.tenant, clock.elapsed()).filter(({ name }) => mayKnow(identity, name));
    reply.ok(known.map((service) => service.info(clock.elapsed())));
  }

  /** A new request like one that is there, and that names it. */
  retry(peer: Peer, wanted: Retry, reply: Reply<Accepted>): void {
    if (this.#leaving.isDraining) return reply.refuse(new ConduitError('hub_draining'));
    this.#requesting.retry(peer, wanted, reply);
  }

  events(peer: Peer, wanted: EventsWanted, reply: Reply<EventsFound>): void {
    this.#following.events(peer, wanted, reply);
  }

  /** Follows the hub's own life. @returns ends it. */
  follow(identity: Identity, outlet: Outlet, topics: readonly Topic[]): () => void {
    return this.#feed.add(identity, outlet, topics);
  }

  pause(identity: Identity, said: { name: string; isPaused: boolean }, reply: Reply<ServiceInfo>): void {
    this.#operating.pause(identity, said, reply);
  }

  /** Asks a provider to finish what it holds and to leave. @throws ConduitError */
  drainProvider(identity: Identity, sessionId: string): void {
    this.#operating.drain(identity, sessionId);
  }

  /** Ends a provider's connection. @throws ConduitError */
  disconnectProvider(identity: Identity, sessionId: string): void {
    this.#operating.disconnect(identity, sessionId);
  }

  /** Requests that the identity sent or may observe, newest first. */
  find(identity: Identity, wanted: Wanted, reply: Reply<Found>): void {
    this.#finding.requests(identity, wanted, reply);
  }

  /** @returns undefined where there is none, or none that the identity may know of. */
  service(identity: Identity, name: string): ServiceInfo | undefined {
    return this.#finding.service(identity, name);
  }

  /** The numbers of one service. @returns undefined for the same. */
  serviceStats(identity: Identity, name: string): ServiceStats | undefined {
    return this.#finding.serviceStats(identity, name);
  }

  providers(identity: Identity): readonly ProviderSession[] {
    return this.#finding.providers(identity);
  }

  clients(identity: Identity): readonly ClientInfo[] {
    return this.#finding.clients(identity);
  }

  /** @param tenant left out: the whole hub. */
  stats(tenant?: string): Stats {
    return this.#finding.stats(tenant);
  }

  /** Every pool and line of the hub. */
  pools(): readonly PoolInfo[] {
    return this.#finding.pools();
  }

  /** @param tenant left out: the whole hub. */
  history(tenant?: string): ReturnType<Finding['history']> {
    return this.#finding.history(tenant);
  }

  work(peer: Peer, message: WorkMessage, body: Body | undefined, reply: Reply<{ readonly duplicate?: true }>): void {
    this.#providing.work(peer, { message, body }, reply);
  }

  /** A refused message of a provider still uses up its number. */
  skip(peer: Peer, stamp: { readonly requestId: string; readonly attempt?: number; readonly n?: number }): void {
    this.#providing.skip(peer, stamp);
  }

  leave(peer: Peer, name: string | undefined, reply: Reply<Record<never, never>>): void {
    try {
      this.#providing.leave(peer, name);
    } catch (error) {
      return reply.refuse(error as ConduitError);
    }
    this.#feed.providerChanged(peer);
    reply.ok({});
  }

  /** How many requests have not ended. */
  get openCount(): number {
    return this.#tally.openCount;
  }

  get isDraining(): boolean {
    return this.#leaving.isDraining;
  }

  /**
   * Takes nothing new, and calls back when the hub may leave. What a store keeps is left to the next hub;
   * without one (`isLastChance`) it waits up to 30 s for what is open, then fails the rest with `hub_draining`.
   */
  drain(isLastChance: 'last_chance' | 'kept', then: () => void): void {
    this.#leaving.drain(isLastChance, then);
  }

  /** Stops every timer; nothing is called any more. */
  close(): void {
    this.#absence.close();
    this.#dispatcher.close();
    this.#providing.close();
    this.#news.close();
    this.#feed.close();
    this.#sweep.close();
    this.#watchers.close();
    this.#core.timers.close();
  }

  #decided(change: Change): void {
    const { record, step } = change;
    if (step.type === 'open') this.#opened(record);
    this.#tally.note(record);
    this.#dispatcher.decided(change);
    this.#family.decided(change);
    if (isTerminal(record.state) && !isTerminal(change.before.state)) this.#ended(record);
  }

  #opened(record: RequestRecord): void {
    this.#sweep.add(record.requestId, { tenant: record.tenant, service: record.to });
    this.#core.census.add(record);
  }

  #ended(record: RequestRecord): void {
    this.#sweep.remove(record.requestId);
    this.#core.census.remove(record);
    this.#core.peers.get(record.requester.sessionId)?.openRequests.delete(record.requestId);
  }

  #committed(change: Change): void {
    this.#dispatcher.committed(change);
    this.#atWork.committed(change);
    this.#watchers.deliver(change);
    this.#feed.requestChanged(change.record);
    if (change.events.length > 0 && change.record.tenant !== hubTenant) this.#tell(change);
    this.#leaving.look();
  }

  #tell(change: Change): void {
    for (const witness of this.#core.witnesses) witness.committed(change);
  }
}
