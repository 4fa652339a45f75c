/** From TypeScript to the wire: how the hub spells what it says of itself. */

import type {
  ClientInfo,
  CurrentTask,
  HubInfo,
  Percentiles,
  ProviderSession,
  RequestSummary,
  ServiceStats,
  Stats,
  StatsPoint,
  WorkInHand,
} from './overview.ts';
import { providerToWire, requestHeadToWire, type WireBody } from './wire.ts';

export function summaryToWire(summary: RequestSummary): WireBody {
  const body = requestHeadToWire(summary);
  const { running, waiting, stalled, task } = summary.live;
  body['live'] = {
    ...(running === undefined ? {} : { running }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(stalled === undefined ? {} : { stalled: { silent_ms: Math.round(stalled.silentMs) } }),
    ...(task === undefined ? {} : { task: currentTaskToWire(task) }),
  };
  return body;
}

function currentTaskToWire({ taskId, ...said }: CurrentTask): WireBody {
  return { task_id: taskId, ...said };
}

export function providerSessionToWire(session: ProviderSession): WireBody {
  const { sessionId, name, subject, connected, lastSeenAt, roundTripMs, services, workingOn } = session;
  return {
    session_id: sessionId,
    ...(name === undefined ? {} : { name }),
    subject,
    connected,
    last_seen_at: new Date(lastSeenAt).toISOString(),
    ...(roundTripMs === undefined ? {} : { round_trip_ms: tenths(roundTripMs) }),
    services: services.map(({ service, ...info }) => ({ service, ...providerToWire(info) })),
    working_on: workingOn.map(workToWire),
  };
}

function workToWire({ requestId, service, action, sinceAt, overall }: WorkInHand): WireBody {
  return { request_id: requestId, service, action, since_at: new Date(sinceAt).toISOString(), overall };
}

/** What is often below one, with as much of it as anybody reads. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

export function clientToWire({ sessionId, name, subject, connected, lastSeenAt, ...does }: ClientInfo): WireBody {
  const { openRequests, watching, services } = does;
  return {
    session_id: sessionId,
    ...(name === undefined ? {} : { name }),
    subject,
    connected,
    last_seen_at: new Date(lastSeenAt).toISOString(),
    open_requests: openRequests,
    watching,
    services,
  };
}

export function statsToWire({ open, lastMinute, durations, services, providers, clients }: Stats): WireBody {
  return {
    open,
    last_minute: lastMinute,
    ...(durations === undefined ? {} : { durations: percentilesToWire(durations) }),
    services,
    providers,
    clients,
  };
}

export function serviceStatsToWire({
  service,
  open,
  lastMinute,
  lastQuarter,
  durations,
  queued,
  errors,
}: ServiceStats): WireBody {
  return {
    service,
    open,
    last_minute: lastMinute,
    last_quarter: lastQuarter,
    ...(durations === undefined ? {} : { durations: percentilesToWire(durations) }),
    ...(queued === undefined ? {} : { queued: percentilesToWire(queued) }),
    errors: errors.map(({ code, count, lastAt }) => ({ code, count, last_at: new Date(lastAt).toISOString() })),
  };
}

function percentilesToWire({ p50Ms, p95Ms }: Percentiles): WireBody {
  return { p50_ms: Math.round(p50Ms), p95_ms: Math.round(p95Ms) };
}

export function historyToWire({ stepMs, points }: { readonly stepMs: number; readonly points: readonly StatsPoint[] }): WireBody {
  return { step_ms: stepMs, points: points.map(({ at, ...counts }) => ({ at: new Date(at).toISOString(), ...counts })) };
}

export function hubToWire({ hubId, version, epoch, startedAt, openRequests, connections, trouble, ...fares }: HubInfo): WireBody {
  const { messagesPerSecond, eventLoopLagMs, memoryBytes } = fares;
  return {
    hub_id: hubId,
    version,
    epoch,
    started_at: new Date(startedAt).toISOString(),
    open_requests: openRequests,
    connections,
    messages_per_second: { in: tenths(messagesPerSecond.in), out: tenths(messagesPerSecond.out) },
    event_loop_lag_ms: tenths(eventLoopLagMs),
    memory_bytes: memoryBytes,
    ...(trouble === undefined ? {} : { trouble }),
  };
}
