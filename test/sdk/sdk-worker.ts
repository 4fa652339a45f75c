// A worker on the SDK in a process of its own: tsx sdk-worker.ts URL SERVICE. It serves until it is told to stop, or killed.

import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '@conduit/sdk';

const [hub = '', service = ''] = process.argv.slice(2);

interface Job {
  readonly payload: unknown;
  /** Milliseconds. */
  readonly takesMs: number;
}

const provider = await serve(
  service,
  {
    /** Gives its payload back, by and by. */
    work: async ({ payload, takesMs }: Job, ctx) => {
      ctx.progress(0.5);
      await delay(takesMs, undefined, { signal: ctx.signal });
      return { payload, attempt: ctx.attempt };
    },
    /** Says so many words, one after the other. */
    async *tell({ words, paceMs }: { words: number; paceMs: number }, ctx) {
      for (let at = 0; at < words; at += 1) {
        yield `word ${at} `;
        await delay(paceMs, undefined, { signal: ctx.signal });
      }
      return { words, attempt: ctx.attempt };
    },
  },
  { hub, name: `pid ${process.pid}` },
);
process.stdout.write('registered\n');
await provider.closed;
process.stdout.write('left\n');
