/** Lets words come as steadily as somebody reads: each at its time, so that a late one doesn't delay those after it. */

import { setTimeout } from 'node:timers/promises';

/** Resolves when it is the next word's turn; rejects with the signal's reason, once it is aborted. */
export function paced(wordsPerSecond: number, signal: AbortSignal): () => Promise<void> {
  const startedAt = performance.now();
  let said = 0;
  return async () => {
    said += 1;
    const inMs = startedAt + (said * 1_000) / wordsPerSecond - performance.now();
    // The timer throws an error of its own, where callers are promised the signal's reason.
    if (inMs >= 1) await setTimeout(inMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  };
}
