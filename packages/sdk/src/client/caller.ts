/** Where a request was sent from: an error that comes minutes later still points at the user's own line. */

import { ConduitError } from '../protocol/errors.ts';

interface StackKeeper {
  captureStackTrace?(target: object, above: unknown): void;
}

/** Remembers the stack of whoever called `above`; spelled out only when something failed. */
export function callerOf(above: unknown): (error: unknown, requestId: string) => unknown {
  const place: { stack?: string } = {};
  const { captureStackTrace } = Error as StackKeeper;
  if (captureStackTrace === undefined) place.stack = new Error('here').stack ?? '';
  else captureStackTrace(place, above);
  return (error, requestId) => {
    if (!(error instanceof Error) || error.name !== 'ConduitError') return error;
    const { code, message, retryable, details, cause } = error as ConduitError<string>;
    const extras = {
      retryable,
      requestId,
      ...(details === undefined ? {} : { details }),
      ...(cause === undefined ? {} : { cause }),
    };
    const own = new ConduitError<string>(code, message, extras);
    own.stack = `ConduitError [${code}]: ${message}\n${framesOf(place.stack)}`;
    return own;
  };
}

/** The lines of the calls; V8 puts the error's own line before them. */
function framesOf(stack = ''): string {
  const lines = stack.split('\n');
  return (lines[0]?.trimStart().startsWith('at ') ? lines : lines.slice(1)).join('\n');
}
