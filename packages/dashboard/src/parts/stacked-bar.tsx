/** Shares of a whole, one colour a state, in the order in which a request goes through them. */

import { countText } from './durations.ts';
import styles from './stacked-bar.module.css';

interface StackedBarProps {
  readonly label: string;
  /** Names of states, each with how many there are. */
  readonly counts: readonly (readonly [state: string, count: number])[];
}

export function StackedBar({ label, counts }: StackedBarProps) {
  const shown = counts.filter(([, count]) => count > 0);
  const spoken = shown.map(([state, count]) => `${countText(count)} ${state}`).join(', ') || 'nothing';
  return (
    <div className={styles['bar']} role="img" aria-label={`${label}: ${spoken}`} title={spoken}>
      {shown.map(([state, count]) => (
        <span key={state} style={{ flexGrow: count, background: `var(--${state})` }} />
      ))}
    </div>
  );
}
