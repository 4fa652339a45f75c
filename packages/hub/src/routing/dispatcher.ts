/** Brings requests and providers together: who is handed what, whose place is taken, who waits, and who is told to stop. */

import { present } from '@conduit/sdk/protocol/fields';
import { isTerminal } from '@conduit/sdk/protocol/states';
import { assignmentToWire } from '@conduit/sdk/protocol/wire';
import { type Core, providerOf } from './core.ts';
import { hasBegun } from './decide.ts';
import type { Change, Timer } from './ports.ts';
import type { Provider } from './provider.ts';
import { deadlineElapsed, isHeld, type RequestRecord } from './record.ts';
import type { Service } from './service.ts';
import { ackTimeoutMs, cancelGraceMs, lingerMs, toldPositions, turnedDownMs } from './settings.ts';

export class Dispatcher {
  readonly #core: Core;
  readonly #onServiceChange: (service: Service) => void;
  /** Who turned a request down, by session, and until when. */
  readonly #turnedDown = new Map<string, Map<string, number>>();
  /** Places that outlast their requests, until their providers answer. */
  readonly #lingering = new Set<Timer>();
  /** Providers that have no room only because they don't keep up with what was sent; each is looked at again when it has. */
  readonly #clogged = new Set<Provider>();

  constructor(core: Core, onServiceChange: (service: Service) => void) {
    this.#core = core;
    this.#onServiceChange = onServiceChange;
  }

  /** The provider for a request that has just come, its place taken; undefined where it has to wait. */
  place(service: Service, request: { readonly requestId: string; readonly action: string }): Provider | undefined {
    // Those who wait already come first.
    if (service.isPaused || service.isWaitingFor(request.action)) return undefined;
    const provider = service.pool.next(request.action);
    if (provider === undefined) {
      this.#awaitClogged(service);
      return undefined;
    }
    provider.held.set(request.requestId, 1);
    return provider;
  }

  /** Keeps the books of a decided change: places, lines and the timers that go with them. */
  decided(change: Change): void {
    const { record, before, step } = change;
    const service = this.#core.registry.open(record.tenant, record.to);
    const isNewAttempt = isHeld(record) && record.attempt !== before.attempt;
    const hasLeftProvider = isHeld(before) && (!isHeld(record) || isNewAttempt);
    const wasWaiting = before.state === 'queued' && step.type !== 'open';
    const isWaiting = record.state === 'queued';
    if (wasWaiting && !isWaiting) this.#leaveLine(service, record);
    if (hasLeftProvider) this.#leaveProvider(service, change);
    if (isNewAttempt) this.#joinProvider(record);
    if (isWaiting && !wasWaiting) this.#joinLine(service, record);
    if (isTerminal(record.state)) {
      this.#turnedDown.delete(record.requestId);
      this.#core.timers.clearAll(record.requestId);
    }
    if (record.state === 'cancelling' && before.state !== 'cancelling') this.#limitCancelling(record);
    if (hasLeftProvider || isNewAttempt || wasWaiting !== isWaiting) this.#onServiceChange(service);
    if (hasLeftProvider) this.pump(service);
  }

  /** Takes up an open request that a former hub left: its place in the line, its times. */
  restore(record: RequestRecord): void {
    if (record.state === 'queued') this.#joinLine(this.#core.registry.open(record.tenant, record.to), record);
    if (record.firstAssignedElapsed !== undefined) this.#limitWork(record);
    if (record.state === 'cancelling') this.#limitCancelling(record);
  }

  /** Hands over what was assigned and tells providers to stop, once it is committed. */
  committed(change: Change): void {
    const { record, before, step } = change;
    for (const event of change.events) {
      if (event.type !== 'status') continue;
      if (event.state === 'assigned' && event.attempt > before.attempt) this.#handOver(record, event.attempt);
      if (event.state === 'cancelling' && before.state !== 'cancelling')
        this.#tellToStop(change, event.reason ?? '', cancelGraceMs);
    }
    if (!isHeld(before) || isHeld(record)) return;
    if (step.type === 'deadline') this.#tellToStop(change, 'deadline_exceeded', 0);
    if (step.type === 'fail') this.#tellToStop(change, step.error.code, 0);
  }

