/** What requesters do: send, cancel, send again. What somebody may not see does not exist. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Party } from '@conduit/sdk/protocol/events';
import { present } from '@conduit/sdk/protocol/fields';
import { defaultStartTimeoutMs, maxParentDepth } from '@conduit/sdk/protocol/limits';
import type { Cancel } from '@conduit/sdk/protocol/messages';
import type { RequestState } from '@conduit/sdk/protocol/states';
import { demand } from '../access/identity.ts';
import { Admission, type Submission } from './admission.ts';
import type { Body } from './body.ts';
import type { Core } from './core.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './ports.ts';
import { isHeld } from './record.ts';
import type { Service } from './service.ts';
import { mayActOn, notFound } from './sight.ts';
import type { Watchers } from './watchers.ts';

/** Asks for the same again. */
export interface Retry {
  readonly requestId: string;
  /** Left out: as before. */
  readonly payload?: Body;
  /** What the new one is to be called. */
  readonly newRequestId?: string;
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

interface RequestingParts {
  readonly core: Core;
  readonly dispatcher: Dispatcher;
  readonly watchers: Watchers;
}

export class Requesting {
  readonly #core: Core;
  readonly #dispatcher: Dispatcher;
  readonly #watchers: Watchers;
  readonly #admission: Admission;

  constructor({ core, dispatcher, watchers }: RequestingParts) {
    this.#core = core;
    this.#dispatcher = dispatcher;
    this.#watchers = watchers;
    this.#admission = new Admission(core);
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
      service = this.#admission.admit(submission);
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
      terms: this.#admission.terms(service, submission),
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
}

function isSame(one: Body, other: Body): boolean {
  const [a, b] = [one.encode(), other.encode()];
  if (a.text !== b.text || a.attachments.length !== b.attachments.length) return false;
  return a.attachments.every((bytes, at) => isSameBytes(bytes, b.attachments[at] as Uint8Array));
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
