/** The requests that this one came from, repeats, or asked for, each with how it fares. */

import type { RequestObject } from '@conduit/sdk';
import { Link } from 'wouter';
import { requestPath } from '../../app/paths.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { Panel } from '../../parts/panel.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { shortId } from '../../parts/short-id.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { isOpen, type Relative, useFamily } from './family.ts';
import styles from './related.module.css';

export function Related({ request }: { readonly request: RequestObject }) {
  const { shown, left } = useFamily(request);
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
  if (summary === undefined) {
    return (
      <li>
        <span>{how}</span>
        <span />
        <Link href={requestPath(id)} title={id}>
          {shortId(id)}
        </Link>
        <span />
      </li>
    );
  }
  const { to, action, state, overall, timings } = summary;
  return (
    <li>
      <span>{how}</span>
      <span>
        <StateBadge state={state} />
      </span>
      <Link href={requestPath(id)} title={id}>
        <b>{to}</b> {action}
      </Link>
      <span>
        {isOpen(summary) ? (
          <ProgressBar value={overall === 0 ? null : overall} state={state} label={`${to} ${action}`} />
        ) : (
          durationText(timings.total_ms)
        )}
      </span>
    </li>
  );
}
