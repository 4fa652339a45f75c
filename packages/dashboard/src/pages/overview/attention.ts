/** What an operator should look at first, each with what can be done; nothing while all is well. */

import { requestsPath, servicePath } from '../../app/paths.ts';
import type { Hub, RequestSummary, Service, Stats } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { loadOf } from '../../parts/load.ts';
import { silentMs } from '../requests/silence.ts';

export interface Attention {
  readonly key: string;
  readonly what: string;
  readonly todo: string;
  readonly path: string;
}

/** Everything waits for a loop that is as late as this, milliseconds; half of it is a bad moment. */
const tooLateMs = 200;
/** So long a hub is kept by its own start, and by that of all who come back to it. */
const startMs = 30_000;

/** Of what ended in a minute. */
const leastFailures = 3;
const toleratedShare = 0.05;

interface Seen {
  readonly services: readonly Service[];
  /** Requests that wait, of any service: some may be for a name that none has registered. */
  readonly queued: readonly RequestSummary[];
  /** Requests whose provider has been silent for too long. */
  readonly stalled: readonly RequestSummary[];
  /** What happened in the last minute; undefined for whoever does not see everything. */
  readonly minute: Stats['last_minute'] | undefined;
  /** What an operator sees of them; empty for everybody else. */
  readonly hubs: readonly Hub[];
  /** Wall clock, milliseconds: silences go on. */
  readonly now: number;
}

export function attentionOf({ services, queued, stalled, minute, hubs, now }: Seen): readonly Attention[] {
  const known = new Set(services.map(({ name }) => name));
  const unknown = new Map<string, number>();
  for (const { to, live } of queued) {
    if (live.waiting?.reason === 'no_provider' && !known.has(to)) unknown.set(to, (unknown.get(to) ?? 0) + 1);
  }
  return [
    ...hubs.flatMap((hub) => [...notReady(hub), ...late(hub, now)]),
    ...[...unknown].map(([name, waiting]) => neverProvided(name, waiting)),
    ...services.flatMap((service) => [...unprovided(service), ...paused(service), ...crowded(service), ...suspect(service)]),
    ...failures(minute),
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

function notReady({ hub_id, trouble }: Hub): Attention[] {
  if (trouble === undefined) return [];
  return [
    {
      key: `hub ${hub_id} not ready`,
      what: `The hub ${hub_id} is not ready: ${trouble}`,
      todo: 'Look at its log, its disk and its CPU: until then it may refuse what is sent.',
      path: '/cluster',
    },
  ];
}

function late({ hub_id, event_loop_lag_ms, started_at }: Hub, now: number): Attention[] {
  if (event_loop_lag_ms <= tooLateMs || now - Date.parse(started_at) < startMs) return [];
  return [
    {
      key: `hub ${hub_id} late`,
      what: `The hub ${hub_id} was up to ${durationText(event_loop_lag_ms)} late in the last ten seconds`,
      todo: 'Everything waits for it that long: give it a core of its own, or less to do.',
      path: '/cluster',
    },
  ];
}

/** A few of many are everyday; one of a handful is chance. */
function failures(minute: Seen['minute']): Attention[] {
  if (minute === undefined) return [];
  const failed = minute.failed + minute.expired;
  const ended = failed + minute.completed + minute.cancelled;
  if (failed < leastFailures || failed < ended * toleratedShare) return [];
  return [
    {
      key: 'failures',
      what: `${countText(failed)} of ${countText(ended)} requests that ended in the last minute failed`,
      todo: 'Look at their errors: many with one code have one cause.',
      path: requestsPath({ state: 'failed,expired', since: '1m' }),
    },
  ];
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
