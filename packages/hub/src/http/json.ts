/** Answers as JSON. Bytes have no place in it: where they stand in a value, `{ "$base64": "…" }` stands for them. */

import { isBinary } from '@conduit/sdk/protocol/measure';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export function toJson(value: unknown): string {
  // `this[key]` and not the second argument: a Buffer has turned itself into JSON by then.
  const spelled = JSON.stringify(value, function (this: Record<string, unknown>, key, json: unknown) {
    const original = this[key];
    return isBinary(original) ? { $base64: bufferOf(original).toString('base64') } : json;
  });
  return spelled ?? 'null';
}

export function answer(context: Context, value: unknown, status: ContentfulStatusCode = 200): Response {
  return context.body(toJson(value), status, { 'Content-Type': 'application/json; charset=UTF-8' });
}

/** What a service or a requester said, as it is: bytes as bytes, anything else as JSON. */
export function answerOpaque(context: Context, value: unknown): Response {
  if (!isBinary(value)) return answer(context, value ?? null);
  const bytes = bufferOf(value);
  const type = typeOf(bytes);
  // What is not known to be harmless is for saving, not for showing.
  if (type === undefined) context.header('Content-Disposition', 'attachment');
  return context.body(new Uint8Array(bytes), 200, { 'Content-Type': type ?? 'application/octet-stream' });
}

function bufferOf(value: Uint8Array | ArrayBuffer): Buffer {
  return value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** The first bytes of the types that browsers show and that can't run anything. */
const signatures: readonly (readonly [type: string, at: number, start: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['image/avif', 4, 'ftypavif'],
];

/** The hub is not told what bytes are; where they say it themselves it is passed on. */
function typeOf(bytes: Buffer): string | undefined {
  return signatures.find(([, at, start]) => bytes.toString('latin1', at, at + start.length) === start)?.[0];
}
