/** The one state machine of a request: what a step makes of a record. Pure; every ledger calls it and only makes it atomic. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { isTerminal } from '@conduit/sdk/protocol/states';
import { Draft, nothing } from './draft.ts';
import { begin } from './fold.ts';
import type { RequestRecord } from './record.ts';
import type { Decision, Moment, Step, Taker } from './steps.ts';
import { skip, work } from './work.ts';

/**
 * Decides what comes of `step`. It changes nothing of the record but what is live (progress, who began, `lastN`);
 * the events are the ledger's to fold and to commit. A step about an attempt that is over changes nothing.
 */
export function decide(record: RequestRecord, step: Step, moment: Moment): Decision {
  if (step.type === 'work') return work(record, step, moment);
  if (step.type === 'skip') return skip(record, step);
  if (step.type === 'cancel') return cancel(record, step, moment);
  if (isTerminal(record.state) || isPast(record, step)) return nothing;
  const draft = new Draft(record, moment);
  switch (step.type) {
    case 'open':
      return step.taker === undefined ? enqueue(draft, step.reason) : assign(record, step.taker, draft);
    case 'assign':
      return record.state === 'queued' ? assign(record, step.taker, draft) : nothing;
    case 'begin':
      if (record.live.running) return nothing;
      begin(record, moment);
      return draft.tell({ type: 'running' }).decision();
    case 'provider_lost':
      if (step.hasGrace && hasBegun(record) && record.state !== 'cancelling') {
        return draft.add({ type: 'status', state: record.state, reason: 'provider_lost' }).decision();
      }
      return giveUp(record, draft);
    case 'provider_back':
      return draft.add({ type: 'status', state: record.state, reason: 'provider_back', provider: step.party }).decision();
    case 'give_up':
      return giveUp(record, draft);
    case 'provider_deaf':
      // It might have heard and begun all the same: only work that may run twice goes to another.
      return hasBegun(record) || !record.terms.idempotent || record.state !== 'assigned'
        ? nothing
        : enqueue(draft, 'provider_deaf');
    case 'cancel_over':
      return record.state === 'cancelling' ? draft.cancel(record.reason) : nothing;
    case 'start_timeout':
      return record.state === 'queued' && !record.workBegan ? draft.failWith('expired', 'expired', tooLate(record)) : nothing;
    case 'deadline':
      if (record.state === 'cancelling') return draft.cancel(record.reason);
      return draft.failWith(
        'failed',
        'deadline_exceeded',
        `"${record.to}" did not finish within ${record.terms.timeoutMs} ms; raise timeout_ms`,
      );
    case 'fail':
      return draft.fail('failed', step.error);
    case 'waiting':
      return waiting(record, step, draft);
    case 'stalled':
      if (step.stalled) record.live.stalled = { silentMs: step.silentMs };
      else record.live.stalled = undefined;
      return draft.tell(step).decision();
  }
}

/** True for a step that speaks of an attempt or a hold which is over. */
function isPast(record: RequestRecord, step: Step): boolean {
  if (!('attempt' in step) || step.attempt === undefined) return false;
  return step.attempt !== record.attempt || record.state === 'queued';
}

/** Handed over counts as begun where the provider does not acknowledge, and where a second run would do harm. */
export function hasBegun(record: RequestRecord): boolean {
  return !record.acks || record.live.running || !record.terms.idempotent;
}

function enqueue(draft: Draft, reason: string | undefined): Decision {
  return draft
    .add(reason === undefined ? { type: 'status', state: 'queued' } : { type: 'status', state: 'queued', reason })
    .decision();
}

function assign(record: RequestRecord, taker: Taker, draft: Draft): Decision {
  const marks = { overall: 0, attempt: record.attempt + 1 };
  draft.add({ type: 'status', state: 'assigned', provider: taker.party, acks: taker.acks }, marks);
  const { plannedTasks } = record.terms;
  if (plannedTasks.length > 0) {
    draft.add({ type: 'tasks', tasks: plannedTasks.map((task) => ({ weight: 1, ...task })), planned: true }, marks);
  }
  return draft.decision();
}

/** The provider of this attempt is gone for good. */
function giveUp(record: RequestRecord, draft: Draft): Decision {
  if (record.state === 'cancelling') return draft.cancel(record.reason);
  if (!hasBegun(record)) return enqueue(draft, 'provider_lost');
  // Nobody can say that it did not: a retry is no safe advice.
  record.workBegan = true;
  if (!record.terms.idempotent) {
    const message = `the provider of "${record.to}" went away after it began, and "${record.action}" must not run twice`;
    return draft.failWith('failed', 'provider_lost', message);
  }
  const lost = record.lostAttempts + 1;
  if (lost >= record.terms.maxAttempts) {
    return draft.failWith(
      'failed',
      'provider_lost',
      `${lost} providers of "${record.to}" went away after they began; see their logs`,
    );
  }
  return draft.add({ type: 'status', state: 'queued', reason: 'provider_lost', lost: true }).decision();
}

function cancel(record: RequestRecord, step: Step & { type: 'cancel' }, moment: Moment): Decision {
  if (isTerminal(record.state)) return { ...nothing, refusal: new ConduitError('already_finished') };
  if (record.state === 'cancelling') return { ...nothing, isDuplicate: true };
  const draft = new Draft(record, moment);
  const isProviderAway = record.reason === 'provider_lost';
  if (record.state === 'queued' || isProviderAway) return draft.cancel(step.reason);
  const status = { type: 'status', state: 'cancelling', reason: step.reason } as const;
  return draft.add(step.by === undefined ? status : { ...status, by: step.by }).decision();
}

function tooLate(record: RequestRecord): string {
  const why = record.live.waiting?.reason ?? record.reason ?? 'no_provider';
  return `no provider of "${record.to}" began within ${record.terms.startTimeoutMs} ms (${why}); start one, or raise start_timeout_ms`;
}

function waiting(record: RequestRecord, step: Step & { type: 'waiting' }, draft: Draft): Decision {
  const known = record.live.waiting;
  if (record.state !== 'queued' || (known?.reason === step.reason && known.position === step.position)) return nothing;
  record.live.waiting = step.position === undefined ? { reason: step.reason } : { reason: step.reason, position: step.position };
  return draft.tell(step).decision();
}
