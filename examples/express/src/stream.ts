/** A request's events as server-sent events: a browser that was cut off says with `Last-Event-ID` where it was, and misses nothing. */

import { once } from 'node:events';
import type { ConduitRequest, FollowedEvent } from '@conduit/sdk';
import type { Response } from 'express';

interface StreamOptions {
  readonly response: Response;
  /** The number of the last event that the browser has seen. */
  readonly after: number;
}

/** Resolves once the request or the stream has ended. */
export async function stream(request: ConduitRequest, { response, after }: StreamOptions): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    // A proxy that collects or compresses would hold back what is to be seen at once.
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  for await (const event of request) {
    if (response.writableEnded || response.closed) return;
    if (event.seq < after || (event.seq === after && !live.has(event.type))) continue;
    const isRoomy = response.write(lineOf(event));
    // Whoever reads slowly is waited for: the hub keeps what is to come.
    if (!isRoomy) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

/** Values beside the log: only the latest counts, and their number is that of the last event before them. */
const live: ReadonlySet<FollowedEvent['type']> = new Set(['progress', 'running', 'waiting', 'stalled']);

function lineOf(event: FollowedEvent): string {
  // `error` is what browsers call a cut of the stream itself.
  const name = event.type === 'error' ? 'failed' : event.type;
  return `event: ${name}\nid: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}
