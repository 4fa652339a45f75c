/** What a service is asked: who waits, what is at work, how much ended of late and how long it took. */

import { requestsPath } from '../../app/paths.ts';
import type { Service, ServiceStats } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { loadOf } from '../../parts/load.ts';
import { Tiles } from '../../parts/tiles.tsx';

interface ServiceNumbersProps {
  readonly service: Service;
  readonly stats: ServiceStats | undefined;
}

export function ServiceNumbers({ service, stats }: ServiceNumbersProps) {
  const { last_quarter: quarter, durations } = stats ?? {};
  const list = (state: string): string => requestsPath({ service: service.name, state });
  // Those of this moment are pushed, and here before the others are asked for again.
  return (
    <Tiles
      tiles={[
        { name: 'Waiting', value: countText(service.waiting), unit: 'now', path: list('queued'), state: 'queued' },
        {
          name: 'At work',
          value: countText(loadOf(service).held),
          unit: 'now',
          path: list('assigned,running,cancelling'),
          state: 'running',
        },
        {
          name: 'Completed',
          value: quarter && countText(quarter.completed),
          unit: 'in 15 m',
          path: list('completed'),
          state: 'completed',
        },
        {
          name: 'Failed',
          value: quarter && countText(quarter.failed + quarter.expired),
          unit: 'in 15 m',
          path: list('failed,expired'),
          state: 'failed',
        },
        { name: 'Median duration', value: durations && durationText(durations.p50_ms), unit: 'p50' },
        { name: '95th percentile', value: durations && durationText(durations.p95_ms), unit: 'p95' },
      ]}
    />
  );
}
