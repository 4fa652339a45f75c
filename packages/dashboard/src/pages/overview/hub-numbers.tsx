/** The numbers of this moment and of the last minute. */

import { requestsPath } from '../../app/paths.ts';
import type { Stats } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { Tiles } from '../../parts/tiles.tsx';

export function HubNumbers({ stats }: { readonly stats: Stats | undefined }) {
  const { open, last_minute: minute, durations } = stats ?? {};
  const underWay = open && open.running + open.assigned + open.cancelling;
  return (
    <Tiles
      tiles={[
        {
          name: 'Queued',
          value: open && countText(open.queued),
          unit: 'now',
          path: requestsPath({ state: 'queued' }),
          state: 'queued',
        },
        {
          name: 'Running',
          value: underWay === undefined ? undefined : countText(underWay),
          unit: 'now',
          path: requestsPath({ state: 'assigned,running,cancelling' }),
          state: 'running',
        },
        {
          name: 'Completed',
          value: minute && countText(minute.completed),
          unit: 'a minute',
          path: requestsPath({ state: 'completed' }),
          state: 'completed',
        },
        {
          name: 'Failed',
          value: minute && countText(minute.failed + minute.expired),
          unit: 'a minute',
          path: requestsPath({ state: 'failed,expired' }),
          state: 'failed',
        },
        { name: 'Median duration', value: durations && durationText(durations.p50_ms), unit: 'p50', path: requestsPath({}) },
        { name: '95th percentile', value: durations && durationText(durations.p95_ms), unit: 'p95', path: requestsPath({}) },
      ]}
    />
  );
}
