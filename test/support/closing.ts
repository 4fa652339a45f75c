/** What a test opens closes with it. */

import { onTestFinished } from 'vitest';

/** Runs `close` when the test that is running has finished. */
export function closing(close: () => void | Promise<void>): void {
  onTestFinished(async () => {
    await close();
  });
}
