/**
 * Asks the hub for something, every few seconds, as a client would: through the router, a commit, a provider and back. A hub is ready
 * while that works. Both ends are in the hub's own tenant, which nobody sees, and the store keeps nothing of it.
 */

import { hubTenant, type Identity } from '../access/identity.ts';
import { Body } from './body.ts';
import type { Peer } from './peer.ts';
import type { Clock, Outlet, Timer } from './ports.ts';
import type { Router } from './router.ts';

const pauseMs = 5_000;
/** On an idle hub it takes about a millisecond; one that takes this long serves nobody well. */
const limitMs = 2_000;
/** What is left over from a hub that was killed ends by itself. */
const timeoutMs = 10_000;

const identity: Identity = { tenant: hubTenant, subject: 'hub', scopes: ['request:*', 'provide:*'] };
const service = 'probe';

interface ProbeParts {
  readonly router: Router;
  /** The machine's own, also where a test turns the hub's. */
  readonly clock: Clock;
  readonly sessionId: () => string;
  /** It failed after it had worked, and why; undefined: it works again. */
  readonly onChange?: (trouble: string | undefined) => void;
}

interface Round {
  readonly word: string;
  readonly beganElapsed: number;
  readonly deadline: Timer;
  /** What it waits for. */
  stage: string;
  requestId: string | undefined;
}

export class Probe {
  readonly #parts: ProbeParts;
  readonly #provider: Peer;
  readonly #client: Peer;
  #isRegistered = false;
  #rounds = 0;
  #round: Round | undefined;
  #pause: Timer | undefined;
  #isClosed = false;
  #trouble: string | undefined = 'the hub has not answered a request of its own yet';
  #lastMs: number | undefined;
  #onFirst: (() => void) | undefined;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
    this.#provider = parts.router.connect(parts.sessionId(), identity);
    this.#client = parts.router.connect(parts.sessionId(), identity);
  }

  /** Begins. @returns when the first request has come back, or was given up. */
  async start(): Promise<void> {
    const { router } = this.#parts;
    router.connected(this.#provider, new Inside((name, body) => this.#provide(name, body)), 'new');
    router.connected(this.#client, new Inside((name, body) => this.#hear(name, body)), 'new');
    await new Promise<void>((resolve) => {
      this.#onFirst = resolve;
      this.#ask();
    });
  }

  /** Why the hub is not ready; undefined while the last request came back in time. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** How long the last one that came back took, milliseconds. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** Asks no more; what is on its way is still answered. */
  close(): void {
    this.#isClosed = true;
    this.#pause?.cancel();
    this.#round?.deadline.cancel();
  }

  #ask(): void {
    const { clock } = this.#parts;
    this.#rounds += 1;
    const round: Round = {
      // Nobody else says it, nor did a former hub.
      word: `${this.#client.sessionId} ${this.#rounds}`,
      beganElapsed: clock.elapsed(),
      deadline: clock.after(limitMs, () => this.#fail(round, `it still waited for ${round.stage} after ${limitMs} ms`)),
      stage: 'its provider to be registered',
      requestId: undefined,
    };
    this.#round = round;
    if (this.#isRegistered) return this.#request(round);
    this.#parts.router.registerService(
      this.#provider,
      { type: 'service', name: service },
      {
        ok: () => {
          this.#isRegistered = true;
          this.#request(round);
        },
        refuse: (error) => this.#fail(round, error.message),
      },
    );
  }

  #request(round: Round): void {
    if (this.#round !== round) return;
    round.stage = 'being accepted';
    const message = { to: service, action: 'echo', payload: round.word, timeoutMs, startTimeoutMs: timeoutMs };
    this.#parts.router.request(this.#client, message, textBody(round.word), {
      ok: ({ requestId }) => {
        round.requestId = requestId;
        if (round.stage === 'being accepted') round.stage = 'being handed to its provider';
      },
      refuse: (error) => this.#fail(round, error.message),
    });
  }

  /** The provider: gives back what it gets. */
  #provide(name: string, body: object): void {
    const requestId = textIn(body, 'request_id');
    const word = textIn(body, 'payload');
    if (name !== 'request' || requestId === undefined || word === undefined) return;
    const round = this.#round;
    if (round?.word === word) round.stage = 'its result';
    const { router, clock } = this.#parts;
    // Not in the middle of the deliveries that brought it: as a socket's message would come.
    clock.endOfTurn(() => {
      router.work(this.#provider, { type: 'result', requestId, result: word }, textBody(word), {
        ok: () => undefined,
        refuse: (error) => round?.word === word && this.#fail(round, error.message),
      });
    });
  }

  /** The client: what came of it. An end of an earlier round is nobody's. */
  #hear(name: string, body: object): void {
    const round = this.#round;
    if (round === undefined || textIn(body, 'request_id') !== round.requestId) return;
    if (name === 'result' && textIn(body, 'result') === round.word) this.#succeed(round);
    if (name === 'error') this.#fail(round, `it ended with ${JSON.stringify(Reflect.get(body, 'error'))}`);
  }

  #succeed(round: Round): void {
    this.#lastMs = this.#parts.clock.elapsed() - round.beganElapsed;
    this.#end(round, undefined);
  }

  #fail(round: Round, why: string): void {
    this.#end(round, `the hub does not answer a request of its own: ${why}`);
  }

  #end(round: Round, trouble: string | undefined): void {
    if (this.#round !== round) return;
    round.deadline.cancel();
    this.#round = undefined;
    const hadWorked = this.#trouble === undefined;
    this.#trouble = trouble;
    const isFirst = this.#onFirst !== undefined;
    if (hadWorked !== (trouble === undefined) && !(isFirst && trouble === undefined)) this.#parts.onChange?.(trouble);
    this.#onFirst?.();
    this.#onFirst = undefined;
    if (!this.#isClosed) this.#pause = this.#parts.clock.after(pauseMs, () => this.#ask());
  }
}

/** The way to a peer within the hub. */
class Inside implements Outlet {
  readonly unsentBytes = 0;
  readonly #hear: (name: string, body: object) => void;

  constructor(hear: (name: string, body: object) => void) {
    this.#hear = hear;
  }

  send(name: string, body: object): void {
    this.#hear(name, body);
  }

  sendForAck(name: string, body: object, acknowledged: () => void): void {
    this.#hear(name, body);
    acknowledged();
  }

  onDrain(callback: () => void): void {
    callback();
  }

  close(): void {}
}

function textBody(text: string): Body {
  return Body.of(text, text.length, false);
}

function textIn(body: object, member: string): string | undefined {
  const value: unknown = Reflect.get(body, member);
  return typeof value === 'string' ? value : undefined;
}
