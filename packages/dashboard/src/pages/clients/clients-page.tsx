/** All sessions: who is connected, what they have asked for, and what they follow. */

import { Link } from 'wouter';
import { rowAttribute } from '../../app/keys.tsx';
import { requestsPath } from '../../app/paths.ts';
import type { Client } from '../../live/api.ts';
import { useClients } from '../../live/queries.ts';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';

/** More are counted by subject: nobody reads a list of thousands. */
const maxShown = 300;

export function ClientsPage() {
  const clients = useClients();
  if (clients !== undefined && clients.length > maxShown) return <BySubject clients={clients} />;
  return (
    <Table
      title="Clients"
      heads={['Session', 'State', 'Subject', 'Open requests', 'Follows', 'Serves']}
      minor={[3, 5, 6]}
      isEmpty={clients?.length === 0}
      empty={
        <EmptyState title="Nobody is connected">
          <p>Whoever connects with the SDK or a Socket.IO client shows here.</p>
        </EmptyState>
      }
    >
      {clients?.toSorted(byPresence).map(({ session_id, name, subject, connected, open_requests, watching, services }) => (
        <tr key={session_id} {...{ [rowAttribute]: '' }}>
          <th scope="row" title={session_id}>
            <Link href={requestsPath({ requester: session_id })}>{name ?? session_id}</Link>
          </th>
          <td>
            <StateBadge state={connected ? 'ready' : 'gone'} />
          </td>
          <td>{subject}</td>
          <td>{countText(open_requests)}</td>
          <td>{countText(watching)}</td>
          <td>{services.join(', ')}</td>
        </tr>
      ))}
    </Table>
  );
}

function BySubject({ clients }: { readonly clients: Clients }) {
  const subjects = grouped(clients);
  const rows = [...subjects].toSorted(([, one], [, other]) => other.length - one.length).slice(0, maxShown);
  return (
    <Table
      title={`Clients: ${countText(clients.length)} sessions`}
      heads={['Subject', 'Sessions', 'Connected', 'Open requests']}
      isEmpty={false}
      empty={null}
    >
      {rows.map(([subject, sessions]) => (
        <tr key={subject} {...{ [rowAttribute]: '' }}>
          <th scope="row">
            <Link href={requestsPath({ requester: subject })}>{subject}</Link>
          </th>
          <td>{countText(sessions.length)}</td>
          <td>{countText(sessions.filter(({ connected }) => connected).length)}</td>
          <td>{countText(sessions.reduce((sum, { open_requests }) => sum + open_requests, 0))}</td>
        </tr>
      ))}
    </Table>
  );
}

/** Whoever is here stands before whoever may come back. */
function byPresence(one: Client, other: Client): number {
  return Number(other.connected) - Number(one.connected);
}

type Clients = NonNullable<ReturnType<typeof useClients>>;

function grouped(clients: Clients): ReadonlyMap<string, Clients> {
  const groups = new Map<string, Clients[number][]>();
  for (const client of clients) {
    const group = groups.get(client.subject);
    if (group === undefined) groups.set(client.subject, [client]);
    else group.push(client);
  }
  return groups;
}