  /** Serves the lines of a service as far as its providers have room. */
  pump(service: Service): void {
    if (service.isPaused) return;
    for (const [action, line] of service.lines()) {
      for (let at = 0; at < line.length; ) {
        const waiting = line.entries[at] as (typeof line.entries)[number];
        const now = this.#core.clock.elapsed();
        const provider = service.pool.next(action, (other) => (waiting.turnedDown.get(other.peer.sessionId) ?? 0) > now);
        if (provider !== undefined) this.#assign(waiting.requestId, provider);
        // Only who is excluded by its own past lets the next in the line pass.
        else if (waiting.turnedDown.size === 0) break;
        else at += 1;
      }
    }
    if (service.waiting > 0) this.#awaitClogged(service);
  }

  /** A provider spoke, so it is not deaf. */
  heard(provider: Provider): void {
    if (!provider.isSuspect) return;
    provider.isSuspect = false;
    this.#wake(provider);
  }

  /** Gives a place back. */
  release(provider: Provider, requestId: string): void {
    if (provider.held.delete(requestId)) this.#wake(provider);
  }

  /** The provider has acknowledged an attempt, or said something of it. */
  acknowledged(requestId: string, attempt: number): void {
    this.#core.timers.clear(requestId, 'ack');
    this.#core.ledger.change(requestId, { type: 'begin', attempt });
  }

  /** Its place in the line, from 1, among the first hundred. */
  positionOf(record: Pick<RequestRecord, 'requestId' | 'tenant' | 'to' | 'action'>): number | undefined {
    const service = this.#core.registry.find(record.tenant, record.to);
    const line = service?.lines().find(([action]) => action === record.action)?.[1];
    const at = line?.entries.slice(0, toldPositions).findIndex((entry) => entry.requestId === record.requestId) ?? -1;
    return at < 0 ? undefined : at + 1;
  }

  close(): void {
    for (const timer of this.#lingering) timer.cancel();
  }

  #wake(provider: Provider): void {
    const service = this.#core.registry.find(provider.peer.identity.tenant, provider.service);
    if (service === undefined) return;
    this.pump(service);
    this.#onServiceChange(service);
  }

