/**
 * The SDK for pages, at `/sdk/`: the same version as the hub's own, so that both always fit together and a page needs nothing installed.
 * Anyone may load it from anywhere: it is public code, and whom the hub talks to is decided when it connects.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Hono } from 'hono';
import type { StreamEnv } from './event-streams.ts';

const types: Readonly<Record<string, string>> = {
  'conduit.js': 'text/javascript; charset=utf-8',
  'conduit.js.map': 'application/json',
  'conduit.mjs': 'text/javascript; charset=utf-8',
  'conduit.mjs.map': 'application/json',
  'licenses.md': 'text/markdown; charset=utf-8',
};

interface File {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

const { resolve } = createRequire(import.meta.url);

/** Register it before what says `no-store` and `same-origin` of everything. */
export function serveSdk(app: Hono<StreamEnv>): void {
  // A megabyte in all, and only of what was asked for.
  const files = new Map<string, File>();
  for (const [name, type] of Object.entries(types)) {
    app.get(`/sdk/${name}`, (context) => {
      const { plain, gzipped, etag } = files.get(name) ?? read(name);
      files.set(name, { plain, gzipped, etag });
      // `no-cache`: kept, but asked for again each time, which costs nothing while it is the same.
      const headers = {
        'Cache-Control': 'no-cache',
        ETag: etag,
        Vary: 'Accept-Encoding',
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'X-Content-Type-Options': 'nosniff',
      };
      const known = context.req.header('If-None-Match')?.split(/\s*,\s*/) ?? [];
      if (known.includes(etag) || known.includes('*')) return context.body(null, 304, headers);
      const mayBeGzipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(context.req.header('Accept-Encoding') ?? '');
      if (!mayBeGzipped) return context.body(plain, 200, { ...headers, 'Content-Type': type });
      return context.body(gzipped, 200, { ...headers, 'Content-Type': type, 'Content-Encoding': 'gzip' });
    });
  }
}

function read(name: string): File {
  try {
    const plain = new Uint8Array(readFileSync(resolve(`@conduit/sdk/browser/${name}`)));
    // Weak: it stands for both encodings.
    const etag = `W/"${createHash('sha256').update(plain).digest('base64url')}"`;
    return { plain, gzipped: new Uint8Array(gzipSync(plain, { level: 9 })), etag };
  } catch (cause) {
    throw new ConduitError('request_not_found', 'the SDK for pages is not built in this checkout; run: npm run build', { cause });
  }
}
