/** Files that ship with the hub: read when they are first asked for, gzipped once, told apart by what is in them. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
};

/** Of a file whose name changes with what is in it. */
export const cachedForGood = 'public, max-age=31536000, immutable';

/** The media type that the end of a file's name tells. */
export function typeOf(name: string): string {
  return types[extname(name)] ?? 'application/octet-stream';
}

/** As it is sent, in both encodings. */
export interface ShippedFile {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** @throws whatever reading it throws, when it is not there. */
export function readShipped(path: string | URL): ShippedFile {
  return shipped(readFileSync(path));
}

export function shipped(content: Uint8Array | string): ShippedFile {
  const plain = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  // Weak: it stands for both encodings.
  const etag = `W/"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { plain, gzipped: new Uint8Array(gzipSync(plain, { level: 9 })), etag };
}

/** Answers with the file, or with nothing where the browser has it already. */
export function sendShipped(context: Context, { plain, gzipped, etag }: ShippedFile, said: Record<string, string>): Response {
  const { 'Content-Type': type = 'application/octet-stream', ...kept } = said;
  const headers = { ...kept, ETag: etag, Vary: 'Accept-Encoding', 'X-Content-Type-Options': 'nosniff' };
  const known = context.req.header('If-None-Match')?.split(/\s*,\s*/) ?? [];
  if (known.includes(etag) || known.includes('*')) return context.body(null, 304, headers);
  if (!takesGzip(context.req.header('Accept-Encoding'))) return context.body(plain, 200, { ...headers, 'Content-Type': type });
  return context.body(gzipped, 200, { ...headers, 'Content-Type': type, 'Content-Encoding': 'gzip' });
}

function takesGzip(said = ''): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(said);
}
