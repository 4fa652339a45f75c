/** What ended in the last quarter of an hour, in steps of 10 s: completed above, what went wrong on top of it. */

import { useNow } from '../../app/now.ts';
import type { History } from '../../live/api.ts';
import { useHistory } from '../../live/queries.ts';
import { countText } from '../../parts/durations.ts';
import { Panel } from '../../parts/panel.tsx';
import styles from './throughput.module.css';

const steps = 90;
const height = 100;
/** As the style sheet draws them, the highest at the top. */
const lines = 4;
const shown = ['completed', 'cancelled', 'expired', 'failed'] as const;

interface Column {
  readonly at: number;
  readonly counts: Readonly<Record<(typeof shown)[number], number>>;
  readonly sum: number;
}

export function Throughput() {
  const history = useHistory();
  const now = useNow();
  const columns = history === undefined ? [] : columnsOf(history, now);
  const highest = Math.max(1, ...columns.map(({ sum }) => sum));
  const most = topOf(highest);
  const total = columns.reduce((sum, column) => sum + column.sum, 0);
  return (
    <Panel title="Ended in the last 15 minutes" aside={<Legend />}>
      <figure className={styles['chart']}>
        <div className={styles['lines']} aria-hidden="true">
          {[4, 3, 2, 1].map((line) => (
            <span key={line}>{countText((most / lines) * line)}</span>
          ))}
        </div>
        <svg
          viewBox={`0 0 ${steps} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${countText(total)} requests ended in the last 15 minutes, ${countText(highest)} at most in 10 seconds`}
        >
          {columns.map((column, index) => (
            <Bars key={column.at} column={column} x={index} most={most} />
          ))}
        </svg>
        <figcaption>
          <span>15 m ago</span>
          <span>{countText(highest)} at most in 10 s</span>
          <span>now</span>
        </figcaption>
      </figure>
    </Panel>
  );
}

/** The least round number that gives each line a whole one. */
function topOf(highest: number): number {
  for (let power = 1; ; power *= 10) {
    const round = [1, 2, 5].find((digit) => digit * power * lines >= highest);
    if (round !== undefined) return round * power * lines;
  }
}

function Bars({ column, x, most }: { readonly column: Column; readonly x: number; readonly most: number }) {
  let below = 0;
  return (
    <g>
      {shown.map((state) => {
        const count = column.counts[state];
        if (count === 0) return null;
        const size = Math.max((count / most) * height, 1.5);
        below += size;
        return (
          <rect key={state} x={x + 0.12} y={height - below} width={0.76} height={size} style={{ fill: `var(--${state})` }} />
        );
      })}
    </g>
  );
}

function columnsOf({ step_ms: stepMs, points }: History, now: number): Column[] {
  const stepOf = (at: number): number => Math.floor(at / stepMs);
  const known = new Map(points.map((point) => [stepOf(Date.parse(point.at) + stepMs / 2), point]));
  const last = Math.max(stepOf(now), ...known.keys());
  return Array.from({ length: steps }, (_, index) => {
    const step = last - steps + 1 + index;
    const { completed = 0, cancelled = 0, expired = 0, failed = 0 } = known.get(step) ?? {};
    const counts = { completed, cancelled, expired, failed };
    return { at: step, counts, sum: completed + cancelled + expired + failed };
  });
}

function Legend() {
  return (
    <ul className={styles['legend']}>
      {shown.map((state) => (
        <li key={state}>
          <span style={{ background: `var(--${state})` }} aria-hidden="true" />
          {state}
        </li>
      ))}
    </ul>
  );
}
