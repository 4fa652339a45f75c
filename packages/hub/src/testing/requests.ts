/** Requests, bodies and steps for tests, with only what a test cares about said. */

import type { WorkMessage } from '@conduit/sdk/protocol/messages';
import { Body } from '../routing/body.ts';
import type { Origin } from '../routing/record.ts';
import type { Step, Taker } from '../routing/steps.ts';

export function anOrigin(requestId: string, said: Partial<Origin> = {}): Origin {
  return {
    requestId,
    tenant: 'local',
    subject: 'local',
    requester: { sessionId: 'client-1', hubId: 'hub-1' },
    to: 'resize',
    action: 'thumbnail',
    terms: {
      idempotent: true,
      timeoutMs: 3_600_000,
      startTimeoutMs: 60_000,
      maxAttempts: 3,
      maxTasks: 1_000,
      priority: 0,
      onRequesterGone: 'continue',
      plannedTasks: [],
    },
    depth: 0,
    createdAt: 0,
    createdElapsed: 0,
    payloadBytes: 20,
    ...said,
  };
}

export function aBody(value: unknown): Body {
  const isBinary = value instanceof Uint8Array;
  return Body.of(value, isBinary ? value.byteLength : JSON.stringify(value).length, isBinary);
}

export function aTaker(sessionId = 'provider-1', said: Partial<Taker> = {}): Taker {
  return { party: { sessionId, hubId: 'hub-1' }, acks: false, ...said };
}

/** The step of a provider's message; what is opaque in it travels as a body. */
export function aWork(message: WorkMessage, from = 'provider-1'): Step {
  if (message.type === 'chunk') return { type: 'work', from, message, body: aBody(message.data) };
  const isResult = message.type === 'result' || message.type === 'task_result';
  return isResult && message.result !== undefined
    ? { type: 'work', from, message, body: aBody(message.result) }
    : { type: 'work', from, message };
}
