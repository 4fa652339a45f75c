/** The events of a request, folded into what a component shows of it. Pure, and knows no React. */

import type { AnyEvent, SnapshotEvent } from '../client/events.ts';
import { ConduitError, type WireError } from '../protocol/errors.ts';
import type { EndedTask } from '../protocol/events.ts';
import type { TaskDeclaration } from '../protocol/messages.ts';
import { isLast, isLive } from '../protocol/read.ts';
import type { TaskState } from '../protocol/states.ts';
import { kept } from './kept.ts';
import { idle, type RequestView, type StreamView, type TaskView } from './view.ts';

/**
 * The view after some more events. Events that stand in it already (a replay) change nothing; where nothing changes, it is the same object.
 * @param mostBytes how much of each stream is kept.
 */
export function viewAfter(view: RequestView, events: readonly AnyEvent[], mostBytes: number): RequestView {
  let next = view;
  // Chunks are put to their streams together: what is kept is copied once, not for each of a flood.
  let gathered: Chunked[] = [];
  const settle = (): void => {
    next = withChunks(next, gathered, mostBytes);
    gathered = [];
  };
  for (const event of events) {
    if (event.type === 'snapshot' || event.attempt > next.attempt) settle();
    if (event.type !== 'chunk') next = viewAfterOne(next, event);
    else if (event.seq > next.seq && !hasEnded(next)) {
      next = begun(withStamp(next, event));
      gathered.push(event);
    }
  }
  settle();
  return next;
}

/** It can't be sent, or not followed any more: what is known of it stays. */
export function failed(view: RequestView, thrown: unknown): RequestView {
  const { requestId, seq, state } = view;
  return { ...view, state: seq === 0 ? 'failed' : state, isOpen: false, error: errorOf(thrown, requestId) };
}

type Chunked = Extract<AnyEvent, { readonly type: 'chunk' }>;

function viewAfterOne(view: RequestView, event: Exclude<AnyEvent, Chunked>): RequestView {
  if (event.type === 'snapshot') return event.reset === true || event.seq > view.seq ? ofSnapshot(view, event) : view;
  // A snapshot of one that has ended is followed by its end, under the same number.
  const isKnown = isLive(event) || (isLast(event) && view.isOpen) ? event.seq < view.seq : event.seq <= view.seq;
  if (isKnown || hasEnded(view)) return view;
  const stamped = withStamp(view, event);
  switch (event.type) {
    case 'status': {
      const { state, reason, provider } = event;
      const isHeld = state !== 'queued';
      const place = isHeld ? undefined : stamped.position;
      return { ...stamped, state, reason, position: place, provider: isHeld ? (provider ?? stamped.provider) : undefined };
    }
    case 'tasks': {
      const isLater = stamped.tasks.length > 0;
      const declared = { ...stamped, tasks: event.tasks.map((task) => declaredTask(stamped.tasks, task)) };
      return isLater ? begun(declared) : declared;
    }
    case 'task_result': {
      const { taskId, at, startedAt, skipped, result } = event;
      const state = skipped === true ? 'skipped' : 'completed';
      return begun(withTask(stamped, taskId, (task) => ({ ...ended(task, { taskId, state, ...since(startedAt) }, at), result })));
    }
    case 'task_error': {
      const { taskId, at, startedAt, error } = event;
      return begun(
        withTask(stamped, taskId, (task) => ({ ...ended(task, { taskId, state: 'failed', ...since(startedAt) }, at), error })),
      );
    }
    case 'result':
      return { ...over(stamped, event), result: event.result };
    case 'error':
      return { ...over(stamped, event), error: errorOf(event.error, view.requestId) };
    case 'progress': {
      const { taskId, progress, current, total, unit, message } = event;
      const said = given({ progress, current, total, unit, message });
      return begun(withTask(stamped, taskId, (task) => ({ ...task, ...said, state: running(task.state) })));
    }
    case 'running':
      return begun(stamped);
    case 'waiting':
      return changed(stamped, { reason: event.reason, position: event.position });
    case 'stalled':
      return changed(stamped, { stalledMs: event.stalled ? event.silentMs : undefined });
  }
}

function hasEnded({ isOpen, seq }: RequestView): boolean {
  return !isOpen && seq > 0;
}

/** What every event tells: its number, its attempt, and how far the whole is. */
function withStamp(view: RequestView, event: Exclude<AnyEvent, SnapshotEvent>): RequestView {
  const { attempt, overall } = event;
  const seq = Math.max(view.seq, event.seq);
  if (attempt > view.attempt) return { ...view, seq, attempt, overall, tasks: [], chunks: [], streams: [], stalledMs: undefined };
  return changed(view, { seq, overall: Math.max(view.overall, overall) });
}

/** The first sign of work on an attempt. */
function begun(view: RequestView): RequestView {
  return view.state === 'assigned' ? { ...view, state: 'running' } : view;
}

function over(view: RequestView, event: Extract<AnyEvent, { readonly type: 'result' | 'error' }>): RequestView {
  const { state, timings, at, overall } = event;
  const ends = new Map((event.tasks ?? []).map((task) => [task.taskId, task]));
  const tasks = view.tasks.map((task) => {
    const end = ends.get(task.taskId);
    return end === undefined ? task : ended(task, end, at);
  });
  const quiet = { isOpen: false, reason: undefined, position: undefined, stalledMs: undefined };
  return { ...view, ...quiet, state, timings, overall, tasks };
}

