/** What one provider has in hand: the oldest of it, each with how far it is and since when, and how much more there is. */

import { Link } from 'wouter';
import { useNow } from '../../app/now.ts';
import { requestPath } from '../../app/paths.ts';
import type { Provider } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import styles from './working-on.module.css';

/** As many as two lines have room for: a row is as high with work as without. */
const maxShown = 2;

interface WorkingOnProps {
  readonly work: Provider['working_on'];
  /** Places taken; of what fills them somebody may see less than all. */
  readonly held: number;
}

export function WorkingOn({ work, held }: WorkingOnProps) {
  const now = useNow();
  const shown = work.slice(0, maxShown);
  const rest = Math.max(0, held - shown.length);
  return (
    <div className={styles['work']}>
      {shown.length > 0 && (
        <ul>
          {shown.map(({ request_id, service, action, since_at, overall }) => (
            <li key={request_id}>
              <Link href={requestPath(request_id)} title={request_id}>
                <b>{service}</b> {action}
              </Link>
              <ProgressBar value={overall === 0 ? null : overall} state="running" label={`${service} ${action}`} />
              <span>{durationText(now - Date.parse(since_at))}</span>
            </li>
          ))}
        </ul>
      )}
      {rest > 0 && (
        <span className={styles['rest']}>
          {shown.length > 0 ? `and ${countText(rest)} more` : `${countText(rest)}, not shown to you`}
        </span>
      )}
    </div>
  );
}
