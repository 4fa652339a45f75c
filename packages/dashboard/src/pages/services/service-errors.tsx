/** With which errors a service's requests failed of late. Services choose the codes: here they are text like any other. */

import { Link } from 'wouter';
import { requestsPath } from '../../app/paths.ts';
import type { ServiceStats } from '../../live/api.ts';
import { countText, shareText } from '../../parts/durations.ts';
import { Panel } from '../../parts/panel.tsx';
import { StackedBar } from '../../parts/stacked-bar.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './service-errors.module.css';

/** Stands for the codes beyond those that the hub tells apart. */
const others = 'other';

/** Nothing at all while nothing fails. */
export function ServiceErrors({ stats: { service, errors } }: { readonly stats: ServiceStats }) {
  if (errors.length === 0) return null;
  const all = errors.reduce((sum, { count }) => sum + count, 0);
  return (
    <Panel
      title="Errors in the last 15 minutes"
      aside={<Link href={requestsPath({ service, state: 'failed,expired' })}>What failed</Link>}
    >
      <ul className={styles['errors']}>
        {errors.map(({ code, count, last_at }) => (
          <li key={code}>
            {code === others ? (
              <code>{code}</code>
            ) : (
              <Link href={requestsPath({ service, error: code })}>
                <code>{code}</code>
              </Link>
            )}
            <StackedBar label={code} counts={[['failed', count]]} free={all - count} />
            <b>{countText(count)}</b>
            <span>{shareText(count, all)}</span>
            <span>
              latest <Ago at={last_at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