function withTask(view: RequestView, taskId: string, then: (task: TaskView) => TaskView): RequestView {
  const at = view.tasks.findIndex((task) => task.taskId === taskId);
  const before = view.tasks[at] ?? declaredTask([], { taskId });
  const after = changed(before, then(before));
  if (at < 0) return { ...view, tasks: [...view.tasks, after] };
  return after === before ? view : { ...view, tasks: view.tasks.with(at, after) };
}

function declaredTask(known: readonly TaskView[], { taskId, title, weight, parentId }: TaskDeclaration): TaskView {
  const before = known.find((task) => task.taskId === taskId);
  const task: TaskView = before ?? { taskId, weight: 1, state: 'pending', progress: 0 };
  return changed(task, given({ title, weight, parentId }));
}

function ended(task: TaskView, { state, startedAt }: EndedTask, finishedAt: number): TaskView {
  const { progress } = task;
  return { ...task, state, finishedAt, progress: state === 'completed' ? 1 : progress, ...since(startedAt) };
}

function running(state: TaskState): TaskState {
  return state === 'pending' ? 'running' : state;
}

function since(startedAt: number | undefined): { readonly startedAt?: number } {
  return startedAt === undefined ? {} : { startedAt };
}

function withChunks(view: RequestView, gathered: readonly Chunked[], mostBytes: number): RequestView {
  if (gathered.length === 0) return view;
  const byStream = new Map<string, Chunked[]>();
  for (const chunk of gathered) {
    const run = byStream.get(chunk.stream);
    if (run === undefined) byStream.set(chunk.stream, [chunk]);
    else run.push(chunk);
  }
  let { streams } = view;
  for (const [stream, run] of byStream) streams = withRun(streams, stream, run, mostBytes);
  return { ...view, streams, chunks: streams[0]?.data ?? [] };
}

function withRun(
  streams: readonly StreamView[],
  stream: string,
  run: readonly Chunked[],
  mostBytes: number,
): readonly StreamView[] {
  const at = streams.findIndex((one) => one.stream === stream);
  const { mode = 'append', index: last = 0 } = run.at(-1) ?? {};
  const before = streams[at] ?? { stream, mode, data: [], chunks: 0, dropped: 0, bytes: 0 };
  const held = kept(
    before,
    run.map(({ data }) => data),
    mostBytes,
  );
  const chunks = last + 1;
  const after = { ...before, ...held, chunks, dropped: mode === 'replace' ? 0 : chunks - held.data.length };
  return at < 0 ? [...streams, after] : streams.with(at, after);
}

/** The whole request in place of events that are not to be had; chunks that were seen stay, where they are of the same attempt. */
function ofSnapshot(view: RequestView, { request, reset }: SnapshotEvent): RequestView {
  const { state, reason, attempt, overall, provider, seq, live } = request;
  const isSame = reset !== true && attempt === view.attempt;
  const streams = request.streams.map(({ stream, mode, chunks }): StreamView => {
    const known = isSame ? view.streams.find((one) => one.stream === stream) : undefined;
    const held = known ?? { data: [], bytes: 0 };
    return { ...held, stream, mode, chunks, dropped: mode === 'replace' ? 0 : chunks - held.data.length };
  });
  const tasks = request.tasks.map(({ resultOmitted: _, ...task }): TaskView => {
    const progress = task.state === 'completed' ? 1 : 0;
    return { ...task, progress, ...live.progress[task.taskId] };
  });
  return {
    ...idle,
    requestId: view.requestId,
    state,
    // Its end, if it has come, is told by the event that follows.
    isOpen: true,
    reason: reason ?? live.waiting?.reason,
    position: live.waiting?.position,
    stalledMs: live.stalled?.silentMs,
    attempt,
    provider,
    overall,
    tasks,
    streams,
    chunks: streams[0]?.data ?? [],
    seq,
  };
}

/** The same object where none of these is new. */
function changed<Of extends object>(object: Of, news: Partial<Of>): Of {
  const isNews = Object.entries(news).some(([key, value]) => !Object.is(Reflect.get(object, key), value));
  return isNews ? { ...object, ...news } : object;
}

/** Without what was not said. */
function given<Of extends object>(said: Of): { [Key in keyof Of]?: Exclude<Of[Key], undefined> } {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Of]?: Exclude<Of[Key], undefined>;
  };
}

function errorOf(thrown: unknown, requestId: string | undefined): ConduitError<string> {
  const extras = requestId === undefined ? {} : { requestId };
  if (thrown instanceof Error) {
    if (thrown.name === 'ConduitError') return thrown as ConduitError<string>;
    return new ConduitError<string>('cancelled', thrown.message, { ...extras, cause: thrown });
  }
  if (!isWireError(thrown)) return new ConduitError<string>('cancelled', String(thrown), { ...extras, cause: thrown });
  const { code, message, retryable, details } = thrown;
  return new ConduitError<string>(code, message, { ...extras, retryable, ...(details === undefined ? {} : { details }) });
}

function isWireError(thrown: unknown): thrown is WireError {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown;
}
