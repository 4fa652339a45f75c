/** What getting a document needs to be told, and how large one may be, wherever it comes from. */

import { failure } from '../failure.ts';
import { limits } from '../limits.ts';

export interface Getting {
  readonly signal: AbortSignal;
  /** How many bytes are here; the total where it is told. */
  readonly onBytes: (bytes: number, total: number | undefined) => void;
}

export function tooLarge(what: string): Error {
  return failure('document_too_large', `${what} is larger than ${limits.fetchedBytes / 1024 ** 2} MiB; send it in parts`);
}
