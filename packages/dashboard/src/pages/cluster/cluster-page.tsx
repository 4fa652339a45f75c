/** The hubs: one for now, with how long it has been up and what it carries. */

import { useNow } from '../../app/now.ts';
import { useHubs, useMe } from '../../live/queries.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';

export function ClusterPage() {
  const hubs = useHubs();
  const { me } = useMe();
  const now = useNow();
  const isOperator = me?.scopes.includes('operator') === true;
  return (
    <Table
      title="Cluster"
      heads={['Hub', 'State', 'Version', 'Up for', 'Connections', 'Open requests', 'Epoch']}
      minor={[3, 5, 7]}
      isEmpty={!isOperator}
      empty={
        <EmptyState title="Hubs are shown to operators">
          <p>
            Sign in with a token that has the scope <code>operator</code>.
          </p>
        </EmptyState>
      }
    >
      {hubs?.map(({ hub_id, version, epoch, started_at, open_requests, connections, trouble }) => (
        <tr key={hub_id}>
          <th scope="row">{hub_id}</th>
          <td>{trouble === undefined ? <StateBadge state="ready" /> : trouble}</td>
          <td>{version}</td>
          <td>{durationText(now - Date.parse(started_at))}</td>
          <td>{countText(connections)}</td>
          <td>{countText(open_requests)}</td>
          <td>{epoch.slice(0, 8)}</td>
        </tr>
      ))}
    </Table>
  );
}
