/** All responses that go on: begun once their heads are complete, ended with the hub, or when the token that opened them ends. */

import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { Identity } from '../access/identity.ts';
import type { Clock } from '../routing/ports.ts';
import { EventStream } from './event-stream.ts';

/** What a stream is made of. `end` runs exactly once, whether it ever began or not. */
export interface Beginning {
  readonly identity: Identity;
  begin(stream: EventStream): void;
  end(): void;
}

interface EventStreamsParts {
  readonly clock: Clock;
  /** Runs `end` when the identity is worth nothing any more. @returns forgets it. */
  readonly hold?: (identity: Identity, end: () => void) => () => void;
}

/** Where a route leaves what is to begin. In tests that have no server there are no bindings. */
export interface StreamEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { beginning?: Beginning };
}

export class EventStreams {
  readonly #parts: EventStreamsParts;
  readonly #open = new Set<EventStream>();

  constructor(parts: EventStreamsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Goes around every other middleware, so that the head has all that they say. */
  readonly middleware: MiddlewareHandler<StreamEnv> = async (context, next) => {
    await next();
    const beginning = context.get('beginning');
    if (beginning === undefined) return;
    if (context.error !== undefined || !this.#begin(context, beginning)) return beginning.end();
    // Away with the former one: else it would be merged into this one, which would no longer be known for what it says.
    context.res = undefined;
    context.res = RESPONSE_ALREADY_SENT;
  };

  /** Tells everybody that this hub leaves, and ends. */
  close(body: object): void {
    for (const stream of this.#open) {
      stream.send('going_away', body);
      stream.end();
    }
  }

  /** @returns false where there is nobody to begin for. */
  #begin(context: Context<StreamEnv>, { identity, begin, end }: Beginning): boolean {
    const response = context.env?.outgoing;
    if (response === undefined || response.destroyed || context.req.method === 'HEAD') return false;
    response.writeHead(context.res.status, Object.fromEntries(context.res.headers));
    const stream: EventStream = new EventStream(response, this.#parts.clock, () => {
      this.#open.delete(stream);
      release?.();
      end();
    });
    const release = this.#parts.hold?.(identity, () => stream.close());
    this.#open.add(stream);
    begin(stream);
    return true;
  }
}

/** What a route that streams answers with: the head of the stream. */
export function streaming(context: Context, beginning: Beginning): Response {
  context.set('beginning', beginning);
  // `no-transform` and the last one keep proxies from holding events back.
  return context.body(null, 200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
}

export function wantsEvents(context: Context): boolean {
  return context.req.header('accept')?.includes('text/event-stream') === true;
}
