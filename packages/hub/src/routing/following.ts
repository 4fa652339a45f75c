/** What whoever sees a request does with it: follow it, look at it, read its log. What somebody may not see does not exist. */

import type { RequestObject } from '@conduit/sdk/protocol/events';
import type { Get, Unwatch, Watch } from '@conduit/sdk/protocol/messages';
import { isTerminal } from '@conduit/sdk/protocol/states';
import type { WireMessage } from '@conduit/sdk/protocol/wire';
import type { Body } from './body.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import type { Reply } from './ports.ts';
import { maySee, notFound } from './sight.ts';
import { readObject } from './snapshot.ts';
import type { Watchers } from './watchers.ts';
import { WireEvents } from './wire-events.ts';

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

export type Watched =
  | { readonly mode: 'replay' }
  | {
      readonly mode: 'snapshot';
      readonly seq: number;
      readonly request: RequestObject<Body>;
      readonly gap?: true;
      readonly reset?: true;
    };

export class Following {
  readonly #core: Core;
  readonly #watchers: Watchers;

  constructor(core: Core, watchers: Watchers) {
    this.#core = core;
    this.#watchers = watchers;
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
}
