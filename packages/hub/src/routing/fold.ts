/** What an event does to a record: the log, read from its first event, gives the request as it stands. */

import type { EndedTask } from '@conduit/sdk/protocol/events';
import type { TaskDeclaration } from '@conduit/sdk/protocol/messages';
import { type LogEvent, noLive, type RequestRecord, type TaskRecord } from './record.ts';

/** Applies one event of its log to a record, in place. Events 1…S give the record at S, but for what is live. */
export function fold(record: RequestRecord, event: LogEvent): void {
  record.seq = event.seq;
  // Progress may have raised it since, by a message that declared its task too.
  record.overall = event.attempt > record.attempt ? event.overall : Math.max(record.overall, event.overall);
  if (event.n !== undefined && event.attempt === record.attempt) record.lastN = event.n;
  switch (event.type) {
    case 'status':
      return foldStatus(record, event);
    case 'tasks':
      for (const task of event.tasks) declare(record, task);
      if (event.planned === undefined) begin(record, event);
      return;
    case 'chunk': {
      const stream = record.streams.get(event.stream);
      if (stream === undefined) {
        record.streams.set(event.stream, { mode: event.mode, kind: event.data.kind, chunks: 1, bytes: event.data.bytes });
      } else {
        stream.chunks += 1;
        stream.bytes += event.data.bytes;
      }
      record.chunkBytes += event.data.bytes;
      begin(record, event);
      return;
    }
    case 'task_result': {
      const task = endTask(record, { taskId: event.taskId, state: event.skipped === true ? 'skipped' : 'completed' }, event);
      if (task !== undefined && event.result !== undefined) task.resultSeq = event.seq;
      begin(record, event);
      return;
    }
    case 'task_error': {
      const task = endTask(record, { taskId: event.taskId, state: 'failed' }, event);
      if (task !== undefined) task.error = event.error;
      begin(record, event);
      return;
    }
    case 'result':
      if (event.result !== undefined) record.resultSeq = event.seq;
      return foldEnd(record, event);
    case 'error':
      record.error = event.error;
      return foldEnd(record, event);
  }
}

function foldStatus(record: RequestRecord, event: LogEvent & { type: 'status' }): void {
  if (event.attempt > record.attempt) startAttempt(record, event);
  if (event.state === 'queued' && event.seq > 1) {
    record.queuedElapsed = event.elapsed;
    record.provider = undefined;
    record.live.running = false;
    if (event.lost === true) {
      record.lostAttempts += 1;
      record.workBegan = true;
    }
  }
  if (event.provider !== undefined && event.provider.sessionId !== record.provider?.sessionId) {
    record.provider = event.provider;
    record.handed.set(event.provider.sessionId, (record.handed.get(event.provider.sessionId) ?? 0) + 1);
  }
  record.state = event.state;
  record.reason = event.reason;
}

/** A new attempt starts over: tasks, streams and progress of the earlier one are gone. */
function startAttempt(record: RequestRecord, event: LogEvent & { type: 'status' }): void {
  record.attempt = event.attempt;
  record.acks = event.acks === true;
  record.lastN = 0;
  if (record.tasks.size > 0) record.tasks = new Map();
  if (record.streams.size > 0) record.streams = new Map();
  clearLive(record);
  record.queuedMs += event.elapsed - record.queuedElapsed;
  record.firstAssignedElapsed ??= event.elapsed;
  record.assignedElapsed = event.elapsed;
  record.assignedAt = event.at;
  record.startedElapsed = undefined;
  record.startedAt = undefined;
  record.provider = undefined;
  if (!record.acks) record.workBegan = true;
}

function declare(record: RequestRecord, task: TaskDeclaration): void {
  const known = record.tasks.get(task.taskId);
  const next: TaskRecord = known ?? { taskId: task.taskId, weight: 1, state: 'pending' };
  if (task.title !== undefined) next.title = task.title;
  if (task.weight !== undefined) next.weight = task.weight;
  if (task.parentId !== undefined) next.parentId = task.parentId;
  record.tasks.set(task.taskId, next);
}

/** The provider's first sign of work on this attempt. Live state: the log has no event for it. */
export function begin(record: RequestRecord, moment: { readonly at: number; readonly elapsed: number }): void {
  record.workBegan = true;
  record.live.heardElapsed = moment.elapsed;
  if (record.live.running) return;
  record.live.running = true;
  record.startedAt = moment.at;
  record.startedElapsed = moment.elapsed;
}

function endTask(record: RequestRecord, ended: EndedTask, event: { at: number; startedAt?: number }): TaskRecord | undefined {
  const task = record.tasks.get(ended.taskId);
  if (task === undefined) return undefined;
  task.state = ended.state;
  task.finishedAt = event.at;
  const startedAt = ended.startedAt ?? event.startedAt;
  if (startedAt !== undefined) task.startedAt = startedAt;
  record.live.progress.delete(ended.taskId);
  record.live.started.delete(ended.taskId);
  return task;
}

function foldEnd(record: RequestRecord, event: LogEvent & { type: 'result' | 'error' }): void {
  if (record.state === 'queued') record.queuedMs += event.elapsed - record.queuedElapsed;
  record.state = event.state;
  record.finishedAt = event.at;
  record.finishedElapsed = event.elapsed;
  record.timings = event.timings;
  if (event.timings.runningMs !== undefined) record.startedAt = event.at - event.timings.runningMs;
  for (const task of event.tasks ?? []) endTask(record, task, event);
  record.reason = undefined;
  clearLive(record);
}

/** Most requests never had much of it: only what was used is made anew. */
function clearLive(record: RequestRecord): void {
  const { live } = record;
  const isUnused =
    live.progress.size === 0 && live.started.size === 0 && live.waiting === undefined && live.stalled === undefined;
  if (!isUnused) record.live = noLive();
  else {
    live.running = false;
    live.heardElapsed = undefined;
  }
}
