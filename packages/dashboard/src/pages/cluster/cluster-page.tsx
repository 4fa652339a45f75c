/** The hubs: one for now, with what it carries, whether it keeps up, and how long it has been up. */

import { useNow } from '../../app/now.ts';
import { useHubs, useMe } from '../../live/queries.ts';
import { bytesText, countText, durationText, rateText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';
import styles from './cluster-page.module.css';

/** From here on people feel it. Milliseconds. */
const lateMs = 100;

const heads = [
  'Hub',
  'State',
  'Messages a second',
  'Loop lag',
  'Memory',
  'Connections',
  'Open requests',
  'Up for',
  'Version',
  'Epoch',
] as const;

export function ClusterPage() {
  const hubs = useHubs();
  const { me } = useMe();
  const now = useNow();
  const isOperator = me?.scopes.includes('operator') === true;
  return (
    <Table
      title="Cluster"
      aside={isOperator && <p className={styles['note']}>Messages and lag are those of the last ten seconds.</p>}
      heads={heads}
      minor={[5, 6, 7, 8, 9, 10]}
      isEmpty={!isOperator}
      empty={
        <EmptyState title="Hubs are shown to operators">
          <p>
            Sign in with a token that has the scope <code>operator</code>.
          </p>
        </EmptyState>
      }
    >
      {hubs?.map((hub) => (
        <tr key={hub.hub_id}>
          <th scope="row">{hub.hub_id}</th>
          <td>
            {hub.trouble === undefined ? <StateBadge state="ready" /> : <span className={styles['bad']}>{hub.trouble}</span>}
          </td>
          <td>
            {rateText(hub.messages_per_second.in)} in · {rateText(hub.messages_per_second.out)} out
          </td>
          <td>
            <Lag ms={hub.event_loop_lag_ms} />
          </td>
          <td>{bytesText(hub.memory_bytes)}</td>
          <td>{countText(hub.connections)}</td>
          <td>{countText(hub.open_requests)}</td>
          <td>{durationText(now - Date.parse(hub.started_at))}</td>
          <td>{hub.version}</td>
          <td>{hub.epoch.slice(0, 8)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Lag({ ms }: { readonly ms: number }) {
  if (ms <= lateMs) return durationText(ms);
  return (
    <span className={styles['late']} title="At worst: for so long nobody was served">
      {durationText(ms)}, late
    </span>
  );
}
