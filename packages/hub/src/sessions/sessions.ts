/** All sessions of this hub: who comes back is who it was, and who stays away is forgotten. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Limits } from '@conduit/sdk/protocol/limits';
import { measure } from '@conduit/sdk/protocol/measure';
import type { Register, Resume } from '@conduit/sdk/protocol/messages';
import { limitsToWire, type WireBody } from '@conduit/sdk/protocol/wire';
import { Budget, type Rates } from '../access/budget.ts';
import type { Credentials, Gate } from '../access/gate.ts';
import type { Identity } from '../access/identity.ts';
import type { Shares } from '../access/shares.ts';
import type { Peer } from '../routing/peer.ts';
import type { Clock, Ids } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';
import type { Connection, Welcome } from '../wire/connection.ts';
import { Channel, type ChannelHost } from './channel.ts';
import type { Answer } from './dispatch.ts';
import { Session } from './session.ts';
import type { SessionTokens } from './tokens.ts';

/** A session is kept this long after its connection went. */
const resumeWindowMs = 15 * 60_000;
/** What a peer may say of itself at the handshake, before anything else is known of it: a token and a `pid`, with room. */
const handshakeLimits = { maxMessageBytes: 16 * 1024, maxDepth: 4, maxValues: 100, maxAttachments: 0 };
/** Sessions kept for somebody who is away; beyond it the one away longest goes. */
const maxAway = 50_000;

interface SessionsParts {
  readonly router: Router;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tokens: SessionTokens;
  readonly limits: Limits;
  readonly rates: Rates;
  readonly log: { error(fields: object, sentence: string): void };
  readonly hubId: string;
  readonly epoch: string;
  /** @throws ConduitError `unauthenticated` */
  readonly authenticate: Gate['authenticate'];
  /** Tells when what proved an identity has ended. */
  readonly hold: Gate['hold'];
  /** What a subject and a tenant may have of the hub. Left out: as much as there is. */
  readonly shares?: Shares;
  /** A message was refused. Left out: nobody counts. */
  readonly onRefusal?: (code: string) => void;
}

