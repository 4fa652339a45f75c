/** One peer over all its connections: what it says becomes one call each, and every message is answered once. */

import { ConduitError, toConduitError } from '@conduit/sdk/protocol/errors';
import { measure } from '@conduit/sdk/protocol/measure';
import type { Register } from '@conduit/sdk/protocol/messages';
import { isWorkType, readStamp } from '@conduit/sdk/protocol/parse-work';
import type { WireBody } from '@conduit/sdk/protocol/wire';
import { Budget } from '../access/budget.ts';
import type { Peer } from '../routing/peer.ts';
import type { Timer } from '../routing/ports.ts';
import type { Acknowledge, Connection, ConnectionListener } from '../wire/connection.ts';
import { type Answer, handlers } from './dispatch.ts';
import type { SessionHost } from './sessions.ts';

/** An odd name is shown, but not at any length. */
const shownNameLength = 64;

export class Session implements ConnectionListener {
  readonly peer: Peer;
  readonly #host: SessionHost;
  #connection: Connection | undefined;
  #budget: Budget;
  /** Counts its tokens: the latest is the only one that is taken. */
  generation = 0;
  wasResumed = false;
  /** Ends it when nobody came back. */
  expiry: Timer | undefined;

  constructor(peer: Peer, host: SessionHost) {
    this.peer = peer;
    this.#host = host;
    this.#budget = new Budget(host.rates, host.clock.elapsed());
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Speaks over this connection from now on; the newest wins, and the one before is closed. */
  attach(connection: Connection, mode: 'new' | 'continue' | 'quiet'): void {
    const former = this.#connection;
    if (former !== undefined) {
      this.#detach();
      former.close();
    }
    this.expiry?.cancel();
    this.expiry = undefined;
    this.#connection = connection;
    connection.listener = this;
    this.#host.router.connected(this.peer, connection, mode);
  }

  /** Lets the connection go to another session. */
  release(): void {
    if (this.#connection !== undefined) this.#detach();
  }

  send(name: string, body: WireBody): void {
    this.#connection?.send(name, body);
  }

  message(name: unknown, args: readonly unknown[], acknowledge: Acknowledge | undefined): void {
    const [body] = args;
    const answer = this.#answerTo(name, body, acknowledge);
    try {
      this.#handle(name, args, answer);
    } catch (thrown) {
      const error = toConduitError(thrown);
      if (error.code === 'internal') this.#host.log.error({ err: thrown, event: shown(name) }, 'a message could not be handled');
      this.#useUpNumber(name, body);
      answer.refuse(error);
    }
  }

  heartbeatSent(): void {
    this.#host.router.heartbeatSent(this.peer);
  }

  heartbeatAnswered(): void {
    this.#host.router.heartbeatAnswered(this.peer);
  }

  closed(): void {
    this.#detach();
    this.#host.left(this);
  }

  #handle(name: unknown, args: readonly unknown[], answer: Answer): void {
    const { limits, router, clock } = this.#host;
    // Before anything else: how deep and how heavy it is, without recursion.
    const measured = measure(args.length === 1 ? args[0] : args, limits);
    const retryAfterMs = this.#budget.take(measured.bytes, clock.elapsed());
    if (retryAfterMs > 0) {
      throw new ConduitError('rate_limited', `this connection says too much; wait ${retryAfterMs} ms`, {
        details: { retry_after_ms: retryAfterMs },
      });
    }
    if (typeof name !== 'string' || !Object.hasOwn(handlers, name)) {
      throw new ConduitError('invalid_message', `there is no event "${shown(name)}"`, { details: { path: '' } });
    }
    if (args.length !== 1) {
      throw new ConduitError('invalid_message', `"${name}" carries exactly one object, not ${args.length}`, {
        details: { path: '' },
      });
    }
    const register = (message: Register, reply: Answer): void => this.#host.register(this, message, reply);
    handlers[name]?.({ router, peer: this.peer, register }, { body: args[0], measured }, answer);
  }

  /** A provider counts its messages: one that was refused here has arrived all the same. */
  #useUpNumber(name: unknown, body: unknown): void {
    if (typeof name !== 'string' || !isWorkType(name)) return;
    const stamp = readStamp(body);
    if (stamp !== undefined) this.#host.router.skip(this.peer, stamp);
  }

  #answerTo(name: unknown, body: unknown, acknowledge: Acknowledge | undefined): Answer {
    if (acknowledge !== undefined) {
      return {
        ok: (fields) => acknowledge({ ok: true, ...fields }),
        refuse: (error) => acknowledge({ ok: false, error: error.toWire() }),
      };
    }
    return {
      ok: () => undefined,
      refuse: (error) => {
        const requestId = readStamp(body)?.requestId;
        this.send('refused', {
          event: shown(name),
          ...(requestId === undefined ? {} : { request_id: requestId }),
          error: error.toWire(),
        });
      },
    };
  }

  #detach(): void {
    if (this.#connection === undefined) return;
    this.#connection.listener = undefined;
    this.#connection = undefined;
    this.#host.router.disconnected(this.peer);
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }
}

function shown(name: unknown): string {
  const text = String(name);
  return text.length > shownNameLength ? `${text.slice(0, shownNameLength)}…` : text;
}
