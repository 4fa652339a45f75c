/** What requesters do: send, cancel, follow and look. What somebody may not see does not exist. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Party, RequestObject } from '@conduit/sdk/protocol/events';
import { present } from '@conduit/sdk/protocol/fields';
import { defaultMaxAttempts, defaultStartTimeoutMs, defaultTimeoutMs, maxParentDepth } from '@conduit/sdk/protocol/limits';
import type { Cancel, Get, RequestMessage, Unwatch, Watch } from '@conduit/sdk/protocol/messages';
import { isTerminal, type RequestState } from '@conduit/sdk/protocol/states';
import type { WireMessage } from '@conduit/sdk/protocol/wire';
import { demand } from '../access/identity.ts';
import type { Body } from './body.ts';
import type { Core } from './core.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './ports.ts';
import { deadlineElapsed, isHeld, type RequestRecord, type Terms } from './record.ts';
import type { Service } from './service.ts';
import { mayActOn, maySee, notFound } from './sight.ts';
import { readObject } from './snapshot.ts';
import type { Watchers } from './watchers.ts';
import { WireEvents } from './wire-events.ts';

/** Asks for the same again. */
export interface Retry {
  readonly requestId: string;
  /** Left out: as before. */
  readonly payload?: Body;
  /** What the new one is to be called. */
  readonly newRequestId?: string;
}

export interface EventsWanted {
  readonly requestId: string;
  readonly afterSeq: number;
  readonly limit: number;
}

/** A page of a request's log. */
export interface EventsFound {
  readonly events: readonly WireMessage[];
  readonly hasMore: boolean;
  /** Events before these are no longer kept. */
  readonly gap?: true;
}

/** The answer to `request`: it stands for event 1. */
export interface Accepted {
  readonly requestId: string;
  readonly state: RequestState;
  readonly seq: 1;
  readonly reason?: string;
  readonly position?: number;
  readonly provider?: Party;
}

export type Watched =
  | { readonly mode: 'replay' }
  | {
      readonly mode: 'snapshot';
      readonly seq: number;
      readonly request: RequestObject<Body>;
      readonly gap?: true;
      readonly reset?: true;
    };

interface RequestingParts {
  readonly core: Core;
  readonly dispatcher: Dispatcher;
  readonly watchers: Watchers;
}

interface Submission {
  readonly peer: Peer;
  readonly message: RequestMessage;
  readonly payload: Body;
  readonly retryOf?: string;
  readonly parent?: RequestRecord;
}

export class Requesting {
  readonly #core: Core;
  readonly #dispatcher: Dispatcher;
  readonly #watchers: Watchers;

  constructor({ core, dispatcher, watchers }: RequestingParts) {
    this.#core = core;
    this.#dispatcher = dispatcher;
    this.#watchers = watchers;
  }

  request(submission: Submission, reply: Reply<Accepted>): void {
    const { message, peer } = submission;
    try {
      demand(peer.identity, 'request', message.to);
    } catch (error) {
      return reply.refuse(error as ConduitError);
    }
    if (message.requestId !== undefined) return this.#requestOnce({ ...submission, requestId: message.requestId }, reply);
    this.#withParent({ ...submission, requestId: this.#core.ids.requestId() }, reply);
  }

  cancel(peer: Peer, { requestId, reason }: Cancel, reply: Reply<'cancelled' | 'requested' | 'already_finished'>): void {
    const { ledger, hubId } = this.#core;
    ledger.read(requestId, (record) => {
      if (record === undefined || !mayActOn(peer.identity, record)) return reply.refuse(notFound(requestId));
      const step = { type: 'cancel', reason: reason ?? '', by: peer.party(hubId) } as const;
      ledger.change(requestId, step, (decision, after) => {
        if (decision === undefined || after === undefined) return reply.refuse(notFound(requestId));
        if (decision.refusal !== undefined) return reply.ok('already_finished');
        reply.ok(decision.events.some((event) => event.type === 'error') ? 'cancelled' : 'requested');
      });
    });
  }

