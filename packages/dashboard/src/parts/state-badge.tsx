/** A state by colour, shape and word: nobody has to tell colours apart. */

import type { RequestState } from '../live/api.ts';
import styles from './state-badge.module.css';

/** A request's, a task's or a provider's. */
export type ShownState = RequestState | 'pending' | 'skipped' | 'ready' | 'busy' | 'draining' | 'suspect' | 'gone';

export function StateBadge({ state }: { readonly state: ShownState }) {
  return (
    <span className={styles['badge']} data-state={state}>
      <span className={styles['mark']} aria-hidden="true" />
      {state}
    </span>
  );
}
