/** A caller that follows a request for as long as its response lasts: a peer of routing like any session. */

import type { Identity } from '../access/identity.ts';
import { watchedToWire } from '../routing/answers.ts';
import type { Peer } from '../routing/peer.ts';
import type { Clock, Ids, Outlet } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';
import type { EventStream } from './event-stream.ts';
import type { Beginning } from './event-streams.ts';

interface CallerParts {
  readonly router: Router;
  readonly ids: Ids;
}

/** How long somebody waits: so long, or until its connection is gone. */
interface Patience {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** One HTTP call as a session. It has to leave, whatever happens. */
export class Caller {
  readonly peer: Peer;
  readonly #router: Router;
  #hasLeft = false;

  constructor({ router, ids }: CallerParts, identity: Identity) {
    this.#router = router;
    this.peer = router.connect(ids.sessionId(), identity);
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#router.disconnected(this.peer);
    this.#router.forget(this.peer);
  }

  /** The events of a request behind a number, to its end. */
  following(requestId: string, afterSeq: number): Beginning {
    const { peer } = this;
    const router = this.#router;
    return {
      identity: peer.identity,
      begin: (stream) => {
        router.connected(peer, untilTheEnd(stream), 'new');
        router.watch(
          peer,
          { requestId, afterSeq },
          {
            ok: (watched) => {
              if (watched.mode === 'replay') return;
              stream.send('snapshot', watchedToWire(watched));
              if (watched.request.finishedAt !== undefined) stream.end();
            },
            refuse: () => stream.end(),
          },
        );
      },
      end: () => this.leave(),
    };
  }

  /** Resolves when the request has ended, the time is over, or the caller is gone; true: it has ended. */
  async ending(requestId: string, { clock, waitMs, signal }: Patience): Promise<boolean> {
    const { peer } = this;
    return await new Promise((resolve) => {
      const timer = clock.after(waitMs, () => settle(false));
      const onAbort = (): void => settle(false);
      const settle = (hasEnded: boolean): void => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(hasEnded);
      };
      if (signal.aborted) return settle(false);
      signal.addEventListener('abort', onAbort);
      this.#router.connected(peer, new EndWaiter(() => settle(true)), 'new');
      this.#router.get(
        peer,
        { requestId },
        {
          ok: ({ finishedAt, seq }) => {
            if (finishedAt !== undefined) return settle(true);
            this.#router.watch(peer, { requestId, afterSeq: seq }, { ok: () => undefined, refuse: () => settle(false) });
          },
          refuse: () => settle(false),
        },
      );
    });
  }
}

/** After the event that ends a request nothing follows. */
function untilTheEnd(stream: EventStream): Outlet {
  return {
    send: (name, body) => {
      stream.send(name, body);
      if (isEnd(name)) stream.end();
    },
    sendForAck: (name, body) => stream.send(name, body),
    get unsentBytes() {
      return stream.unsentBytes;
    },
    onDrain: (callback) => stream.onDrain(callback),
    close: () => stream.close(),
  };
}

/** Hears of everything and passes on that it is over. */
class EndWaiter implements Outlet {
  readonly unsentBytes = 0;
  readonly #ended: () => void;

  constructor(ended: () => void) {
    this.#ended = ended;
  }

  send(name: string): void {
    if (isEnd(name)) this.#ended();
  }

  sendForAck(name: string): void {
    this.send(name);
  }

  onDrain(callback: () => void): void {
    callback();
  }

  close(): void {}
}

function isEnd(name: string): boolean {
  return name === 'result' || name === 'error';
}