  watch(peer: Peer, message: Watch, reply: Reply<Watched>): void {
    const { requestId, afterSeq, epoch } = message;
    const { ledger } = this.#core;
    ledger.read(requestId, (record) => {
      if (record === undefined || !maySee(peer.identity, record)) return reply.refuse(notFound(requestId));
      const isReset = (epoch !== undefined && epoch !== ledger.epoch) || (afterSeq ?? 0) > record.seq;
      const hasGap = !isReset && afterSeq !== undefined && afterSeq + 1 < record.firstSeq;
      if (afterSeq !== undefined && !isReset && !hasGap) {
        reply.ok({ mode: 'replay' });
        return this.#watchers.catchUp(this.#watchers.add(peer, requestId, afterSeq));
      }
      const { seq } = record;
      readObject(this.#core, record, {}, (request) => {
        reply.ok({ mode: 'snapshot', seq, request, ...(isReset ? { reset: true } : {}), ...(hasGap ? { gap: true } : {}) });
        const cursor = this.#watchers.add(peer, requestId, seq);
        // The snapshot holds what is live; of an ended request nothing follows.
        if (isTerminal(record.state)) this.#watchers.remove(peer, requestId);
        else this.#watchers.catchUp(cursor);
      });
    });
  }

  unwatch(peer: Peer, { requestId }: Unwatch, reply: Reply<Record<never, never>>): void {
    this.#core.ledger.read(requestId, (record) => {
      if (record === undefined || !maySee(peer.identity, record)) return reply.refuse(notFound(requestId));
      this.#watchers.remove(peer, requestId);
      reply.ok({});
    });
  }

  get(peer: Peer, { requestId, include }: Get, reply: Reply<RequestObject<Body>>): void {
    this.#core.ledger.read(requestId, (record) => {
      if (record === undefined || !maySee(peer.identity, record)) return reply.refuse(notFound(requestId));
      readObject(this.#core, record, { include: include ?? [] }, (request) => reply.ok(request));
    });
  }

  /** A new request like one that is there, and that names it. What it is allowed is what the former one was. */
  retry(peer: Peer, { requestId, payload, newRequestId }: Retry, reply: Reply<Accepted>): void {
    const { ledger } = this.#core;
    ledger.read(requestId, (record) => {
      if (record === undefined || !mayActOn(peer.identity, record)) return reply.refuse(notFound(requestId));
      const { to, action, tags, trace, terms } = record;
      const { timeoutMs, startTimeoutMs, maxAttempts, priority, onRequesterGone } = terms;
      const message = {
        ...{ to, action, timeoutMs, maxAttempts, priority, onRequesterGone },
        // Said outright it would wait for a service that nobody knows any more.
        ...(startTimeoutMs === defaultStartTimeoutMs ? {} : { startTimeoutMs }),
        ...present({ requestId: newRequestId, tags, trace }),
      };
      const submit = (body: Body | undefined): void => {
        if (body === undefined) return reply.refuse(notFound(requestId));
        this.request({ peer, message, payload: body, retryOf: requestId }, reply);
      };
      if (payload === undefined) ledger.payload(requestId, submit);
      else submit(payload);
    });
  }

  /** Events that are kept, for whoever may follow the request. */
  events(peer: Peer, { requestId, afterSeq, limit }: EventsWanted, reply: Reply<EventsFound>): void {
    const { ledger, limits } = this.#core;
    ledger.read(requestId, (record) => {
      if (record === undefined || !maySee(peer.identity, record)) return reply.refuse(notFound(requestId));
      const gap = afterSeq + 1 < record.firstSeq ? { gap: true as const } : {};
      ledger.events(requestId, afterSeq, limits.maxMessageBytes, ({ events, hasMore }) => {
        const wire = new WireEvents(requestId, events.slice(0, limit));
        const found = events.slice(0, limit).map((_event, at) => wire.at(at));
        reply.ok({ events: found, hasMore: hasMore || events.length > limit, ...gap });
      });
    });
  }

  /** The id is the key: the same request again is answered with the one that exists. */
  #requestOnce(submission: Submission & { requestId: string }, reply: Reply<Accepted>): void {
    const { requestId, peer, message, payload } = submission;
    const { ledger } = this.#core;
    ledger.read(requestId, (record) => {
      if (record === undefined) return this.#withParent(submission, reply);
      const duplicate = new ConduitError('duplicate_request', `another request has the id ${requestId}; choose a new one`);
      const { tenant, subject } = peer.identity;
      if (record.tenant !== tenant || record.subject !== subject) return reply.refuse(duplicate);
      if (record.to !== message.to || record.action !== message.action) return reply.refuse(duplicate);
      ledger.payload(requestId, (before) => {
        if (before === undefined || !isSame(before, payload)) return reply.refuse(duplicate);
        reply.ok(this.#accepted(record, { ...(record.reason === undefined ? {} : { reason: record.reason }) }));
      });
    });
  }

  #withParent(submission: Submission & { requestId: string }, reply: Reply<Accepted>): void {
    const { parent } = submission.message;
    if (parent === undefined) return this.#open(submission, reply);
    this.#core.ledger.read(parent.requestId, (record) => {
      const isOurs = record !== undefined && isHeld(record) && record.provider?.sessionId === submission.peer.sessionId;
      if (!isOurs)
        return reply.refuse(new ConduitError('not_assigned', `this connection does not hold the parent ${parent.requestId}`));
      if (record.depth + 1 > maxParentDepth) {
        const details = { limit: 'max_parent_depth', max: maxParentDepth };
        return reply.refuse(new ConduitError('invalid_message', `requests nest at most ${maxParentDepth} deep`, { details }));
      }
      this.#open({ ...submission, parent: record }, reply);
    });
  }

  #open(submission: Submission & { requestId: string }, reply: Reply<Accepted>): void {
    let service: Service;
    try {
      service = this.#admit(submission);
    } catch (error) {
      return reply.refuse(error as ConduitError);
    }
    const { peer, message, payload, parent, requestId, retryOf } = submission;
    const { clock, ledger, hubId } = this.#core;
    const provider = this.#dispatcher.place(service, { requestId, action: message.action });
    const origin = {
      requestId,
      tenant: peer.identity.tenant,
      subject: peer.identity.subject,
      requester: peer.party(hubId),
      to: message.to,
      action: message.action,
      terms: this.#terms(service, submission),
      depth: parent === undefined ? 0 : parent.depth + 1,
      createdAt: clock.now(),
      createdElapsed: clock.elapsed(),
      payloadBytes: payload.bytes,
      ...(retryOf === undefined ? {} : { retryOf }),
      ...(message.parent === undefined ? {} : { parent: message.parent }),
      ...(message.tags === undefined ? {} : { tags: message.tags }),
      ...(message.trace === undefined ? {} : { trace: message.trace }),
    };
    const reason = service.whyWaiting(message.action);
    const first =
      provider === undefined ? { type: 'open' as const, reason } : { type: 'open' as const, taker: provider.taker(hubId) };
    peer.openRequests.add(requestId);
    this.#watchers.add(peer, requestId, 1);
    ledger.create(origin, payload, first, (decision) => {
      const [event] = decision.events;
      if (event?.type !== 'status') {
        if (provider !== undefined) this.#dispatcher.release(provider, requestId);
        peer.openRequests.delete(requestId);
        this.#watchers.remove(peer, requestId);
        return reply.refuse(decision.refusal ?? new ConduitError('internal'));
      }
      const position = provider === undefined ? this.#dispatcher.positionOf(origin) : undefined;
      reply.ok(this.#accepted({ requestId, state: event.state }, { ...event, ...(position === undefined ? {} : { position }) }));
    });
  }

  #accepted(
    { requestId, state }: { requestId: string; state: RequestState },
    more: { reason?: string; provider?: Party; position?: number },
  ): Accepted {
    const { reason, provider, position } = more;
    return {
      requestId,
      state,
      seq: 1,
      ...(reason === undefined ? {} : { reason }),
      ...(position === undefined ? {} : { position }),
      ...(provider === undefined ? {} : { provider }),
    };
  }

  /** The service the request goes to, or the refusal that says why not. */
  #admit({ peer, message, payload }: Submission): Service {
    const { registry, clock, ledger, limits, schemas } = this.#core;
    if (!ledger.isWritable) throw new ConduitError('store_unavailable');
    if (peer.openRequests.size >= limits.maxOpenRequests) {
      const details = { limit: 'max_open_requests', max: limits.maxOpenRequests, retry_after_ms: 1_000 };
      throw new ConduitError('rate_limited', `this session has ${limits.maxOpenRequests} open requests; wait for some to end`, {
        details,
      });
    }
    this.#core.census.admit(peer.identity);
    const { tenant } = peer.identity;
    const known = registry.findKnown(tenant, message.to, clock.elapsed());
    if (known === undefined && message.startTimeoutMs === undefined) {
      throw new ConduitError(
        'service_not_found',
        `no provider of "${message.to}" in the last 7 days; start one, or give start_timeout_ms to wait for it`,
      );
    }
    const service = known ?? registry.open(tenant, message.to);
    if (known?.offers(message.action) === false) {
      throw new ConduitError('action_not_found', `"${message.to}" does not offer "${message.action}"`);
    }
    const input = service.action(message.action)?.input;
    const issues = input === undefined ? [] : schemas.check(input, payload.value, payload.bytes);
    if (issues.length > 0) {
      const [{ path, message: why }] = issues as [(typeof issues)[number]];
      const where = path.length === 0 ? 'the payload' : `payload.${path.join('.')}`;
      throw new ConduitError('invalid_payload', `${where} ${why}, as "${message.to}" asks for it`, { details: { issues } });
    }
    if (service.waiting >= limits.maxWaiting) {
      const details = { limit: 'max_waiting', max: limits.maxWaiting };
      throw new ConduitError('queue_full', `${service.waiting} requests wait for "${message.to}" already; try again later`, {
        details,
      });
    }
    return service;
  }

  #terms(service: Service, { message, parent }: Submission): Terms {
    const action = service.action(message.action);
    const timeoutMs = message.timeoutMs ?? action?.timeoutMs ?? defaultTimeoutMs;
    // A child has no more time than what its parent has left.
    const remainingMs = parent === undefined ? timeoutMs : Math.max(1, deadlineElapsed(parent) - this.#core.clock.elapsed());
    return {
      idempotent: action?.idempotent ?? true,
      timeoutMs: Math.min(timeoutMs, remainingMs),
      startTimeoutMs: Math.min(
        message.startTimeoutMs ?? defaultStartTimeoutMs,
        remainingMs === timeoutMs ? Number.POSITIVE_INFINITY : remainingMs,
      ),
      maxAttempts: message.maxAttempts ?? defaultMaxAttempts,
      maxTasks: this.#core.limits.maxTasks,
      priority: message.priority ?? 0,
      onRequesterGone: message.onRequesterGone ?? 'continue',
      plannedTasks: action?.tasks ?? [],
    };
  }
}

function isSame(one: Body, other: Body): boolean {
  const [a, b] = [one.encode(), other.encode()];
  if (a.text !== b.text || a.attachments.length !== b.attachments.length) return false;
  return a.attachments.every((bytes, at) => isSameBytes(bytes, b.attachments[at] as Uint8Array));
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
