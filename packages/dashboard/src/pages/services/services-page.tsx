/** All services: who provides them, how much room there is, and who waits. */

import { Link } from 'wouter';
import { rowAttribute } from '../../app/keys.tsx';
import { servicePath } from '../../app/paths.ts';
import { useServices } from '../../live/queries.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { loadOf } from '../../parts/load.ts';
import { PoolBar } from '../../parts/pool-bar.tsx';
import { Table } from '../../parts/table.tsx';

export function ServicesPage() {
  const services = useServices();
  return (
    <Table
      title="Services"
      heads={['Service', 'Actions', 'Providers', 'Work', 'Busy', 'Waiting']}
      minor={[2, 5]}
      isEmpty={services?.length === 0}
      empty={
        <EmptyState title="No service has registered yet">
          <FirstService />
        </EmptyState>
      }
    >
      {services?.map((service) => {
        const { name, actions, providers, waiting, paused, unprovided_ms } = service;
        const { held, room } = loadOf(service);
        const none = unprovided_ms === undefined ? 'none' : `none for ${durationText(unprovided_ms)}`;
        return (
          <tr key={name} {...{ [rowAttribute]: '' }}>
            <th scope="row">
              <Link href={servicePath(name)}>{name}</Link>
              {paused && ' · paused'}
            </th>
            <td>{actions.map((action) => action.name).join(', ') || 'any'}</td>
            <td>{providers.length === 0 ? none : countText(providers.length)}</td>
            <td>
              <PoolBar service={service} />
            </td>
            <td>
              {countText(held)} of {countText(room)}
            </td>
            <td>{countText(waiting)}</td>
          </tr>
        );
      })}
    </Table>
  );
}
