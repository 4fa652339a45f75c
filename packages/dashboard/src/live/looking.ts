/** Asking the hub for what it also tells: no answer may hide what was told meanwhile, nor be asked for faster than it comes. */

import { hubLife } from './hub-life.ts';

/**
 * Asks once the stream is there that is about to open, and again where one began while the answer was on its way:
 * what changed between the two, neither of them tells.
 */
export async function sinceOpened<Answer>(look: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    await hubLife.settled();
    const { openings } = hubLife;
    const answer = await look();
    if (hubLife.openings === openings) return answer;
  }
}

/** What is wanted while it is done is done once more after that: begun anew each time, where much happens it would never end. */
export function oneAtATime(look: () => Promise<unknown>): () => void {
  let isLooking = false;
  let isWanted = false;
  const run = async (): Promise<void> => {
    isLooking = true;
    do {
      isWanted = false;
      // A hub that went meanwhile is asked again once its stream has begun anew.
      await look().catch(() => undefined);
    } while (isWanted);
    isLooking = false;
  };
  return () => {
    isWanted = true;
    if (!isLooking) void run();
  };
}
