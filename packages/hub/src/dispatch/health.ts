/** Asks targets for their health, over and over: one that does not say it is well is out of turn until it does. */

import { exchange } from './exchange.ts';
import type { Target, Targets } from './targets.ts';

interface Check {
  /** On each target's host. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted, it ends. */
  readonly signal: AbortSignal;
}

/** Resolves when it has been told to end. */
export async function watchHealth(targets: Targets, check: Check): Promise<void> {
  await Promise.all(targets.all.map(async (target) => await watch(targets, target, check)));
}

async function watch(targets: Targets, target: Target, check: Check): Promise<void> {
  while (!check.signal.aborted) {
    const trouble = await troubleOf(target, check);
    if (check.signal.aborted) return;
    if (trouble === undefined) targets.takeBack(target);
    else targets.leaveOut(target, Number.POSITIVE_INFINITY, trouble);
    await pause(check);
  }
}

async function troubleOf(target: Target, { path, timeoutMs, headers, signal }: Check): Promise<string | undefined> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), timeoutMs);
  try {
    const answer = await exchange(new URL(path, target.url('health')), {
      method: 'GET',
      headers,
      signal: AbortSignal.any([signal, patience.signal]),
      connectTimeoutMs: timeoutMs,
    });
    const { statusCode = 0 } = answer;
    answer.destroy();
    return statusCode < 400 ? undefined : `${path} answered ${statusCode}`;
  } catch (error) {
    return patience.signal.aborted
      ? `${path} did not answer in ${timeoutMs} ms`
      : String(Reflect.get(error as object, 'message'));
  } finally {
    clearTimeout(timer);
  }
}

async function pause({ intervalMs, signal }: Check): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, intervalMs);
    signal.addEventListener('abort', over);
  });
}
