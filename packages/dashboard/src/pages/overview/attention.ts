/** What an operator should look at first, each with what can be done; nothing while all is well. */

import { requestsPath, servicePath } from '../../app/place.ts';
import type { Service } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';

export interface Attention {
  readonly key: string;
  readonly what: string;
  readonly todo: string;
  readonly path: string;
}

export function attentionOf(services: readonly Service[]): readonly Attention[] {
  return services.flatMap((service) => [...unprovided(service), ...paused(service), ...crowded(service), ...suspect(service)]);
}

function unprovided({ name, providers, waiting, unprovided_ms }: Service): Attention[] {
  if (providers.length > 0) return [];
  const since = unprovided_ms === undefined ? '' : ` for ${durationText(unprovided_ms)}`;
  const waits = waiting === 0 ? '' : `, and ${countText(waiting)} ${waiting === 1 ? 'request waits' : 'requests wait'}`;
  return [
    {
      key: `${name} unprovided`,
      what: `${name} has had no provider${since}${waits}`,
      todo: 'Start a worker that registers this name.',
      path: servicePath(name),
    },
  ];
}

function paused({ name, paused: isPaused, waiting }: Service): Attention[] {
  return isPaused
    ? [
        {
          key: `${name} paused`,
          what: `${name} is paused; ${countText(waiting)} wait`,
          todo: 'Resume it.',
          path: servicePath(name),
        },
      ]
    : [];
}

/** A line that is longer than everybody who works on it could take at once. */
function crowded({ name, providers, waiting }: Service): Attention[] {
  const room = providers.reduce((sum, { capacity }) => sum + capacity, 0);
  if (providers.length === 0 || waiting <= room) return [];
  return [
    {
      key: `${name} crowded`,
      what: `${name} has ${countText(waiting)} waiting for ${countText(room)} places`,
      todo: 'Start more workers under this name.',
      path: requestsPath({ service: name, state: 'queued' }),
    },
  ];
}

function suspect({ name, providers }: Service): Attention[] {
  const count = providers.filter(({ state }) => state === 'suspect').length;
  if (count === 0) return [];
  return [
    {
      key: `${name} suspect`,
      what: `${count} of ${providers.length} providers of ${name} did not acknowledge what they were handed`,
      todo: 'Look at its process: it may be blocked.',
      path: servicePath(name),
    },
  ];
}
