/** For how long a request has been silent: the hub tells it with what it tells else, and while it is silent there is nothing else. */

import type { RequestSummary } from '../../live/api.ts';

/** A summary says how long it was when it was told. */
const toldAt = new WeakMap<object, number>();

/** Has to hear of each summary as it comes. */
export function noteSilence(requests: readonly RequestSummary[], now: number): void {
  for (const { live } of requests) if (live.stalled !== undefined && !toldAt.has(live.stalled)) toldAt.set(live.stalled, now);
}

/** @returns milliseconds; undefined where it is not told to be silent. */
export function silentMs({ live: { stalled } }: RequestSummary, now: number): number | undefined {
  if (stalled === undefined) return undefined;
  return stalled.silent_ms + Math.max(0, now - (toldAt.get(stalled) ?? now));
}
