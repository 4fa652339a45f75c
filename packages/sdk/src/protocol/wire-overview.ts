/** From TypeScript to the wire: how the hub spells what it says of itself. */

import type { ClientInfo, CurrentTask, HubInfo, ProviderSession, RequestSummary, Stats, StatsPoint } from './overview.ts';
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
    ...(durations === undefined
      ? {}
      : { durations: { p50_ms: Math.round(durations.p50Ms), p95_ms: Math.round(durations.p95Ms) } }),
    services,
    providers,
    clients,
  };
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
