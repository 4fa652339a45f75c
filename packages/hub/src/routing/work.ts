/** What a provider may say of a request it holds, and what comes of it. Only the provider of the current attempt is heard. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { TaskProgress } from '@conduit/sdk/protocol/events';
import type { TaskDeclaration, WorkMessage } from '@conduit/sdk/protocol/messages';
import { isTaskEnded, isTerminal } from '@conduit/sdk/protocol/states';
import { Draft, nothing } from './draft.ts';
import { begin } from './fold.ts';
import { overallOf } from './overall.ts';
import type { RequestRecord } from './record.ts';
import { notHeld } from './sight.ts';
import type { Decision, Moment, Step, WorkStep } from './steps.ts';

type Of<Type extends WorkMessage['type']> = WorkMessage & { readonly type: Type };

export function work(record: RequestRecord, step: WorkStep, moment: Moment): Decision {
  const { message } = step;
  const fenced = fence(record, step.from, message);
  if (fenced !== undefined) return fenced;
  // It uses up its number whether it is refused or not, and no event need come of it.
  if (message.n !== undefined) record.lastN = message.n;
  if (message.type !== 'reject') begin(record, moment);
  const draft = new Draft(record, moment, message.n);
  if (record.live.stalled !== undefined) {
    record.live.stalled = undefined;
    draft.tell({ type: 'stalled', stalled: false, silentMs: 0 });
  }
  try {
    return say(record, step, { draft, moment });
  } catch (error) {
    if (error instanceof ConduitError) return { ...nothing, refusal: error };
    throw error;
  }
}

/** A message that was refused before it came here still uses up its number. */
export function skip(record: RequestRecord, step: Step & { type: 'skip' }): Decision {
  if (fence(record, step.from, { ...step, type: 'skip' }) === undefined) record.lastN = step.n;
  return nothing;
}

/** Answers what is late, repeated or not this provider's to say; undefined lets it pass. */
function fence(
  record: RequestRecord,
  from: string,
  message: { readonly type: string; readonly attempt?: number; readonly n?: number },
): Decision | undefined {
  const isHolder = record.provider?.sessionId === from && record.state !== 'queued';
  if (message.attempt === undefined && (record.handed.get(from) ?? 0) > 1) {
    return refused('invalid_message', 'this connection was handed the request more than once: say which attempt', {
      path: 'attempt',
    });
  }
  if (!isHolder || (message.attempt !== undefined && message.attempt !== record.attempt)) {
    // Only who was handed it once is told more than anybody is told of anything.
    if (!record.handed.has(from)) return { ...nothing, refusal: notHeld(record.requestId) };
    const what = message.attempt === undefined ? record.requestId : `attempt ${message.attempt} of ${record.requestId}`;
    return refused('not_assigned', `this connection no longer holds ${what}`);
  }
  if (message.n !== undefined && message.n <= record.lastN) return { ...nothing, isDuplicate: true };
  if (isTerminal(record.state)) {
    const isRepeated = message.type === 'result' && record.state === 'completed';
    return isRepeated ? { ...nothing, isDuplicate: true } : refused('already_finished', `${record.requestId} is ${record.state}`);
  }
  if (message.n !== undefined && message.n > record.lastN + 1) {
    const expected = record.lastN + 1;
    return refused('invalid_message', `message ${message.n} came before ${expected}: send again from there`, {
      path: 'n',
      expected,
    });
  }
  return undefined;
}

function refused(
  code: 'invalid_message' | 'not_assigned' | 'already_finished',
  sentence: string,
  details?: Record<string, unknown>,
): Decision {
  return { ...nothing, refusal: new ConduitError(code, sentence, details === undefined ? {} : { details }) };
}

function say(record: RequestRecord, step: WorkStep, { draft, moment }: { draft: Draft; moment: Moment }): Decision {
  const { message, body } = step;
  switch (message.type) {
    case 'tasks':
      return declareAll(record, message.tasks, draft);
    case 'progress':
      return progress(record, message, { draft, moment });
    case 'chunk':
      return chunk(record, { message, body }, { draft, moment });
    case 'task_result': {
      const startedAt = openTask(record, message.taskId, draft);
      const done = { type: 'task_result', taskId: message.taskId, ...(startedAt === undefined ? {} : { startedAt }) } as const;
      const skipped = message.skipped === true ? { skipped: true } : {};
      const result = body === undefined ? {} : { result: body };
      return draft.add({ ...done, ...result, ...skipped }, { overall: overallOf(record, message.taskId) }).decision();
    }
    case 'task_error': {
      const startedAt = openTask(record, message.taskId, draft);
      const { taskId, error } = message;
      const failed = { type: 'task_error', taskId, error, ...(startedAt === undefined ? {} : { startedAt }) } as const;
      return draft.add(failed, { overall: overallOf(record, taskId) }).decision();
    }
    case 'result':
      return draft.complete(body);
    case 'error':
      if (record.state !== 'cancelling') return draft.fail('failed', message.error);
      // It stopped as it was told: why is what whoever told it said.
      return message.error.code === 'cancelled' ? draft.cancel(record.reason) : draft.fail('cancelled', message.error);
    case 'reject':
      if (record.state === 'cancelling') return draft.cancel(record.reason);
      return draft.add({ type: 'status', state: 'queued', reason: 'rejected' }).decision();
  }
}

