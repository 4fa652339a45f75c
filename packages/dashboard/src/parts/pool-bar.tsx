/** How much of a pool is at work, what waits for it, and how much room it has, as a bar. */

import type { Service } from '../live/api.ts';
import { loadOf } from './load.ts';
import { StackedBar } from './stacked-bar.tsx';

export function PoolBar({ service }: { readonly service: Service }) {
  const { held, room } = loadOf(service);
  return (
    <StackedBar
      label={service.name}
      counts={[
        ['running', held],
        ['queued', service.waiting],
      ]}
      free={Math.max(0, room - held)}
    />
  );
}
