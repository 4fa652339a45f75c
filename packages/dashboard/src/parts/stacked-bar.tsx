/** Shares of a whole, one colour a state, in the order in which a request goes through them. */

import { countText } from './durations.ts';
import styles from './stacked-bar.module.css';

interface StackedBarProps {
  readonly label: string;
  /** Names of states, each with how many there are. */
  readonly counts: readonly (readonly [state: string, count: number])[];
  /** How many more there could be: what of the bar stays empty. */
  readonly free?: number;
}

export function StackedBar({ label, counts, free = 0 }: StackedBarProps) {
  const shown = counts.filter(([, count]) => count > 0);
  const words = [...shown, ...(free > 0 ? [['free', free] as const] : [])];
  const spoken = words.map(([name, count]) => `${countText(count)} ${name}`).join(', ') || 'nothing';
  return (
    <div className={styles['bar']} role="img" aria-label={`${label}: ${spoken}`} title={spoken}>
      {shown.map(([state, count]) => (
        <span key={state} style={{ flexGrow: count, background: `var(--${state})` }} />
      ))}
      {free > 0 && <i style={{ flexGrow: free }} />}
    </div>
  );
}
