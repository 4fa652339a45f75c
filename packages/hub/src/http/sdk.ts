/**
 * The SDK for pages, at `/sdk/`: the same version as the hub's own, so that both always fit together and a page needs nothing installed.
 * Anyone may load it from anywhere: it is public code, and whom the hub talks to is decided when it connects.
 */

import { createRequire } from 'node:module';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Hono } from 'hono';
import type { StreamEnv } from './event-streams.ts';
import { readShipped, type ShippedFile, sendShipped } from './files.ts';

const types: Readonly<Record<string, string>> = {
  'conduit.js': 'text/javascript; charset=utf-8',
  'conduit.js.map': 'application/json',
  'conduit.mjs': 'text/javascript; charset=utf-8',
  'conduit.mjs.map': 'application/json',
  'licenses.md': 'text/markdown; charset=utf-8',
};

const { resolve } = createRequire(import.meta.url);

/** Register it before what says `no-store` and `same-origin` of everything. */
export function serveSdk(app: Hono<StreamEnv>): void {
  // A megabyte in all, and only of what was asked for.
  const files = new Map<string, ShippedFile>();
  for (const [name, type] of Object.entries(types)) {
    app.get(`/sdk/${name}`, (context) => {
      const file = files.get(name) ?? read(name);
      files.set(name, file);
      return sendShipped(context, file, {
        'Content-Type': type,
        // Kept, but asked for again each time, which costs nothing while it is the same.
        'Cache-Control': 'no-cache',
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
      });
    });
  }
}

function read(name: string): ShippedFile {
  try {
    return readShipped(resolve(`@conduit/sdk/browser/${name}`));
  } catch (cause) {
    throw new ConduitError('request_not_found', 'the SDK for pages is not built in this checkout; run: npm run build', { cause });
  }
}
