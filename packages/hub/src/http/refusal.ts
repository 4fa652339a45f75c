/** An error over HTTP, in the one shape of the protocol. */

import { ConduitError, errorTable, isErrorCode, type WireError } from '@conduit/sdk/protocol/errors';
import type { Context } from 'hono';
import { answer } from './json.ts';

export function numbersAreForAll(): ConduitError {
  return new ConduitError('forbidden', 'numbers are shown to whoever sees everything; use a token with the scope observe:*');
}

/** @param requestId the request that it is about, where there is one. */
export function refusal(context: Context, error: ConduitError | WireError, requestId?: string): Response {
  const wire = error instanceof ConduitError ? error.toWire() : error;
  if (wire.code === 'unauthenticated') context.header('WWW-Authenticate', 'Bearer');
  const retryAfterMs = wire.details?.['retry_after_ms'];
  if (typeof retryAfterMs === 'number') context.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  // A service's own codes are not ours: to HTTP they are a server behind this one that failed.
  const { status } = errorTable[isErrorCode(wire.code) ? wire.code : 'provider_error'];
  return answer(context, { error: wire, ...(requestId === undefined ? {} : { request_id: requestId }) }, status);
}
