/** All sessions: who is connected, what they have asked for, and what they follow; who is gone and may come back, where that is asked for. */

import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { rowAttribute } from '../../app/keys.tsx';
import { requestsPath } from '../../app/paths.ts';
import type { Client } from '../../live/api.ts';
import { useClients } from '../../live/queries.ts';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { SessionEnd } from '../../parts/session-end.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './clients-page.module.css';
import { bySubject, sumOf, sumText } from './summing.ts';

/** More are counted by subject: nobody reads a list of thousands. */
const maxShown = 300;

export function ClientsPage() {
  const clients = useClients();
  const [query] = useSearchParams();
  if (clients === undefined) return <h1>Clients</h1>;
  const shown = query.get('gone') === '1' ? clients : clients.filter(({ connected }) => connected);
  const aside = <Totals clients={clients} />;
  return shown.length > maxShown ? <BySubject clients={shown} aside={aside} /> : <Sessions clients={shown} aside={aside} />;
}

/** Those that are gone are kept for a quarter of an hour; the address says whether they are shown. */
function Totals({ clients }: { readonly clients: readonly Client[] }) {
  const [query, setQuery] = useSearchParams();
  const sums = sumOf(clients);
  const isGoneShown = query.get('gone') === '1';
  return (
    <>
      <p className={styles['totals']}>{sumText(sums)}</p>
      {(sums.gone > 0 || isGoneShown) && (
        <button
          type="button"
          className={styles['toggle']}
          aria-pressed={isGoneShown}
          onClick={() => setQuery(isGoneShown ? {} : { gone: '1' })}
        >
          {countText(sums.gone)} gone, kept to come back
        </button>
      )}
    </>
  );
}

interface ListProps {
  readonly clients: readonly Client[];
  readonly aside: ReactNode;
}

function Sessions({ clients, aside }: ListProps) {
  return (
    <Table
      title="Clients"
      aside={aside}
      heads={['Session', 'State', 'Subject', 'Open requests', 'Follows', 'Serves', 'Last seen']}
      minor={[3, 5, 6, 7]}
      isEmpty={clients.length === 0}
      empty={
        <EmptyState title="Nobody is connected">
          <p>Whoever connects with the SDK or a Socket.IO client shows here.</p>
        </EmptyState>
      }
    >
      {clients.toSorted(byPresence).map((client) => (
        <tr key={client.session_id} {...{ [rowAttribute]: '' }}>
          <th scope="row" title={client.session_id}>
            <Link href={requestsPath({ requester: client.session_id })}>{client.name ?? client.session_id}</Link>{' '}
            {client.name !== undefined && <SessionEnd id={client.session_id} />}
          </th>
          <td>
            <StateBadge state={client.connected ? 'ready' : 'gone'} />
          </td>
          <td>{client.subject}</td>
          <td>{countText(client.open_requests)}</td>
          <td>{countText(client.watching)}</td>
          <td>{client.services.join(', ')}</td>
          <td>
            <Ago at={client.last_seen_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function BySubject({ clients, aside }: ListProps) {
  return (
    <Table
      title="Clients"
      aside={aside}
      heads={['Subject', 'Connected', 'Gone', 'Open requests', 'Follows']}
      minor={[5]}
      isEmpty={false}
      empty={null}
    >
      {bySubject(clients)
        .slice(0, maxShown)
        .map(({ subject, connected, gone, openRequests, watching }) => (
          <tr key={subject} {...{ [rowAttribute]: '' }}>
            <th scope="row">
              <Link href={requestsPath({ requester: subject })}>{subject}</Link>
            </th>
            <td>{countText(connected)}</td>
            <td>{countText(gone)}</td>
            <td>{countText(openRequests)}</td>
            <td>{countText(watching)}</td>
          </tr>
        ))}
    </Table>
  );
}

/** Whoever is here stands before whoever may come back. */
function byPresence(one: Client, other: Client): number {
  return Number(other.connected) - Number(one.connected);
}
