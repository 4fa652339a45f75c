/** Ctrl-C: the first one asks politely, a second one leaves at once. */

import { exitCodes } from './exit.ts';

export interface Interrupts {
  readonly count: number;
  /** From here on Ctrl-C does what it always does. */
  close(): void;
}

export function onInterrupt(first: () => void): Interrupts {
  const interrupts = {
    count: 0,
    close: () => void process.off('SIGINT', listener),
  };
  const listener = (): void => {
    interrupts.count += 1;
    if (interrupts.count > 1) process.exit(exitCodes.interrupted.code);
    first();
  };
  process.on('SIGINT', listener);
  return interrupts;
}

/** For commands that only look: Ctrl-C is how they end. */
export async function untilInterrupt<Value>(work: Promise<Value>): Promise<Value | 'interrupted'> {
  let stop = (): void => undefined;
  const interrupted = new Promise<'interrupted'>((resolve) => {
    stop = () => resolve('interrupted');
  });
  const interrupts = onInterrupt(stop);
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    interrupts.close();
  }
}
