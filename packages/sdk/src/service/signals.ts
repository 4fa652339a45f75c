/** Lets a process that is told to stop finish what it holds. */

interface Process {
  once(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  listenerCount(signal: string): number;
  kill(pid: number, signal: string): unknown;
  readonly pid: number;
}

interface Draining {
  drain(): Promise<void>;
  readonly closed: Promise<void>;
}

const signals = ['SIGTERM', 'SIGINT'] as const;
const providers = new Set<Draining>();

/** Drains on the first SIGTERM or SIGINT, with every other provider of this process; a second one ends the process as it would have. */
export function drainOnSignals(provider: Draining): void {
  const { process } = globalThis as { readonly process?: Partial<Process> };
  // A page has no signals.
  if (process?.once === undefined) return;
  if (providers.size === 0) for (const signal of signals) (process as Process).once(signal, stop[signal]);
  providers.add(provider);
  const left = (): void => {
    providers.delete(provider);
    if (providers.size === 0) for (const signal of signals) (process as Process).off(signal, stop[signal]);
  };
  provider.closed.then(left, left);
}

const stop = {
  SIGTERM: () => void drainAll('SIGTERM'),
  SIGINT: () => void drainAll('SIGINT'),
};

async function drainAll(signal: (typeof signals)[number]): Promise<void> {
  const process = (globalThis as unknown as { readonly process: Process }).process;
  for (const other of signals) process.off(other, stop[other]);
  await Promise.all([...providers].map(async (provider) => await provider.drain()));
  // Who else listens decides for itself when the process ends; where nobody does, the signal does what it always did.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
