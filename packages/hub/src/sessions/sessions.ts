/** All sessions of this hub: who comes back is who it was, and who stays away is forgotten. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Limits } from '@conduit/sdk/protocol/limits';
import type { Register, Resume } from '@conduit/sdk/protocol/messages';
import { limitsToWire, type WireBody } from '@conduit/sdk/protocol/wire';
import type { Rates } from '../access/budget.ts';
import type { Identity } from '../access/identity.ts';
import type { Clock, Ids } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';
import type { Connection, Welcome } from '../wire/connection.ts';
import type { Answer } from './dispatch.ts';
import { Session } from './session.ts';
import type { SessionTokens } from './tokens.ts';

/** A session is kept this long after its connection went. */
const resumeWindowMs = 15 * 60_000;
/** Sessions kept for somebody who is away; beyond it the one away longest goes. */
const maxAway = 50_000;

export interface Log {
  error(fields: object, sentence: string): void;
}

/** What a session needs of its host. */
export interface SessionHost {
  readonly router: Router;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly rates: Rates;
  readonly log: Log;
  register(session: Session, message: Register, answer: Answer): void;
  left(session: Session): void;
}

interface SessionsParts {
  readonly router: Router;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tokens: SessionTokens;
  readonly limits: Limits;
  readonly rates: Rates;
  readonly log: Log;
  readonly hubId: string;
  readonly epoch: string;
  readonly authenticate: (auth: Readonly<Record<string, unknown>>) => Identity;
}

export class Sessions implements SessionHost {
  readonly router: Router;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly rates: Rates;
  readonly log: Log;
  readonly #parts: SessionsParts;
  readonly #sessions = new Map<string, Session>();
  /** In the order in which they left. */
  readonly #away = new Set<Session>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.router = parts.router;
    this.clock = parts.clock;
    this.limits = parts.limits;
    this.rates = parts.rates;
    this.log = parts.log;
  }

  /** Whose connection this is: a stock client that gives its `pid` back is the session it was. */
  accept(connection: Connection): Welcome {
    const { authenticate, tokens } = this.#parts;
    const identity = authenticate(connection.auth);
    const returning = this.#find(tokens.read('pid', connection.auth['pid'], identity)?.sessionId, identity);
    const session = returning ?? this.#open(identity);
    session.wasResumed = returning !== undefined;
    // Until the handshake is through it counts as away: one that never is leaves nothing behind.
    if (returning === undefined) this.left(session);
    return {
      pid: tokens.sign('pid', { sessionId: session.peer.sessionId, generation: 0 }, identity),
      start: () => {
        this.#away.delete(session);
        session.attach(connection, returning === undefined ? 'new' : 'continue');
      },
    };
  }

  register(session: Session, message: Register, answer: Answer): void {
    if (this.router.isDraining) throw new ConduitError('hub_draining');
    const speaker = message.resume === undefined ? session : this.#resume(session, message.resume);
    const { peer } = speaker;
    const { tokens, hubId, epoch } = this.#parts;
    speaker.generation += 1;
    const { generation } = speaker;
    const welcome: WireBody = {
      session_id: peer.sessionId,
      session_token: tokens.sign('token', { sessionId: peer.sessionId, generation }, peer.identity),
      resumed: speaker.wasResumed,
      hub_id: hubId,
      epoch,
      protocol: 1,
      limits: limitsToWire(this.limits),
    };
    const greet = (more: WireBody): void => {
      const greeting = { ...welcome, ...more };
      answer.ok(greeting);
      speaker.send('registered', greeting);
    };
    if (message.type === 'client') {
      this.router.registerClient(peer, message);
      return greet({});
    }
    this.router.registerService(peer, message, {
      ok: ({ inFlight }) => {
        greet({
          in_flight: inFlight.map(({ requestId, attempt, lastN }) => ({ request_id: requestId, attempt, last_n: lastN })),
        });
      },
      refuse: (error) => answer.refuse(error),
    });
  }

  left(session: Session): void {
    this.#away.add(session);
    session.expiry = this.clock.after(resumeWindowMs, () => this.#forget(session));
    if (this.#away.size <= maxAway) return;
    const [oldest] = this.#away;
    if (oldest !== undefined) this.#forget(oldest);
  }

  /** Tells everybody that this hub is about to leave. */
  sayGoingAway(reason: string, retryAfterMs: number): void {
    for (const session of this.#sessions.values()) session.send('going_away', { reason, retry_after_ms: retryAfterMs });
  }

  close(): void {
    for (const session of this.#sessions.values()) session.expiry?.cancel();
  }

  #open(identity: Identity, sessionId = this.#parts.ids.sessionId()): Session {
    const session = new Session(this.router.connect(sessionId, identity), this);
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** The session of that id: kept here, or of a former life of the hub. */
  #find(sessionId: string | undefined, identity: Identity): Session | undefined {
    if (sessionId === undefined) return undefined;
    const known = this.#sessions.get(sessionId);
    if (known !== undefined) return known;
    const session = new Session(this.router.restored(sessionId, identity), this);
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** Becomes the session that the token names. What came over this connection before stays with the session it had. */
  #resume(session: Session, resume: Resume): Session {
    const { identity, sessionId } = session.peer;
    const signed = this.#parts.tokens.read('token', resume.sessionToken, identity);
    if (signed === undefined || signed.sessionId !== resume.sessionId) return session;
    const known = this.#sessions.get(signed.sessionId);
    if (known !== undefined && known.generation !== signed.generation) return session;
    if (signed.sessionId === sessionId) {
      session.wasResumed = true;
      return session;
    }
    const former = this.#find(signed.sessionId, identity);
    const { connection } = session;
    if (former === undefined || connection === undefined) return session;
    session.release();
    if (session.peer.openRequests.size === 0) this.#forget(session);
    else this.left(session);
    this.#away.delete(former);
    former.generation = Math.max(former.generation, signed.generation);
    former.wasResumed = true;
    former.attach(connection, 'quiet');
    return former;
  }

  #forget(session: Session): void {
    session.expiry?.cancel();
    this.#away.delete(session);
    this.#sessions.delete(session.peer.sessionId);
    this.router.forget(session.peer);
  }
}
