/** How a handler's exception becomes the error that its caller is told. */

import { ConduitError, type WireError } from '../protocol/errors.ts';
import { maxTextLength, namePattern } from '../protocol/limits.ts';

interface FailureExtras {
  /** Whether sending the same again can help; false by default. */
  readonly retryable?: boolean;
  /** More for programs: an object of JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Thrown by a handler, it ends the request with a code of the service's own; any other exception ends it as `provider_error`.
 *
 * @example
 * ```ts
 * throw new ServiceError('page_not_found', `there is nothing at ${url}`, { retryable: false });
 * ```
 */
export class ServiceError extends ConduitError<string> {
  /**
   * @param code as names are: 1 to 128 letters, digits or `. _ : / -`.
   * @param message says what failed, and what to do now; at most 1,024 characters, more is cut off.
   * @throws TypeError when `code` is none.
   */
  constructor(code: string, message: string, { retryable = false, ...extras }: FailureExtras = {}) {
    if (!namePattern.test(code)) throw new TypeError(`"${code}" can't be the code of an error: write it like page_not_found`);
    super(code, message, { retryable, ...extras });
  }
}

/** What the caller is told of something that was thrown: a known error as it is, anything else by its message. */
export function wireErrorOf(thrown: unknown): WireError {
  const error = isConduitError(thrown)
    ? thrown.toWire()
    : { code: 'provider_error', message: messageOf(thrown), retryable: false };
  return { ...error, message: error.message.slice(0, maxTextLength) };
}

export function isConduitError(thrown: unknown): thrown is ConduitError<string> {
  return thrown instanceof Error && thrown.name === 'ConduitError';
}

function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message === '' ? 'the handler failed without saying why' : message;
}
