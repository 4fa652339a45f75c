/** The documentation, at `/docs/`: the pages that `npm run build` makes of `docs/`. Each runs its own scripts and no others, and asks nobody but its hub. */

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Context, Hono } from 'hono';
import type { StreamEnv } from './event-streams.ts';
import { cachedForGood, readShipped, type ShippedFile, sendShipped, typeOf } from './files.ts';

/** In nobody's frame, and telling nobody where the reader came from. */
const ofPages = { 'Referrer-Policy': 'no-referrer', 'X-Frame-Options': 'DENY', 'Cross-Origin-Opener-Policy': 'same-origin' };

/** Where `npm run build` puts it, seen from the sources and from what is built of them. */
const docs = new URL('../../dist/docs/', import.meta.url);

interface Kept {
  readonly file: ShippedFile;
  /** Of a page: what it may run. */
  readonly policy: string | undefined;
}

/** @param folder where the pages are, with a slash at its end. */
export function serveDocs(app: Hono<StreamEnv>, folder = docs): void {
  let names: ReadonlySet<string> | undefined;
  const files = new Map<string, Kept>();

  // Relative, so that it also leads there below a proxy's path.
  app.get('/docs', (context) => context.body(null, 308, { Location: 'docs/' }));
  app.get('/docs/*', (context) => {
    names ??= listed(folder);
    const name = nameOf(context, names);
    const kept = files.get(name) ?? read(name, folder);
    files.set(name, kept);
    return sendShipped(context, kept.file, {
      'Content-Type': typeOf(name),
      // The names of what pages are made of change with what is in them.
      'Cache-Control': name.startsWith('assets/') ? cachedForGood : 'no-cache',
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...(kept.policy === undefined ? {} : { ...ofPages, 'Content-Security-Policy': kept.policy }),
    });
  });
}

/** What the address asks for: a page is named without its `.html`. */
function nameOf({ req: { path } }: Context, names: ReadonlySet<string>): string {
  if (!names.has('index.html'))
    throw new ConduitError('request_not_found', 'the documentation is not built in this checkout; run: npm run build');
  const asked = path.slice('/docs/'.length);
  const name = [asked || 'index.html', `${asked}.html`].find((one) => names.has(one));
  if (name === undefined) throw new ConduitError('request_not_found', `there is nothing at ${path}`);
  return name;
}

function read(name: string, folder: URL): Kept {
  const file = readShipped(new URL(name, folder));
  return { file, policy: extname(name) === '.html' ? policy(new TextDecoder().decode(file.plain)) : undefined };
}

function listed(folder: URL): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) !== ''));
  } catch {
    // Nothing is built; whoever asks is told.
    return new Set();
  }
}

/** Scripts within the page are named by what is in them: what gets into it later does not run. Styles within it are how code is coloured. */
function policy(page: string): string {
  const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
  const hashes = inline.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashes].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
