/** What providers do: offer services, work, turn requests down, leave, get lost and come back. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { RegisterService, WorkMessage } from '@conduit/sdk/protocol/messages';
import { isTerminal } from '@conduit/sdk/protocol/states';
import { demand, hubTenant } from '../access/identity.ts';
import type { Body } from './body.ts';
import type { Core } from './core.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Instances, type Kept, keyOf } from './instances.ts';
import type { ServiceNews } from './news.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './ports.ts';
import { Provider } from './provider.ts';
import type { RequestRecord } from './record.ts';
import type { Service } from './service.ts';
import { graceAfterStartMs, graceMs } from './settings.ts';
import { notHeld } from './sight.ts';
import type { Decision } from './steps.ts';

interface ProvidingParts {
  readonly core: Core;
  readonly dispatcher: Dispatcher;
  readonly news: ServiceNews;
}

export class Providing {
  readonly #core: Core;
  readonly #dispatcher: Dispatcher;
  readonly #news: ServiceNews;
  readonly #instances: Instances;

  constructor({ core, dispatcher, news }: ProvidingParts) {
    this.#core = core;
    this.#dispatcher = dispatcher;
    this.#news = news;
    this.#instances = new Instances(core);
  }

  /** Offers a service. Said again on the same connection it replaces what was said, and keeps its turn and what it holds. */
  register(peer: Peer, message: RegisterService, reply: Reply<{ readonly inFlight: readonly Kept[] }>): void {
    const { registry, clock, ledger } = this.#core;
    const known = peer.providers.get(message.name);
    const provider = known ?? new Provider(peer, message, clock.now());
    let service: Service;
    try {
      demand(peer.identity, 'provide', message.name);
      for (const [at, { input }] of (message.actions ?? []).entries()) {
        if (input !== undefined) this.#core.schemas.admit(input, `actions[${at}].input`);
      }
      service = registry.provide(peer.identity.tenant, message.name, clock.elapsed());
      this.#replaceRival(provider, message);
    } catch (error) {
      return reply.refuse(error as ConduitError);
    }
    const formerKey = this.#keyOf(provider);
    provider.say(message);
    if (formerKey !== undefined && formerKey !== this.#keyOf(provider)) this.#instances.remove(formerKey, provider);
    peer.providers.set(message.name, provider);
    service.learn(message);
    ledger.rememberService(service.known(clock.elapsed()));
    const key = this.#keyOf(provider);
    // What is answered is kept: a hub that dies now knows the name when it comes back. Work comes after the answer.
    const welcome = (inFlight: readonly Kept[]): void => {
      ledger.flush(() => {
        reply.ok({ inFlight });
        if (peer.outlet === undefined || peer.providers.get(provider.service) !== provider) return;
        if (!provider.isDraining && !service.pool.providers.includes(provider)) service.pool.add(provider);
        this.#dispatcher.pump(service);
        this.#news.changed(service);
      });
    };
    if (key === undefined) return welcome([]);
    this.#instances.arrive(key, provider, message.inFlight ?? [], welcome);
  }

  work(
    peer: Peer,
    { message, body }: { message: WorkMessage; body: Body | undefined },
    reply: Reply<{ readonly duplicate?: true }>,
  ): void {
    for (const provider of peer.providers.values()) this.#dispatcher.heard(provider);
    const step = { type: 'work', from: peer.sessionId, message, ...(body === undefined ? {} : { body }) } as const;
    this.#core.ledger.change(message.requestId, step, (decision, record) => {
      if (decision === undefined || record === undefined || record.tenant !== peer.identity.tenant) {
        this.#late(peer, message.requestId, 'not_assigned');
        return reply.refuse(notHeld(message.requestId));
      }
      this.#answeredLate(peer, message, record);
      if (decision.refusal !== undefined) this.#late(peer, message.requestId, decision.refusal.code);
      answer(decision, reply);
    });
  }

  skip(peer: Peer, stamp: { readonly requestId: string; readonly attempt?: number; readonly n?: number }): void {
    const { n } = stamp;
    if (n !== undefined) this.#core.ledger.change(stamp.requestId, { ...stamp, n, type: 'skip', from: peer.sessionId });
  }

  /** Nothing new for this provider; what it holds it finishes. */
  leave(peer: Peer, name: string | undefined): void {
    if (name !== undefined && !peer.providers.has(name)) {
      throw new ConduitError('service_not_found', `this connection does not provide "${name}"`);
    }
    for (const provider of peer.providers.values()) {
      if (name !== undefined && provider.service !== name) continue;
      provider.isDraining = true;
      this.#leavePool(provider);
    }
  }

  /** The connection is gone: out of every pool at once. What began waits for an instance that may come back. */
  disconnected(peer: Peer): void {
    for (const provider of peer.providers.values()) {
      if (!provider.isDraining) this.#lost(provider);
      this.#leavePool(provider);
      const key = this.#keyOf(provider);
      const began = new Map<string, number>();
      for (const [requestId, attempt] of [...provider.held]) {
        this.#core.ledger.change(requestId, { type: 'provider_lost', attempt, hasGrace: key !== undefined });
        if (provider.held.has(requestId)) began.set(requestId, attempt);
      }
      provider.held.clear();
      if (key === undefined) continue;
      if (began.size > 0) this.#instances.leave(key, began, graceMs);
      else this.#instances.remove(key, provider);
    }
  }

  /** A stock worker is back on its session: it serves again what it served. */
  returned(peer: Peer): void {
    for (const provider of peer.providers.values()) {
      const service = this.#core.registry.open(peer.identity.tenant, provider.service);
      if (provider.isDraining || service.pool.providers.includes(provider)) continue;
      service.pool.add(provider);
      this.#dispatcher.pump(service);
      this.#news.changed(service);
    }
  }

  /** After the hub's own start: everybody has to find the way back first. */
  awaitReturn(record: RequestRecord): void {
    const { provider, requestId, attempt } = record;
    if (provider === undefined) return;
    // Whether it had begun may not have been kept: only the cautious answer never runs a thing twice.
    record.live.running = true;
    const { instanceId, subject } = provider;
    this.#core.ledger.change(requestId, { type: 'provider_lost', attempt, hasGrace: instanceId !== undefined });
    if (instanceId === undefined) return;
    const key = keyOf(record.tenant, record.to, { subject: subject ?? '', instanceId });
    this.#instances.leave(key, new Map([[requestId, attempt]]), graceAfterStartMs);
  }

  close(): void {
    this.#instances.close();
  }

  #replaceRival(provider: Provider, message: RegisterService): void {
    if (message.instanceId === undefined) return;
    const { tenant, subject } = provider.peer.identity;
    const key = keyOf(tenant, message.name, { subject, instanceId: message.instanceId });
    const rival = this.#instances.rival(key, provider);
    if (rival === undefined) return;
    this.#leavePool(rival);
    rival.peer.providers.delete(rival.service);
    this.#instances.leave(key, rival.held, graceMs);
    const error = new ConduitError(
      'instance_replaced',
      `a newer connection registered "${message.name}" as instance "${message.instanceId}"`,
    );
    rival.peer.outlet?.send('refused', { event: 'register', error: error.toWire() });
  }

  #leavePool(provider: Provider): void {
    const { registry, clock, ledger } = this.#core;
    const service = registry.open(provider.peer.identity.tenant, provider.service);
    if (!service.pool.providers.includes(provider)) return;
    service.pool.remove(provider);
    service.seenElapsed = clock.elapsed();
    service.leftElapsed = clock.elapsed();
    ledger.rememberService(service.known(clock.elapsed()));
    this.#news.changed(service);
  }

  #late({ identity, sessionId }: Peer, requestId: string, code: string): void {
    if (identity.tenant === hubTenant || (code !== 'not_assigned' && code !== 'already_finished')) return;
    for (const witness of this.#core.witnesses) witness.late({ code, requestId, sessionId });
  }

  #lost({ service, held, peer }: Provider): void {
    for (const witness of this.#core.witnesses) witness.providerLost({ service, sessionId: peer.sessionId, held: held.size });
  }

  #keyOf(provider: Provider): string | undefined {
    const { tenant, subject } = provider.peer.identity;
    const { instanceId, service } = provider;
    return instanceId === undefined ? undefined : keyOf(tenant, service, { subject, instanceId });
  }

  /** The last word on something the hub had ended itself frees the place that it kept. */
  #answeredLate(peer: Peer, message: WorkMessage, record: RequestRecord): void {
    if (message.type !== 'result' && message.type !== 'error' && message.type !== 'reject') return;
    const provider = peer.providers.get(record.to);
    const attempt = provider?.held.get(record.requestId);
    if (provider === undefined || attempt === undefined || (message.attempt ?? attempt) !== attempt) return;
    if (isTerminal(record.state) || record.attempt !== attempt) this.#dispatcher.release(provider, record.requestId);
  }
}

function answer(decision: Decision, reply: Reply<{ readonly duplicate?: true }>): void {
  if (decision.refusal !== undefined) reply.refuse(decision.refusal);
  else reply.ok(decision.isDuplicate === true ? { duplicate: true } : {});
}
