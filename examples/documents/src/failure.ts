/** Why a document can't be processed: every code that callers of this service may meet, and nothing else. */

import { ServiceError } from '@conduit/sdk';

/** Whether asking again may help. */
const isRetryable = {
  invalid_payload: false,
  unreachable_document: true,
  unsupported_document: false,
  broken_document: false,
  encrypted_document: false,
  empty_document: false,
  document_too_large: false,
  document_too_slow: false,
} as const;

export type FailureCode = keyof typeof isRetryable;

/** @param sentence says what failed and what to do now; it is shown to the requester, so it holds none of the document's text. */
export function failure(code: FailureCode, sentence: string): ServiceError {
  return new ServiceError(code, sentence, { retryable: isRetryable[code] });
}
