/** The numbers of this moment and of the last minute; each leads to what it counts. */

import { Link } from 'wouter';
import { requestsPath } from '../../app/paths.ts';
import type { Stats } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import styles from './tiles.module.css';

export function Tiles({ stats }: { readonly stats: Stats | undefined }) {
  const { open, last_minute: minute, durations } = stats ?? {};
  const count = (number: number | undefined): string => (number === undefined ? '–' : countText(number));
  const time = (ms: number | undefined): string => (ms === undefined ? '–' : durationText(ms));
  const tiles: readonly (readonly [
    name: string,
    value: string,
    unit: string,
    filters: Record<string, string>,
    state?: string,
  ])[] = [
    ['Queued', count(open?.queued), 'now', { state: 'queued' }, 'queued'],
    [
      'Running',
      count(open && open.running + open.assigned + open.cancelling),
      'now',
      { state: 'assigned,running,cancelling' },
      'running',
    ],
    ['Completed', count(minute?.completed), 'a minute', { state: 'completed' }, 'completed'],
    ['Failed', count(minute && minute.failed + minute.expired), 'a minute', { state: 'failed,expired' }, 'failed'],
    ['Median duration', time(durations?.p50_ms), 'p50', {}],
    ['95th percentile', time(durations?.p95_ms), 'p95', {}],
  ];
  return (
    <ul className={styles['tiles']}>
      {tiles.map(([name, value, unit, filters, state]) => (
        <li key={name}>
          <Link href={requestsPath(filters)} data-state={state}>
            <span className={styles['name']}>{name}</span>
            <span className={styles['value']}>
              {value} <small>{unit}</small>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
