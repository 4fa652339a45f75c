/** One listener of a signal for all who wait for it: a dozen, each with its own, look like a leak to Node, which says so. */

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Runs once, when the signal is aborted; of one that is aborted already nothing is told. @returns ends it. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const all = waiting.get(signal) ?? listening(signal);
  all.add(listener);
  return () => all.delete(listener);
}

/** It stays with its signal: whoever waits for that next uses it again. */
function listening(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  const tell = (): void => {
    for (const listener of [...all]) listener();
    all.clear();
  };
  signal.addEventListener('abort', tell, { once: true });
  return all;
}
