/** What callers say in headers: how long to wait, by which key to send once, where to go on, which trace it is part of. */

import { createHash } from 'node:crypto';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import { maxTextLength, requestIdPattern } from '@conduit/sdk/protocol/limits';
import type { Identity } from '../access/identity.ts';

/** Proxies end what is silent for longer. */
const maxWaitSeconds = 300;
const maxKeyLength = 256;

/** `Prefer: wait=30`: seconds, as many as are waited at the most. Undefined: it does not want to wait. */
export function waitSecondsOf(prefer: string | undefined): number | undefined {
  const preference = prefer?.split(',').find((one) => /^\s*wait\b/i.test(one));
  if (preference === undefined) return undefined;
  const seconds = /^\s*wait\s*=\s*"?(\d{1,6})"?\s*$/i.exec(preference)?.[1];
  if (seconds === undefined) throw refused('Prefer', 'wait= and whole seconds, such as wait=30');
  return Math.min(Number(seconds), maxWaitSeconds);
}

/** The id that a key stands for: itself, where it may be one, otherwise always the same one for this subject. */
export function requestIdOf(key: string | undefined, { tenant, subject }: Identity): string | undefined {
  if (key === undefined) return undefined;
  if (requestIdPattern.test(key)) return key;
  if (key.length === 0 || key.length > maxKeyLength) throw refused('Idempotency-Key', `1 to ${maxKeyLength} characters`);
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant, subject, key]))
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** `Last-Event-ID`: the number of the last event that arrived. */
export function lastEventIdOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (!/^\d{1,15}$/.test(header)) throw refused('Last-Event-ID', 'the id of an event, a whole number');
  return Number(header);
}

/**
 * W3C trace context, as callers with tracing say it on their own. Undefined: none, or none that is one. What is too long for a trace is
 * left out: nobody sees what a library puts there, and no request should fail for it.
 */
export function traceOf(header: (name: string) => string | undefined): Readonly<Record<string, string>> | undefined {
  const traceparent = header('traceparent');
  if (traceparent === undefined || !/^[\da-f]{2}(?:-[\da-f]+){3}$/.test(traceparent)) return undefined;
  const said = ['traceparent', 'tracestate', 'baggage'].map((name) => [name, header(name) ?? ''] as const);
  return Object.fromEntries(said.filter(([, text]) => text !== '' && text.length <= maxTextLength));
}

function refused(path: string, expected: string): ConduitError {
  return new ConduitError('invalid_message', `${path} must be ${expected}`, { details: { path } });
}
