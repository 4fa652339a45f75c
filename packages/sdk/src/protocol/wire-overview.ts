/** From TypeScript to the wire: how the hub spells what it says of itself. */

import type {
  ClientInfo,
  HubInfo,
  Percentiles,
  ProviderSession,
  RequestSummary,
  ServiceStats,
  Stats,
  StatsPoint,
} from './overview.ts';
import { providerToWire, requestHeadToWire, type WireBody } from './wire.ts';

export function summaryToWire(summary: RequestSummary): WireBody {
  const body = requestHeadToWire(summary);
  const { running, waiting, stalled } = summary.live;
  body['live'] = {
    ...(running === undefined ? {} : { running }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(stalled === undefined ? {} : { stalled: { silent_ms: Math.round(stalled.silentMs) } }),
  };
  return body;
}

export function providerSessionToWire({ sessionId, name, subject, connected, services }: ProviderSession): WireBody {
  return {
    session_id: sessionId,
    ...(name === undefined ? {} : { name }),
    subject,
    connected,
    services: services.map(({ service, ...info }) => ({ service, ...providerToWire(info) })),
  };
}

export function clientToWire({ sessionId, name, subject, connected, openRequests, watching, services }: ClientInfo): WireBody {
  return {
    session_id: sessionId,
    ...(name === undefined ? {} : { name }),
    subject,
    connected,
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

export function hubToWire({ hubId, version, epoch, startedAt, openRequests, connections, trouble }: HubInfo): WireBody {
  return {
    hub_id: hubId,
    version,
    epoch,
    started_at: new Date(startedAt).toISOString(),
    open_requests: openRequests,
    connections,
    ...(trouble === undefined ? {} : { trouble }),
  };
}
