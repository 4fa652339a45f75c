/** All services: who provides them, how much room there is, and who waits. */

import { Link } from 'wouter';
import { rowAttribute } from '../../app/keys.tsx';
import { servicePath } from '../../app/paths.ts';
import { useServices } from '../../live/queries.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { StackedBar } from '../../parts/stacked-bar.tsx';
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
      {services?.map(({ name, actions, providers, waiting, paused, unprovided_ms }) => {
        const held = providers.reduce((sum, provider) => sum + provider.held, 0);
        const room = providers.reduce((sum, { capacity }) => sum + capacity, 0);
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
              <StackedBar
                label={name}
                counts={[
                  ['running', held],
                  ['queued', waiting],
                ]}
                free={Math.max(0, room - held)}
              />
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