export class Sessions implements ChannelHost {
  readonly router: Router;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: SessionsParts['log'];
  readonly onRefusal: (code: string) => void;
  readonly #parts: SessionsParts;
  readonly #sessions = new Map<string, Session>();
  /** In the order in which they left. */
  readonly #away = new Set<Session>();
  #goingAway: WireBody | undefined;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.router = parts.router;
    this.clock = parts.clock;
    this.limits = parts.limits;
    this.log = parts.log;
    this.onRefusal = parts.onRefusal ?? (() => undefined);
  }

  /** Whose connection this is: a stock client that gives its `pid` back is the session it was. */
  accept(connection: Connection): Welcome | Promise<Welcome> {
    measure(connection.auth, handshakeLimits);
    const identity = this.#parts.authenticate(credentialsOf(connection.auth));
    if (!(identity instanceof Promise)) return this.#welcome(connection, identity);
    return identity.then((proved) => this.#welcome(connection, proved));
  }

  register(channel: Channel, message: Register, answer: Answer): void {
    if (this.router.isDraining) throw new ConduitError('hub_draining');
    if (message.resume !== undefined) this.#resume(channel, message.resume);
    const { session, connection, isResumed } = channel;
    const { peer } = session;
    const { tokens, hubId, epoch, clock } = this.#parts;
    const generation = session.nextGeneration(clock.now());
    const welcome: WireBody = {
      session_id: peer.sessionId,
      session_token: tokens.sign('token', { sessionId: peer.sessionId, generation }, peer.identity),
      resumed: isResumed,
      hub_id: hubId,
      epoch,
      protocol: 1,
      limits: limitsToWire(this.limits),
    };
    const greet = (more: WireBody): void => {
      const greeting = { ...welcome, ...more };
      answer.ok(greeting);
      connection.send('registered', { ok: true, ...greeting });
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

  /** Its connection is gone; the session waits for another. */
  left({ session }: Channel): void {
    this.#detach(session);
    if (!session.hasSpoken) return this.#forget(session);
    this.#away.add(session);
    session.expiry = this.clock.after(resumeWindowMs, () => this.#forget(session));
    const [oldest] = this.#away;
    if (this.#away.size > maxAway && oldest !== undefined) this.#forget(oldest);
  }

  /** How many are connected, and how many may come back. */
  get counts(): { readonly connected: number; readonly away: number } {
    return { connected: this.#sessions.size - this.#away.size, away: this.#away.size };
  }

  /** Tells everybody that this hub is about to leave, and whoever still comes. */
  sayGoingAway(reason: string, retryAfterMs: number): void {
    this.#goingAway = { reason, retry_after_ms: retryAfterMs };
    for (const { connection } of this.#sessions.values()) connection?.send('going_away', this.#goingAway);
  }

  close(): void {
    for (const session of this.#sessions.values()) session.expiry?.cancel();
  }

  #welcome(connection: Connection, identity: Identity): Welcome {
    const { tokens, ids, shares } = this.#parts;
    shares?.admit(identity);
    const given = tokens.read('pid', connection.auth['pid'], identity)?.sessionId;
    const returning = given !== undefined && this.#sessions.get(given)?.hasMoved !== true ? given : undefined;
    const sessionId = returning ?? ids.sessionId();
    return {
      pid: tokens.sign('pid', { sessionId, generation: 0 }, identity),
      start: () => this.#start(connection, { sessionId, identity, isReturning: returning !== undefined }),
    };
  }

  #start(connection: Connection, who: { sessionId: string; identity: Identity; isReturning: boolean }): void {
    const { sessionId, identity, isReturning } = who;
    const session = isReturning ? this.#find(sessionId, identity) : this.#open(this.router.connect(sessionId, identity));
    // Nothing more is said or heard: whoever comes back by itself is told at the handshake why.
    const letGo = this.#parts.hold(identity, () => connection.cut());
    const leave = this.#parts.shares?.connected(identity);
    const release = (): void => {
      letGo();
      leave?.();
    };
    const channel = new Channel(connection, session, { host: this, isResumed: isReturning, release });
    connection.listener = channel;
    this.#attach(channel, isReturning ? 'continue' : 'new');
    if (this.#goingAway !== undefined) connection.send('going_away', this.#goingAway);
  }

  #open(peer: Peer): Session {
    const now = this.clock.elapsed();
    const own = new Budget(this.#parts.rates, now);
    const shared = this.#parts.shares?.open(peer.identity, own, now);
    const session = new Session(peer, shared?.meter ?? own, shared?.close ?? (() => undefined));
    this.#sessions.set(peer.sessionId, session);
    return session;
  }

  /** The session of that id: kept here, or of a former life of the hub. */
  #find(sessionId: string, identity: Identity): Session {
    const known = this.#sessions.get(sessionId);
    if (known !== undefined) return known;
    const session = this.#open(this.router.restored(sessionId, identity));
    session.hasSpoken = true;
    return session;
  }

  /**
   * Makes the channel the one of the session that the token names; a token that is worth nothing leaves it as it is, and the
   * answer says so. What came over this connection before stays with the session it had.
   */
  #resume(channel: Channel, resume: Resume): void {
    const former = channel.session;
    const { identity } = former.peer;
    const signed = this.#parts.tokens.read('token', resume.sessionToken, identity);
    if (signed === undefined || signed.sessionId !== resume.sessionId) return;
    if (this.#sessions.get(signed.sessionId)?.takes(signed.generation) === false) return;
    const session = this.#find(signed.sessionId, identity);
    session.use(signed.generation);
    channel.isResumed = true;
    if (session === former) return;
    session.hasMoved = true;
    this.left(channel);
    channel.session = session;
    this.#attach(channel, 'quiet');
  }

  /** The newest connection wins, and the one before is closed. */
  #attach({ session, connection }: Channel, mode: 'new' | 'continue' | 'quiet'): void {
    const former = session.connection;
    if (former !== undefined) {
      this.#detach(session);
      former.close();
    }
    session.expiry?.cancel();
    session.expiry = undefined;
    this.#away.delete(session);
    session.attached(connection);
    this.router.connected(session.peer, connection, mode);
  }

  #detach(session: Session): void {
    session.connection = undefined;
    this.router.disconnected(session.peer);
  }

  #forget(session: Session): void {
    session.expiry?.cancel();
    this.#away.delete(session);
    this.#sessions.delete(session.peer.sessionId);
    session.closed();
    this.router.forget(session.peer);
  }
}

/** What a peer shows of itself at the handshake. */
function credentialsOf({ token }: Readonly<Record<string, unknown>>): Credentials {
  if (token === undefined || token === null) return {};
  if (typeof token === 'string') return { token };
  throw new ConduitError('invalid_message', 'auth.token must be a text', { details: { path: 'token' } });
}
