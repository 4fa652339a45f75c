/** What a command knows of the request it follows: the fold of its events, for whoever draws it. */

import type { FollowedEvent, RequestObject, TaskState } from '@conduit/sdk';
import { isTerminal } from '@conduit/sdk/protocol/states';

export interface TaskView {
  readonly id: string;
  title: string;
  /** The task that it is a part of. */
  parentId: string | undefined;
  /** 0…1; undefined while unknown. */
  progress: number | undefined;
  state: TaskState;
  note: string;
}

type Told<Type extends FollowedEvent['type']> = Extract<FollowedEvent, { readonly type: Type }>;

export class RequestView {
  state = 'sending';
  /** Why it is in that state, or what else there is to say. */
  note = '';
  overall = 0;
  attempt = 0;
  /** Wall clock of its first event, milliseconds. */
  startedAt: number | undefined;
  totalMs: number | undefined;
  readonly tasks = new Map<string, TaskView>();
  /** Streamed text, by stream. */
  readonly #texts = new Map<string, string>();

  /** Takes each event once, in order: the SDK sees to that. */
  take(event: FollowedEvent): void {
    this.startedAt ??= event.type === 'snapshot' ? event.request.createdAt : event.at;
    if (event.attempt > this.attempt) this.#startOver(event.attempt);
    this.overall = event.overall;
    this.#apply(event);
  }

  /** What was streamed as text. Streams follow one another, each by its name where there are several. */
  get text(): string {
    if (this.#texts.size <= 1) return [...this.#texts.values()].join('');
    return [...this.#texts].map(([stream, text]) => `${stream}:\n${text}`).join('\n\n');
  }

  #startOver(attempt: number): void {
    this.attempt = attempt;
    this.state = 'assigned';
    this.tasks.clear();
    this.#texts.clear();
  }

  #apply(event: FollowedEvent): void {
    switch (event.type) {
      case 'status':
        // Running is live: while its provider is lost and awaited, the log still says assigned.
        if (event.state !== 'assigned' || this.state !== 'running') this.state = event.state;
        this.note = words(event.reason);
        break;
      case 'waiting':
        this.note = waitingText(event);
        break;
      case 'stalled':
        this.note = event.stalled ? 'the provider has gone quiet' : '';
        break;
      case 'running':
        this.#running();
        break;
      case 'tasks':
        for (const task of event.tasks) this.#declare(task);
        break;
      case 'progress':
        this.#running();
        this.#progress(event);
        break;
      case 'chunk':
        this.#running();
        this.#chunk(event);
        break;
      case 'task_result':
        this.#end(event.taskId, event.skipped === true ? 'skipped' : 'completed', '');
        break;
      case 'task_error':
        this.#end(event.taskId, 'failed', event.error.message);
        break;
      case 'result':
      case 'error':
        this.#finish(event);
        break;
      case 'snapshot':
        this.#snapshot(event.request);
        break;
    }
  }

  /** Everything at once, where the log could not be replayed. */
  #snapshot(request: RequestObject): void {
    this.#startOver(request.attempt);
    this.state = request.state;
    this.note = words(request.reason);
    for (const declared of request.tasks) {
      const task = this.#declare(declared);
      task.state = declared.state;
      if (task.state === 'completed') task.progress = 1;
      task.note = declared.error?.message ?? '';
    }
    if (isTerminal(request.state)) this.totalMs = request.timings.totalMs;
    for (const [taskId, progress] of Object.entries(request.live.progress)) this.#progress({ taskId, ...progress });
  }

  #running(): void {
    if (this.state !== 'assigned') return;
    this.state = 'running';
    this.note = '';
  }

  #progress({ taskId, progress, message, ...count }: Pick<Told<'progress'>, 'taskId' | 'progress' | 'message'>): void {
    const task = this.#task(taskId);
    if (task.state === 'pending') task.state = 'running';
    task.progress = progress ?? undefined;
    task.note = [countText(count), message ?? ''].filter((part) => part !== '').join(' · ');
  }

  #chunk({ stream, mode, data }: Told<'chunk'>): void {
    const text = chunkText(data);
    if (text === undefined) return;
    const before = mode === 'replace' ? '' : (this.#texts.get(stream) ?? '');
    this.#texts.set(stream, mode === 'items' && before !== '' ? `${before}\n${text}` : before + text);
  }

  #end(taskId: string, state: TaskState, note: string): void {
    const task = this.#task(taskId);
    task.state = state;
    task.note = note;
    if (state === 'completed') task.progress = 1;
  }

  #finish({ state, timings, tasks = [] }: Told<'result' | 'error'>): void {
    this.state = state;
    this.note = '';
    this.totalMs = timings.totalMs;
    for (const ended of tasks) {
      const task = this.#task(ended.taskId);
      task.state = ended.state;
      if (task.state === 'completed') task.progress = 1;
    }
  }

  #declare({ taskId, title, parentId }: Told<'tasks'>['tasks'][number]): TaskView {
    const task = this.#task(taskId);
    task.title = title ?? task.title;
    task.parentId = parentId ?? task.parentId;
    return task;
  }

  #task(id: string): TaskView {
    const known = this.tasks.get(id);
    if (known !== undefined) return known;
    // `main` is the whole request until other tasks are declared.
    if (id !== 'main') this.tasks.delete('main');
    const task: TaskView = { id, title: id, parentId: undefined, progress: undefined, state: 'pending', note: '' };
    this.tasks.set(id, task);
    return task;
  }
}

/** A chunk for people; undefined for what is binary. */
export function chunkText(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  return data instanceof Uint8Array ? undefined : JSON.stringify(data);
}

export function durationText(ms: number): string {
  return ms < 1_000
    ? `${Math.round(ms)} ms`
    : ms < 60_000
      ? `${(ms / 1_000).toFixed(1)} s`
      : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** For what is under way: a clock that ticks. */
export function wholeSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** Why it waits, and where in the line. */
export function waitingText({ reason, position }: { readonly reason?: string; readonly position?: number }): string {
  return [words(reason), position === undefined ? '' : `place ${position}`].filter((part) => part !== '').join(', ');
}

/** A word of the wire, for people. */
function words(name = ''): string {
  return name.replaceAll('_', ' ');
}

/** `3/12 pages`, where the provider counts. */
function countText({ current, total, unit }: Partial<Pick<Told<'progress'>, 'current' | 'total' | 'unit'>>): string {
  if (current === undefined) return '';
  return `${current}${total === undefined ? '' : `/${total}`}${unit === undefined ? '' : ` ${unit}`}`;
}
