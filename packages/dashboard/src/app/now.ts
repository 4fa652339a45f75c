/** The time, for whoever shows how long ago something was: one timer for the whole page. */

import { Store, useStore } from '../live/store.ts';

const now = new Store(Date.now());
setInterval(() => now.set(Date.now()), 1_000);

/** Wall clock, milliseconds; a new value each second. */
export function useNow(): number {
  return useStore(now);
}
