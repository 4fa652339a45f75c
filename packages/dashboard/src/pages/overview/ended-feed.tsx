/** What ended just now, newest first: the first thing one looks at when something is wrong. */

import { useMemo } from 'react';
import { Link } from 'wouter';
import { requestPath } from '../../app/paths.ts';
import { durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Ago } from '../../parts/time.tsx';
import { useRequestList } from '../requests/request-list.ts';
import styles from './ended-feed.module.css';

const ended = { state: 'completed,failed,cancelled,expired' };
const most = 12;
/** Those that ended last are not always those that began last. */
const pageSize = 2 * most;

export function EndedFeed() {
  const { requests } = useRequestList(ended, { isStill: false, pageSize });
  const latest = useMemo(
    () => requests?.toSorted((one, other) => ((one.finished_at ?? '') < (other.finished_at ?? '') ? 1 : -1)).slice(0, most),
    [requests],
  );
  if (latest === undefined) return null;
  if (latest.length === 0) return <EmptyState title="Nothing has ended yet" />;
  return (
    <ul className={styles['feed']}>
      {latest.map(({ request_id, to, action, state, timings, finished_at, created_at }) => (
        <li key={request_id}>
          <StateBadge state={state} />
          <Link href={requestPath(request_id)}>
            <b>{to}</b> {action}
          </Link>
          <span>{durationText(timings.total_ms)}</span>
          <Ago at={finished_at ?? created_at} />
        </li>
      ))}
    </ul>
  );
}
