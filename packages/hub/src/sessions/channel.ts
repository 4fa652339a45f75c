/** One connection's messages, in their order: measured, parsed, turned into one call each, and answered once each. */

import { ConduitError, toConduitError } from '@conduit/sdk/protocol/errors';
import type { Limits } from '@conduit/sdk/protocol/limits';
import { measure } from '@conduit/sdk/protocol/measure';
import type { Register } from '@conduit/sdk/protocol/messages';
import { isWorkType, readStamp } from '@conduit/sdk/protocol/parse-work';
import type { Clock } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';
import type { Acknowledge, Connection, ConnectionListener } from '../wire/connection.ts';
import { type Answer, handlers } from './dispatch.ts';
import type { Session } from './session.ts';

/** Whoever leaves this much of its answers and events untaken is asked for nothing more. */
const maxUntakenBytes = 1024 * 1024;
/** A provider has large requests waiting for it in good order, and its results should not wait for them. */
const maxUntakenByProviderBytes = 16 * 1024 * 1024;
/** Answers that may be as large as a message, on their way at once. */
const maxReads = 32;
/** Messages held in wait; a peer that can't be paused and goes on has gone too far. */
const maxHeld = 20_000;
/** An odd name is shown, but not at any length. */
const shownNameLength = 64;

const reads: ReadonlySet<unknown> = new Set(['get', 'watch', 'services']);

interface Message {
  readonly name: unknown;
  readonly args: readonly unknown[];
  readonly acknowledge: Acknowledge | undefined;
}

/** What a channel needs of the sessions. */
export interface ChannelHost {
  readonly router: Router;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: { error(fields: object, sentence: string): void };
  onRefusal(code: string): void;
  register(channel: Channel, message: Register, answer: Answer): void;
  left(channel: Channel): void;
}

interface ChannelParts {
  readonly host: ChannelHost;
  readonly isResumed: boolean;
  /** Runs when the connection is closed. */
  readonly release: () => void;
}

export class Channel implements ConnectionListener {
  readonly connection: Connection;
  /** Whose it is; `register` with a token makes it another's. */
  session: Session;
  /** Its session is one that was there before. */
  isResumed: boolean;
  readonly #host: ChannelHost;
  readonly #release: () => void;
  #held: Message[] = [];
  #isWaiting = false;
  #reads = 0;

  constructor(connection: Connection, session: Session, parts: ChannelParts) {
    this.connection = connection;
    this.session = session;
    this.isResumed = parts.isResumed;
    this.#host = parts.host;
    this.#release = parts.release;
  }

  /** False once a newer connection has its session, or it is closed. */
  get isCurrent(): boolean {
    return this.session.connection === this.connection;
  }

