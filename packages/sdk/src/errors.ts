/** Tells Conduit's errors from others, by their code. */

import type { ConduitError, ErrorCode } from './protocol/errors.ts';

/**
 * Codes that no hub says: `closed`, the connection was closed here; `unreachable`, no hub answered; `too_fast`, a provider streamed
 * without waiting.
 */
type OwnCode = 'closed' | 'unreachable' | 'too_fast';

/**
 * Whether something thrown is an error of Conduit, and of this code where one is named. Use it instead of `instanceof`: two copies of a
 * package may meet in one program.
 *
 * @param code one of the protocol's, `closed` or `unreachable`, or a service's own.
 * @example
 * ```ts
 * try {
 *   await conduit.request('summarizer', 'summarize', { text });
 * } catch (error) {
 *   if (isConduitError(error, 'provider_lost')) console.log(`try again: ${error.requestId}`);
 *   else throw error;
 * }
 * ```
 */
export function isConduitError<Code extends ErrorCode | OwnCode | (string & {})>(
  error: unknown,
  code?: Code,
): error is ConduitError<string> {
  return error instanceof Error && error.name === 'ConduitError' && (code === undefined || Reflect.get(error, 'code') === code);
}
