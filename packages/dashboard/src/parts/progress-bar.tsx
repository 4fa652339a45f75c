/** How far something is, 0…1; without a number it only says that it goes on. */

import styles from './progress-bar.module.css';

interface ProgressBarProps {
  readonly value: number | null;
  readonly state: string;
  /** What it is the progress of. */
  readonly label: string;
}

export function ProgressBar({ value, state, label }: ProgressBarProps) {
  const percent = value === null ? undefined : Math.round(value * 100);
  return (
    <span
      className={styles['track']}
      data-state={state}
      data-unknown={percent === undefined}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      tabIndex={-1}
    >
      <span className={styles['fill']} style={{ transform: `scaleX(${value ?? 1})` }} />
    </span>
  );
}
