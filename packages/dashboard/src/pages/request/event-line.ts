/** What one event tells, as a sentence. Pure; all of the event is shown beside it to whoever opens it. */

import type { FollowedEvent } from '@conduit/sdk';
import { bytesText, countText, durationText } from '../../parts/durations.ts';
import { reasonText } from './reasons.ts';

/** A row shows no more of it, however wide it is. */
const maxLength = 300;

/** @param titleOf a task by its id, as people know it. */
export function lineOf(event: FollowedEvent, titleOf: (taskId: string) => string): string {
  return sentenceOf(event, titleOf).slice(0, maxLength);
}

function sentenceOf(event: FollowedEvent, titleOf: (taskId: string) => string): string {
  switch (event.type) {
    case 'status':
      return statusOf(event);
    case 'tasks': {
      const titles = event.tasks.map(({ taskId, title = taskId }) => title).join(', ');
      return `${event.tasks.length === 1 ? 'One step' : `${countText(event.tasks.length)} steps`}: ${titles}`;
    }
    case 'chunk':
      return `${event.stream} ${event.mode === 'replace' ? 'is now' : `${countText(event.index + 1)}`}: ${glimpseOf(event.data)}`;
    case 'task_result':
      return event.skipped === true
        ? `${titleOf(event.taskId)} was skipped`
        : `${titleOf(event.taskId)} is done${event.result === undefined ? '' : `: ${glimpseOf(event.result)}`}`;
    case 'task_error':
      return `${titleOf(event.taskId)} failed: ${event.error.code}, ${event.error.message}`;
    case 'result':
      return `Completed after ${durationText(event.timings.totalMs)}${event.result === undefined ? '' : `: ${glimpseOf(event.result)}`}`;
    case 'error':
      return `${endings[event.state]} after ${durationText(event.timings.totalMs)}: ${event.error.code}, ${event.error.message}`;
    case 'snapshot':
      return `What came before is kept as its outcome only: ${event.request.state}, ${Math.round(event.overall * 100)} %`;
    case 'progress':
      return `${titleOf(event.taskId)}${event.progress === null ? ' goes on' : `: ${Math.round(event.progress * 100)} %`}`;
    case 'running':
      return 'Its provider began';
    case 'waiting':
      return `It waits: ${reasonText(event.reason)}`;
    case 'stalled':
      return event.stalled ? `Its provider has said nothing for ${durationText(event.silentMs)}` : 'Its provider is heard again';
  }
}

const endings = { failed: 'Failed', cancelled: 'Cancelled', expired: 'Expired' } as const;

function statusOf({ state, reason, provider, by, attempt }: Extract<FollowedEvent, { type: 'status' }>): string {
  if (state !== 'queued' && reason === 'provider_lost') return 'Its provider is lost, and may come back';
  if (reason === 'provider_back') return 'Its provider is back';
  if (state === 'assigned') {
    const whom = provider?.name ?? provider?.instanceId ?? provider?.sessionId;
    return `Attempt ${attempt} is handed to ${whom ?? 'a provider'}`;
  }
  if (state === 'queued') return reason === undefined ? 'It waits' : `It waits: ${reasonText(reason)}`;
  const who = by === undefined ? '' : ` by ${by.name ?? by.subject ?? by.sessionId}`;
  if (state === 'cancelling') return `Asked to stop${who}${reason === undefined ? '' : `: ${reasonText(reason)}`}`;
  return `It is ${state}${reason === undefined ? '' : `: ${reasonText(reason)}`}`;
}

function glimpseOf(data: unknown): string {
  if (typeof data === 'string') return data.slice(0, maxLength).trimEnd();
  if (data instanceof Uint8Array) return bytesText(data.byteLength);
  const json = JSON.stringify(data, (_key, value: unknown) =>
    value instanceof Uint8Array ? bytesText(value.byteLength) : value,
  );
  return json ?? '';
}