  message(name: unknown, args: readonly unknown[], acknowledge: Acknowledge | undefined): void {
    if (!this.isCurrent) return;
    this.#seen();
    const message = { name, args, acknowledge };
    if (this.#held.length === 0 && this.#mayTake(message)) return this.#take(message);
    if (this.#held.length >= maxHeld) return this.connection.close();
    this.#held.push(message);
    this.connection.pause();
    this.#wait();
  }

  heartbeatSent(): void {
    if (!this.isCurrent) return;
    this.session.heartbeatSent();
    this.#host.router.heartbeatSent(this.session.peer);
  }

  heartbeatAnswered(): void {
    if (!this.isCurrent) return;
    this.#seen();
    this.session.heartbeatAnswered();
    this.#host.router.heartbeatAnswered(this.session.peer);
  }

  closed(): void {
    this.#held = [];
    this.#release();
    if (this.isCurrent) this.#host.left(this);
  }

  /** Of each message: the time is read, and a number stored. */
  #seen(): void {
    this.session.peer.lastSeenAt = this.#host.clock.now();
  }

  #mayTake({ name }: Message): boolean {
    if (this.connection.unsentBytes > untakenBound(name) || this.#reads >= maxReads) return false;
    // A chunk that was refused would be missing for good: what a provider says too fast is heard later instead.
    return !isWork(name) || this.session.budget.shortage(this.#host.clock.elapsed()) === undefined;
  }

  /** Goes on when what stands against the first of the held is gone. */
  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const goOn = (): void => {
      this.#isWaiting = false;
      this.#goOn();
    };
    if (this.connection.unsentBytes > untakenBound(this.#held[0]?.name)) return this.connection.onDrain(goOn);
    const shortage = this.session.budget.shortage(this.#host.clock.elapsed());
    if (this.#reads < maxReads) this.#host.clock.after(shortage?.retryAfterMs ?? 0, goOn);
    else this.#isWaiting = false; // The next read that is answered goes on.
  }

  #goOn(): void {
    if (!this.isCurrent) {
      this.#held = [];
      return;
    }
    let taken = 0;
    for (const message of this.#held) {
      if (!this.isCurrent || !this.#mayTake(message)) break;
      taken += 1;
      this.#take(message);
    }
    this.#held.splice(0, taken);
    if (this.#held.length > 0) this.#wait();
    else this.connection.resume();
  }

  #take({ name, args, acknowledge }: Message): void {
    const [body] = args;
    const answer = this.#answerTo(name, body, acknowledge);
    try {
      this.#handle(name, args, reads.has(name) ? this.#counted(answer) : answer);
    } catch (thrown) {
      const error = toConduitError(thrown);
      if (error.code === 'internal') this.#logError(thrown, name, body);
      this.#useUpNumber(name, body);
      answer.refuse(error);
    }
  }

  #logError(thrown: unknown, name: unknown, body: unknown): void {
    const stamp = readStamp(body);
    const request = stamp === undefined ? {} : { request_id: stamp.requestId, attempt: stamp.attempt };
    const fields = { err: thrown, event: shown(name), session_id: this.session.peer.sessionId, ...request };
    this.#host.log.error(fields, 'a message could not be handled');
  }

  #handle(name: unknown, args: readonly unknown[], answer: Answer): void {
    const { limits, router, clock } = this.#host;
    const { budget, peer } = this.session;
    const shortage = budget.shortage(clock.elapsed());
    if (shortage !== undefined) {
      const { limit, max, retryAfterMs } = shortage;
      const details = { limit, max, retry_after_ms: retryAfterMs };
      throw new ConduitError('rate_limited', `too much is said; wait ${retryAfterMs} ms`, { details });
    }
    // Before anything else touches it: how deep and how heavy it is, without recursion. What is refused for that costs as the largest.
    let cost = limits.maxMessageBytes;
    try {
      const measured = measure(args.length === 1 ? args[0] : args, limits);
      cost = measured.bytes;
      if (typeof name !== 'string' || !Object.hasOwn(handlers, name)) {
        throw new ConduitError('invalid_message', `there is no event "${shown(name)}"`, { details: { path: '' } });
      }
      if (args.length !== 1) {
        throw new ConduitError('invalid_message', `"${name}" carries exactly one object, not ${args.length} arguments`, {
          details: { path: '' },
        });
      }
      const register = (message: Register, reply: Answer): void => this.#host.register(this, message, reply);
      handlers[name]?.({ router, peer, register }, { body: args[0], measured }, answer);
      this.session.hasSpoken = true;
    } finally {
      budget.spend(cost);
    }
  }

  /** A provider counts its messages: one that was refused here has arrived all the same. */
  #useUpNumber(name: unknown, body: unknown): void {
    if (!isWork(name)) return;
    const stamp = readStamp(body);
    if (stamp !== undefined) this.#host.router.skip(this.session.peer, stamp);
  }

  #answerTo(name: unknown, body: unknown, acknowledge: Acknowledge | undefined): Answer {
    if (acknowledge !== undefined) {
      return {
        ok: (fields) => acknowledge({ ok: true, ...fields }),
        refuse: (error) => {
          this.#host.onRefusal(error.code);
          acknowledge({ ok: false, error: error.toWire() });
        },
      };
    }
    return {
      ok: () => undefined,
      refuse: (error) => {
        this.#host.onRefusal(error.code);
        const requestId = readStamp(body)?.requestId;
        this.connection.send('refused', {
          event: shown(name),
          ...(requestId === undefined ? {} : { request_id: requestId }),
          error: error.toWire(),
        });
      },
    };
  }

  /** Large answers are counted until they are there, so that a handful of small questions can't fill the memory. */
  #counted(answer: Answer): Answer {
    this.#reads += 1;
    let isOpen = true;
    const settle = (): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#reads -= 1;
      if (this.#held.length > 0) this.#wait();
    };
    return {
      ok: (fields) => {
        answer.ok(fields);
        settle();
      },
      refuse: (error) => {
        answer.refuse(error);
        settle();
      },
    };
  }
}

function isWork(name: unknown): boolean {
  return typeof name === 'string' && isWorkType(name);
}

function untakenBound(name: unknown): number {
  return isWork(name) ? maxUntakenByProviderBytes : maxUntakenBytes;
}

function shown(name: unknown): string {
  const text = String(name);
  return text.length > shownNameLength ? `${text.slice(0, shownNameLength)}…` : text;
}
