/** The live part of a record as a store keeps it beside the log, and how it is put back after a restart. */

import { isTaskEnded, isTerminal } from '@conduit/sdk/protocol/states';
import type { LiveRecord, RequestRecord } from '../routing/record.ts';

/** What the log doesn't tell of the attempt under way. */
export interface SavedLive {
  readonly attempt: number;
  readonly lastN: number;
  readonly overall: number;
  readonly workBegan: boolean;
  readonly startedAt: number | undefined;
  readonly startedElapsed: number | undefined;
  readonly live: LiveRecord;
}

export function savedLive(record: RequestRecord): SavedLive {
  const { attempt, lastN, overall, workBegan, startedAt, startedElapsed, live } = record;
  return { attempt, lastN, overall, workBegan, startedAt, startedElapsed, live: structuredClone(live) };
}

/** Puts saved live state into a record folded from its log, which may have gone on since: what the log says stands. */
export function restoreLive(record: RequestRecord, saved: SavedLive): void {
  if (isTerminal(record.state)) return;
  record.workBegan ||= saved.workBegan;
  if (saved.attempt !== record.attempt) return;
  record.lastN = Math.max(record.lastN, saved.lastN);
  record.overall = Math.max(record.overall, saved.overall);
  if (record.state === 'queued') return;
  if (saved.startedAt !== undefined && saved.startedElapsed !== undefined) {
    record.startedAt = saved.startedAt;
    record.startedElapsed = saved.startedElapsed;
  }
  const { progress, started, running, heardElapsed, stalled } = saved.live;
  record.live.running ||= running;
  for (const [taskId, value] of progress) if (!hasEnded(record, taskId)) record.live.progress.set(taskId, value);
  for (const [taskId, at] of started) if (!hasEnded(record, taskId)) record.live.started.set(taskId, at);
  if (stalled !== undefined) record.live.stalled = stalled;
  if (heardElapsed !== undefined) record.live.heardElapsed = Math.max(record.live.heardElapsed ?? 0, heardElapsed);
}

function hasEnded(record: RequestRecord, taskId: string): boolean {
  const task = record.tasks.get(taskId);
  return task !== undefined && isTaskEnded(task.state);
}
