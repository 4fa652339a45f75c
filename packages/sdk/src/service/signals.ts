/** Lets a process that is told to stop finish what it holds. */

import { ownProcess } from './process.ts';

interface Draining {
  drain(): Promise<void>;
  readonly closed: Promise<void>;
}

const signals = ['SIGTERM', 'SIGINT'] as const;
const providers = new Set<Draining>();

/** Drains on the first SIGTERM or SIGINT, with every other provider of this process; a second one ends the process as it would have. */
export function drainOnSignals(provider: Draining): void {
  // A page has no signals.
  if (ownProcess === undefined) return;
  const process = ownProcess;
  if (providers.size === 0) for (const signal of signals) process.once(signal, stop[signal]);
  providers.add(provider);
  const left = (): void => {
    providers.delete(provider);
    if (providers.size === 0) for (const signal of signals) process.off(signal, stop[signal]);
  };
  provider.closed.then(left, left);
}

const stop = {
  SIGTERM: () => void drainAll('SIGTERM'),
  SIGINT: () => void drainAll('SIGINT'),
};

async function drainAll(signal: (typeof signals)[number]): Promise<void> {
  if (ownProcess === undefined) return;
  const process = ownProcess;
  for (const other of signals) process.off(other, stop[other]);
  await Promise.all([...providers].map(async (provider) => await provider.drain()));
  // Who else listens decides for itself when the process ends; where nobody does, the signal does what it always did.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
