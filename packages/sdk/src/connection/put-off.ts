/** How long to wait before the same is asked of a hub again that said: not now. */

import type { ConduitError } from '../protocol/errors.ts';

/** Where the hub does not say, milliseconds. */
const otherwiseMs = 1_000;
/** However long it says, milliseconds. */
const mostMs = 60_000;

/** @returns milliseconds: what the hub asked for, a minute at most. */
export function putOffMs({ details }: ConduitError<string>): number {
  const asked = details?.['retry_after_ms'];
  return typeof asked === 'number' && asked >= 0 ? Math.min(asked, mostMs) : otherwiseMs;
}
