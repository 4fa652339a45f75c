/** The requests that this one came from, repeats, or asked for, each with how it fares. */

import { Link } from 'wouter';
import { requestPath } from '../../app/paths.ts';
import type { RequestSummary } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { Panel } from '../../parts/panel.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { shortId } from '../../parts/short-id.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { type Family, isOpen, type Relative } from './family.ts';
import styles from './related.module.css';

export function Related({ family: { shown, left } }: { readonly family: Family }) {
  if (shown.length === 0) return null;
  return (
    <div className={styles['related']}>
      <Panel title="Related" aside={left > 0 ? <span>{countText(left)} more</span> : undefined}>
        <ul>
          {shown.map((relative) => (
            <Row key={relative.id} relative={relative} />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Row({ relative: { how, id, summary } }: { readonly relative: Relative }) {
  return (
    <li>
      <span>{how}</span>
      {summary !== undefined && <StateBadge state={summary.state} />}
      <Link href={requestPath(id)} title={id}>
        {summary !== undefined && (
          <>
            <b>{summary.to}</b> {summary.action}{' '}
          </>
        )}
        <code>{shortId(id)}</code>
      </Link>
      {summary !== undefined && <HowFar summary={summary} />}
    </li>
  );
}

function HowFar({ summary }: { readonly summary: RequestSummary }) {
  const { to, action, state, overall, timings } = summary;
  if (!isOpen(summary)) return <small>{durationText(timings.total_ms)}</small>;
  return <ProgressBar value={overall === 0 ? null : overall} state={state} label={`${to} ${action}`} />;
}
