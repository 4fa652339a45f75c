/** What goes wrong becomes an answer: an error of Conduit by its code, anything else as Express would. */

import { isConduitError } from '@conduit/sdk';
import { errorTable, isErrorCode } from '@conduit/sdk/protocol/errors';
import type { ErrorRequestHandler } from 'express';

export const failures: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  // A stream that has ended is nobody's matter any more.
  if (response.writableEnded) return;
  if (!isConduitError(error) || response.headersSent) return next(error);
  const { code, message, retryable } = error;
  response.status(statusOf(code)).json({ error: { code, message, retryable } });
};

/** The hub's own codes have a status; the SDK's two mean that the hub is away; a service's own are its failure, not this backend's. */
function statusOf(code: string): number {
  // What is wrong behind this backend is no fault of its users.
  if (code === 'unauthenticated' || code === 'forbidden') return 500;
  if (code === 'service_not_found') return 503;
  if (isErrorCode(code)) return errorTable[code].status;
  return code === 'closed' || code === 'unreachable' ? 503 : 502;
}