/** Declares tasks; one that is known takes its new title, weight and parent. Always the full list. */
function declareAll(record: RequestRecord, added: readonly TaskDeclaration[], draft: Draft): Decision {
  const all = new Map<string, TaskDeclaration>();
  for (const task of record.tasks.values()) all.set(task.taskId, declarationOf(task));
  for (const task of added) all.set(task.taskId, { weight: 1, ...all.get(task.taskId), ...task });
  const max = record.terms.maxTasks;
  if (all.size > max) {
    throw new ConduitError('payload_too_large', `a request has at most ${max} tasks; this makes ${all.size}`, {
      details: { limit: 'max_tasks', max },
    });
  }
  return draft.add({ type: 'tasks', tasks: [...all.values()] }).decision();
}

function declarationOf(task: TaskDeclaration): TaskDeclaration {
  return {
    taskId: task.taskId,
    weight: task.weight ?? 1,
    ...(task.title === undefined ? {} : { title: task.title }),
    ...(task.parentId === undefined ? {} : { parentId: task.parentId }),
  };
}

/** Makes sure that the task is declared and open; a task never declared is declared by its first mention. Answers when it began. */
function openTask(record: RequestRecord, taskId: string, draft: Draft): number | undefined {
  const task = record.tasks.get(taskId);
  if (task === undefined) declareAll(record, [{ taskId }], draft);
  else if (isTaskEnded(task.state)) {
    throw new ConduitError('invalid_message', `the task "${taskId}" is ${task.state} already`, { details: { path: 'task_id' } });
  }
  return record.live.started.get(taskId);
}

/** `main` stands for the whole request until a task of that name is declared. */
function touchTask(record: RequestRecord, taskId: string, { draft, moment }: { draft: Draft; moment: Moment }): void {
  if (taskId === 'main' && !record.tasks.has('main')) return;
  openTask(record, taskId, draft);
  if (!record.live.started.has(taskId)) record.live.started.set(taskId, moment.at);
}

function progress(record: RequestRecord, message: Of<'progress'>, context: { draft: Draft; moment: Moment }): Decision {
  const { draft } = context;
  const taskId = message.taskId ?? 'main';
  touchTask(record, taskId, context);
  const now = latest(record.live.progress.get(taskId), message);
  record.live.progress.set(taskId, now);
  record.overall = overallOf(record);
  return draft.tell({ type: 'progress', taskId, ...now }).decision();
}

/** The latest wins, but a lower number keeps the one before. */
function latest(before: TaskProgress | undefined, message: Of<'progress'>): TaskProgress {
  const said = message.progress ?? fractionOf(message.current, message.total);
  const number = said === undefined ? (before?.progress ?? null) : Math.max(said, before?.progress ?? 0);
  return {
    progress: number,
    ...(message.current === undefined ? {} : { current: message.current }),
    ...(message.total === undefined ? {} : { total: message.total }),
    ...(message.unit === undefined ? {} : { unit: message.unit }),
    ...(message.message === undefined ? {} : { message: message.message }),
  };
}

function fractionOf(current: number | undefined, total: number | undefined): number | undefined {
  if (current === undefined || total === undefined || total <= 0) return undefined;
  return Math.min(1, Math.max(0, current / total));
}

function chunk(
  record: RequestRecord,
  { message, body }: { message: Of<'chunk'>; body: WorkStep['body'] },
  context: { draft: Draft; moment: Moment },
): Decision {
  if (body === undefined) throw new ConduitError('invalid_message', 'a chunk needs data', { details: { path: 'data' } });
  const name = message.stream ?? 'text';
  const stream = record.streams.get(name);
  const mode = message.mode ?? stream?.mode ?? 'append';
  if (stream !== undefined && stream.mode !== mode) {
    throw new ConduitError('invalid_message', `the stream "${name}" is of mode ${stream.mode}, not ${mode}`, {
      details: { path: 'mode' },
    });
  }
  const isMixed = stream !== undefined && stream.kind !== body.kind;
  if (mode === 'append' && (body.kind === 'json' || isMixed)) {
    const kinds = stream === undefined ? 'strings or binary' : stream.kind === 'text' ? 'strings' : 'binary';
    throw new ConduitError('invalid_message', `the stream "${name}" appends ${kinds}`, { details: { path: 'data' } });
  }
  if (stream === undefined && record.streams.size >= record.terms.maxTasks) {
    const details = { limit: 'max_streams', max: record.terms.maxTasks };
    throw new ConduitError('payload_too_large', `a request has at most ${record.terms.maxTasks} streams`, { details });
  }
  if (message.taskId !== undefined) touchTask(record, message.taskId, context);
  const index = stream?.chunks ?? 0;
  const task = message.taskId === undefined ? {} : { taskId: message.taskId };
  return context.draft.add({ type: 'chunk', stream: name, ...task, index, mode, data: body }).decision();
}
