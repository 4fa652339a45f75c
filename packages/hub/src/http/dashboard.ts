/**
 * The dashboard: one page at each of its addresses, and what it is made of below `/assets/`.
 * It works below any path of a proxy: what it loads is named relative to the page, and the page says how far up that is.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Context, Hono } from 'hono';
import type { StreamEnv } from './event-streams.ts';
import { cachedForGood, readShipped, type ShippedFile, sendShipped, shipped, typeOf } from './files.ts';

/** The views that have an address. A service's name may have slashes. */
const views = [
  '/',
  '/requests',
  '/requests/:request_id',
  '/services',
  '/services/:name{.+}',
  '/providers',
  '/clients',
  '/cluster',
] as const;

/** Where `npm run build` puts it, seen from the sources and from what is built of them. */
const builtFolder = new URL('../../dist/dashboard/', import.meta.url);

/** More than there are files, and pages of a usual depth. */
const maxKept = 200;

/** Where what the page loads is written relative to it, as Vite leaves it. */
const head = '<head>';

/** @param folder where the built dashboard is. */
export function serveDashboard(app: Hono<StreamEnv>, folder: URL = builtFolder): void {
  let assets: ReadonlySet<string> | undefined;
  const files = new Map<string, ShippedFile>();
  const kept = (name: string, read: () => ShippedFile): ShippedFile => {
    const file = files.get(name) ?? read();
    // Addresses may be as deep as anybody likes.
    if (files.size < maxKept) files.set(name, file);
    return file;
  };

  for (const view of views) {
    app.get(view, (context) => {
      const up = basePath(context);
      const file = kept(up, () => page(folder, up));
      return sendShipped(context, file, {
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': policy(context.req.header('host')),
        'Referrer-Policy': 'no-referrer',
        'X-Frame-Options': 'DENY',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Resource-Policy': 'same-origin',
      });
    });
  }
  app.get('/assets/:name', (context) => {
    const { name } = context.req.param();
    assets ??= listed(folder);
    if (!assets.has(name)) throw new ConduitError('request_not_found', `there is nothing at ${context.req.path}`);
    const file = kept(`/assets/${name}`, () => readShipped(new URL(`assets/${name}`, folder)));
    return sendShipped(context, file, {
      'Content-Type': typeOf(name),
      // Its name changes with what is in it.
      'Cache-Control': cachedForGood,
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
  });
}

/** From the page up to the hub's root, whatever is in front of that. */
function basePath(context: Context): string {
  const { pathname } = new URL(context.req.url);
  return '../'.repeat(pathname.split('/').length - 2) || './';
}

function page(folder: URL, up: string): ShippedFile {
  let text: string;
  try {
    text = readFileSync(new URL('index.html', folder), 'utf8');
  } catch (cause) {
    throw new ConduitError('request_not_found', 'the dashboard is not built in this checkout; run: npm run build', { cause });
  }
  return shipped(text.replace(head, `${head}\n    <base href="${up}">`));
}

function listed(folder: URL): ReadonlySet<string> {
  try {
    return new Set(readdirSync(new URL('assets/', folder)));
  } catch {
    // Nothing is built; the page itself says so.
    return new Set();
  }
}

/** Its own scripts and styles and nobody else's; pictures that it made itself; only this hub to talk to, also over a WebSocket. */
function policy(host = ''): string {
  // Not every browser takes 'self' to cover WebSockets. What the door let in is a host; anything else would end the directive.
  const sockets = /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    'media-src blob:',
    `connect-src 'self'${sockets}`,
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
