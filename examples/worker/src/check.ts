/** The work itself. It knows nothing of Conduit: only that it is to stop when `signal` says so. */

import type { Finding } from './contract.ts';

/** A server that says nothing for so long is as good as none; milliseconds. */
const patienceMs = 10_000;

/** @throws the signal's reason: whoever asked wants no answer any more. */
export async function look(url: string, signal: AbortSignal): Promise<Finding> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
    await answer.body?.cancel();
    return { url, works: answer.ok, says: String(answer.status) };
  } catch (error) {
    signal.throwIfAborted();
    return { url, works: false, says: reasonOf(error) };
  }
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
