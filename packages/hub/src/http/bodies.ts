/** What callers send: read no further than a message may be, measured before anything looks into it. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Limits } from '@conduit/sdk/protocol/limits';
import { type Measured, measure } from '@conduit/sdk/protocol/measure';
import type { Context } from 'hono';

export interface Sent {
  readonly value: unknown;
  readonly measured: Measured;
}

/** Undefined: there is no body. @throws ConduitError */
export async function readJson(context: Context, limits: Limits): Promise<Sent | undefined> {
  const bytes = await readBytes(context, limits);
  if (bytes.length === 0) return undefined;
  const type = typeOf(context);
  if (!isJson(type)) {
    throw new ConduitError('invalid_message', `the body must be JSON, with Content-Type: application/json; it says ${type}`, {
      details: { path: '' },
    });
  }
  const value = parse(bytes);
  return { value, measured: measure(value, limits) };
}

/** A body that is a payload: JSON as what it says, text as text, anything else as bytes. None is null. */
export async function readPayload(context: Context, limits: Limits): Promise<Sent> {
  const bytes = await readBytes(context, limits);
  const type = typeOf(context);
  const value = bytes.length === 0 ? null : isJson(type) ? parse(bytes) : type.startsWith('text/') ? textOf(bytes) : bytes;
  // Measured as the member of a message that it stands for.
  return { value, measured: measure({ payload: value }, limits) };
}

async function readBytes(context: Context, { maxMessageBytes }: Limits): Promise<Uint8Array> {
  const { body } = context.req.raw;
  const announced = Number(context.req.header('content-length') ?? 0);
  // Whoever still speaks may not hear an answer, and a web server takes a connection that closes meanwhile for a broken hub: what is
  // not far beyond is heard to its end, and kept by nobody.
  const mostHeard = 2 * maxMessageBytes;
  if (announced > mostHeard) throw tooLarge(maxMessageBytes);
  if (body === null) return new Uint8Array();
  // Copied together as they come: a megabyte in pieces of one byte would weigh two hundred of them.
  let bytes = new Uint8Array(announced > 0 && announced <= maxMessageBytes ? announced : firstBytes);
  let length = 0;
  for await (const part of whole(body)) {
    const end = length + part.byteLength;
    if (end > mostHeard) throw tooLarge(maxMessageBytes);
    if (end <= maxMessageBytes) {
      if (end > bytes.length) bytes = grown(bytes, Math.max(end, 2 * bytes.length));
      bytes.set(part, length);
    }
    length = end;
  }
  if (length > maxMessageBytes) throw tooLarge(maxMessageBytes);
  return bytes.subarray(0, length);
}

/** @throws ConduitError where the caller went before it had said everything: that is no failure of the hub's. */
async function* whole(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new ConduitError('invalid_message', 'the body ended before the whole of it was there', {
      details: { path: '' },
      cause,
    });
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConduitError('invalid_message', `the body is no JSON: ${why.slice(0, maxShownLength)}`, { details: { path: '' } });
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConduitError('invalid_message', 'the body is no UTF-8', { details: { path: '' } });
  }
}

function typeOf(context: Context): string {
  return context.req.header('content-type')?.toLowerCase() ?? 'nothing';
}

function isJson(type: string): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/.test(type);
}

function tooLarge(max: number): ConduitError {
  return new ConduitError('payload_too_large', `a message may have at most ${max} bytes`, {
    details: { limit: 'max_message_bytes', max },
  });
}

/** What most bodies fit into that do not say how long they are. */
const firstBytes = 4 * 1024;

/** Of what does not parse as much is told as helps to find it. */
const maxShownLength = 160;
