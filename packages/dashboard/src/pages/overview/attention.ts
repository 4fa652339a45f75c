/** What an operator should look at first, each with what can be done; nothing while all is well. */

import { requestsPath, servicePath } from '../../app/paths.ts';
import type { RequestSummary, Service } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { loadOf } from '../../parts/load.ts';
import { silentMs } from '../requests/silence.ts';

export interface Attention {
  readonly key: string;
  readonly what: string;
  readonly todo: string;
  readonly path: string;
}

interface Seen {
  readonly services: readonly Service[];
  /** Requests that wait, of any service: some may be for a name that none has registered. */
  readonly queued: readonly RequestSummary[];
  /** Requests whose provider has been silent for too long. */
  readonly stalled: readonly RequestSummary[];
  /** Wall clock, milliseconds: silences go on. */
  readonly now: number;
}

export function attentionOf({ services, queued, stalled, now }: Seen): readonly Attention[] {
  const known = new Set(services.map(({ name }) => name));
  const unknown = new Map<string, number>();
  for (const { to, live } of queued) {
    if (live.waiting?.reason === 'no_provider' && !known.has(to)) unknown.set(to, (unknown.get(to) ?? 0) + 1);
  }
  return [
    ...[...unknown].map(([name, waiting]) => neverProvided(name, waiting)),
    ...services.flatMap((service) => [...unprovided(service), ...paused(service), ...crowded(service), ...suspect(service)]),
    ...[...new Set(stalled.map(({ to }) => to))].map((name) =>
      silent(
        name,
        stalled.filter(({ to }) => to === name),
        now,
      ),
    ),
  ];
}

function silent(name: string, requests: readonly RequestSummary[], now: number): Attention {
  const count = requests.length;
  const longestMs = Math.max(...requests.map((request) => silentMs(request, now) ?? 0));
  return {
    key: `${name} silent`,
    what: `${countText(count)} running ${count === 1 ? 'request' : 'requests'} of ${name} ${count === 1 ? 'has' : 'have'} said nothing for ${durationText(longestMs)}`,
    todo: 'Look at the worker: it may hang. Cancelling hands its place to the next.',
    path: requestsPath({ is: 'stalled', service: name }),
  };
}

function neverProvided(name: string, waiting: number): Attention {
  return {
    key: `${name} never provided`,
    what: `No worker has registered “${name}”, and ${waitText(waiting)}`,
    todo: 'Start one under this name, or cancel what was sent to the wrong one.',
    path: requestsPath({ service: name, state: 'queued' }),
  };
}

function waitText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'request waits' : 'requests wait'}`;
}

function unprovided({ name, providers, waiting, unprovided_ms }: Service): Attention[] {
  if (providers.length > 0) return [];
  const since = unprovided_ms === undefined ? '' : ` for ${durationText(unprovided_ms)}`;
  const waits = waiting === 0 ? '' : `, and ${waitText(waiting)}`;
  return [
    {
      key: `${name} unprovided`,
      what: since === '' ? `${name} has no provider${waits}` : `${name} has had no provider${since}${waits}`,
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
          what: `${name} is paused, and ${waitText(waiting)}`,
          todo: 'Resume it.',
          path: servicePath(name),
        },
      ]
    : [];
}

/** A line that is longer than everybody who works on it could take at once. */
function crowded({ name, providers, waiting }: Service): Attention[] {
  const { room } = loadOf({ providers });
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