  #assign(requestId: string, provider: Provider): void {
    const { ledger, hubId } = this.#core;
    const taker = provider.taker(hubId);
    // The place is taken before the change, so that nothing in between can take it twice.
    provider.held.set(requestId, Number.NaN);
    ledger.change(requestId, { type: 'assign', taker }, (_decision, record) => {
      if (record === undefined) this.release(provider, requestId);
    });
  }

  #joinLine(service: Service, record: RequestRecord): void {
    const { clock, timers, ledger } = this.#core;
    const { requestId, terms } = record;
    service.enqueue(record, this.#turnedDown.get(requestId) ?? new Map());
    if (record.workBegan) return;
    const ms = record.createdElapsed + terms.startTimeoutMs - clock.elapsed();
    timers.set(requestId, 'start', { ms, run: () => ledger.change(requestId, { type: 'start_timeout' }) });
  }

  #leaveLine(service: Service, record: RequestRecord): void {
    service.dequeue(record);
    this.#core.timers.clear(record.requestId, 'start');
  }

  /** Its place was taken before the change; now it is known for which attempt. */
  #joinProvider(record: RequestRecord): void {
    const { requestId, attempt } = record;
    providerOf(this.#core, record.provider?.sessionId, record.to)?.held.set(requestId, attempt);
    if (attempt === 1) this.#limitWork(record);
  }

  #limitWork(record: RequestRecord): void {
    const { clock, timers, ledger } = this.#core;
    const { requestId } = record;
    const ms = deadlineElapsed(record) - clock.elapsed();
    timers.set(requestId, 'deadline', { ms, run: () => ledger.change(requestId, { type: 'deadline' }) });
  }

  #limitCancelling({ requestId, attempt }: RequestRecord): void {
    const { timers, ledger } = this.#core;
    timers.set(requestId, 'cancel', {
      ms: cancelGraceMs,
      run: () => ledger.change(requestId, { type: 'cancel_over', attempt }),
    });
  }

  #leaveProvider(service: Service, change: Change): void {
    const { record, before, step } = change;
    const { clock, timers } = this.#core;
    const { requestId } = record;
    timers.clear(requestId, 'ack');
    timers.clear(requestId, 'cancel');
    const provider = providerOf(this.#core, before.providerSessionId, record.to);
    if (provider === undefined || provider.held.get(requestId) !== before.attempt) return;
    const isTheHubsDoing = step.type === 'cancel_over' || step.type === 'deadline' || step.type === 'fail';
    if (isTheHubsDoing) return this.#linger(provider, requestId, before.attempt);
    provider.held.delete(requestId);
    if (step.type !== 'work' || record.state !== 'queued') return;
    // It was rejected: not this one again for some time, and then a look whether it is the only one.
    const turnedDown = this.#turnedDown.get(requestId) ?? new Map<string, number>();
    turnedDown.set(provider.peer.sessionId, clock.elapsed() + turnedDownMs);
    this.#turnedDown.set(requestId, turnedDown);
    timers.set(requestId, 'turned_down', { ms: turnedDownMs, run: () => this.pump(service) });
  }

  /** The place stays taken until the provider answers; one that never does is suspect. */
  #linger(provider: Provider, requestId: string, attempt: number): void {
    const timer = this.#core.clock.after(lingerMs, () => {
      this.#lingering.delete(timer);
      if (provider.held.get(requestId) !== attempt) return;
      provider.isSuspect = true;
      this.release(provider, requestId);
    });
    this.#lingering.add(timer);
  }

  #awaitClogged(service: Service): void {
    for (const provider of service.pool.providers) {
      if (!provider.isClogged || this.#clogged.has(provider)) continue;
      this.#clogged.add(provider);
      provider.peer.outlet?.onDrain(() => {
        this.#clogged.delete(provider);
        this.#wake(provider);
      });
    }
  }

  #handOver(record: RequestRecord, attempt: number): void {
    const { ledger, clock, timers } = this.#core;
    const { requestId } = record;
    ledger.payload(requestId, (payload) => {
      const provider = providerOf(this.#core, record.provider?.sessionId, record.to);
      const outlet = provider?.peer.outlet;
      // It may have ended, or its provider may have left, since it was decided.
      if (provider === undefined || outlet === undefined || record.attempt !== attempt || !isHeld(record)) return;
      const deadlineAt = clock.now() + deadlineElapsed(record) - clock.elapsed();
      const { to: service, action, requester, parent, tags, trace } = record;
      const said = present({ parent, tags, trace });
      const body = assignmentToWire({
        requestId,
        service,
        action,
        payload: payload?.value,
        attempt,
        deadlineAt,
        requester,
        ...said,
      });
      provider.served += 1;
      if (!provider.acks) return outlet.send('request', body);
      timers.set(requestId, 'ack', { ms: ackTimeoutMs, run: () => this.#deaf(provider, { requestId, attempt }) });
      outlet.sendForAck('request', body, () => {
        provider.peer.lastSeenAt = clock.now();
        this.heard(provider);
        this.acknowledged(requestId, attempt);
      });
    });
  }

  #deaf(provider: Provider, { requestId, attempt }: { requestId: string; attempt: number }): void {
    const { ledger } = this.#core;
    ledger.read(requestId, (record) => {
      if (record === undefined || record.attempt !== attempt || record.state !== 'assigned' || hasBegun(record)) return;
      provider.isSuspect = true;
      ledger.change(requestId, { type: 'provider_deaf', attempt });
    });
  }

  #tellToStop({ before, record }: Change, reason: string, graceMs: number): void {
    const outlet = this.#core.peers.get(before.providerSessionId ?? '')?.outlet;
    outlet?.send('cancel', { request_id: record.requestId, attempt: before.attempt, reason, grace_ms: graceMs });
  }
}
