/** What is said of a request that has not ended, in words for people. */

import type { FollowedEvent } from '@conduit/sdk';

const states: Readonly<Record<string, string>> = {
  queued: 'Waiting for a worker',
  assigned: 'A worker has it',
  running: 'Working',
  cancelling: 'Stopping',
};

const reasons: Readonly<Record<string, string>> = {
  no_provider: 'none is connected',
  at_capacity: 'all are busy',
  provider_lost: 'it was lost, and has a moment to come back',
  provider_back: 'it is back',
  rejected: 'one turned it down',
};

/** Undefined where there is nothing new to say. */
export function sentenceOf(event: FollowedEvent): string | undefined {
  if (event.type === 'status') return joined(states[event.state], event.reason);
  if (event.type === 'snapshot') return joined(states[event.request.state], event.request.reason);
  if (event.type === 'waiting') return joined(states['queued'], event.reason, event.position);
  if (event.type === 'running') return states['running'];
  if (event.type === 'stalled' && event.stalled) return `The worker has been silent for ${Math.round(event.silentMs / 1_000)} s`;
  return undefined;
}

function joined(state: string | undefined, reason = '', position?: number): string | undefined {
  const place = position === undefined ? undefined : `place ${position} in line`;
  return state === undefined ? undefined : [state, reasons[reason], place].filter((part) => part !== undefined).join(' · ');
}
