/** What `conduit call` knows of the request it follows: the fold of its events, for whoever draws it. */

export type Fields = Readonly<Record<string, unknown>>;

export interface TaskView {
  readonly id: string;
  title: string;
  /** 0…1; undefined while unknown. */
  progress: number | undefined;
  state: 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  note: string;
}

const numbered = new Set(['status', 'tasks', 'chunk', 'task_result', 'task_error', 'result', 'error']);

export class RequestView {
  requestId = '';
  state = 'sending';
  /** Why it is in that state, or what else there is to say. */
  note = '';
  overall = 0;
  attempt = 0;
  seq = 0;
  totalMs: number | undefined;
  readonly tasks = new Map<string, TaskView>();
  /** Streamed text, by stream. */
  readonly #texts = new Map<string, string>();

  /** False for an event that was seen before. */
  take(name: string, event: Fields): boolean {
    const seq = Number(event['seq'] ?? 0);
    if (numbered.has(name) && seq <= this.seq) return false;
    this.seq = Math.max(this.seq, seq);
    const attempt = Number(event['attempt'] ?? this.attempt);
    if (attempt > this.attempt) this.#startOver(attempt);
    this.overall = Number(event['overall'] ?? this.overall);
    this.#apply(name, event);
    return true;
  }

  /** What `request` was answered with: it stands for event 1. */
  accepted(answer: Fields): void {
    this.requestId = String(answer['request_id']);
    this.take('status', { ...answer, attempt: answer['state'] === 'assigned' ? 1 : 0 });
    this.note = waitingText(answer);
  }

  /** Everything at once, where the log could not be replayed. */
  snapshot(request: Fields): void {
    this.#startOver(Number(request['attempt']));
    this.seq = Number(request['seq']);
    this.state = String(request['state']);
    this.overall = Number(request['overall']);
    this.note = textOf(request['reason']).replaceAll('_', ' ');
    for (const declared of listOf(request['tasks'])) {
      const task = this.#declare(declared);
      task.state = declared['state'] as TaskView['state'];
      if (task.state === 'completed') task.progress = 1;
      task.note = textOf(fieldsOf(declared['error'])['message']);
    }
    const totalMs = fieldsOf(request['timings'])['total_ms'];
    if (isEnded(this.state) && typeof totalMs === 'number') this.totalMs = totalMs;
    const progress = fieldsOf(fieldsOf(request['live'])['progress']);
    for (const [taskId, value] of Object.entries(progress)) this.#progress({ task_id: taskId, ...fieldsOf(value) });
  }

  /** What was streamed as text. Streams follow one another, each by its name where there are several. */
  get text(): string {
    if (this.#texts.size <= 1) return [...this.#texts.values()].join('');
    return [...this.#texts].map(([stream, text]) => `${stream}:\n${text}`).join('\n\n');
  }

  /** The end of what was streamed last, for showing it as it grows. */
  latestText(maxLength: number): string {
    return [...this.#texts.values()].at(-1)?.slice(-maxLength) ?? '';
  }

  #startOver(attempt: number): void {
    this.attempt = attempt;
    this.tasks.clear();
    this.#texts.clear();
  }

  #apply(name: string, event: Fields): void {
    switch (name) {
      case 'status':
        this.state = String(event['state']);
        this.note = textOf(event['reason']).replaceAll('_', ' ');
        break;
      case 'waiting':
        this.note = waitingText(event);
        break;
      case 'stalled':
        this.note = event['stalled'] === true ? 'the provider has gone quiet' : '';
        break;
      case 'running':
        this.#running();
        break;
      case 'tasks':
        for (const task of listOf(event['tasks'])) this.#declare(task);
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
        this.#end(event, event['skipped'] === true ? 'skipped' : 'completed', '');
        break;
      case 'task_error':
        this.#end(event, 'failed', textOf(fieldsOf(event['error'])['message']));
        break;
      case 'result':
      case 'error':
        this.#finish(event);
        break;
    }
  }

  #running(): void {
    if (this.state !== 'assigned') return;
    this.state = 'running';
    this.note = '';
  }

  #progress(event: Fields): void {
    const task = this.#task(String(event['task_id']));
    if (task.state === 'pending') task.state = 'running';
    task.progress = typeof event['progress'] === 'number' ? event['progress'] : undefined;
    task.note = [countText(event), textOf(event['message'])].filter((part) => part !== '').join(' · ');
  }

  #chunk(event: Fields): void {
    const stream = String(event['stream']);
    const data = typeof event['data'] === 'string' ? event['data'] : undefined;
    if (data === undefined) return;
    const before = event['mode'] === 'replace' ? '' : (this.#texts.get(stream) ?? '');
    // The stream that spoke last stands last.
    this.#texts.delete(stream);
    this.#texts.set(stream, event['mode'] === 'items' && before !== '' ? `${before}\n${data}` : before + data);
  }

  #end(event: Fields, state: TaskView['state'], note: string): void {
    const task = this.#task(String(event['task_id']));
    task.state = state;
    task.note = note;
    if (state === 'completed') task.progress = 1;
  }

  #finish(event: Fields): void {
    this.state = String(event['state']);
    this.note = '';
    const totalMs = fieldsOf(event['timings'])['total_ms'];
    if (typeof totalMs === 'number') this.totalMs = totalMs;
    for (const ended of listOf(event['tasks'])) {
      const task = this.#task(String(ended['task_id']));
      task.state = ended['state'] as TaskView['state'];
      if (task.state === 'completed') task.progress = 1;
    }
  }

  #declare(declared: Fields): TaskView {
    const task = this.#task(String(declared['task_id']));
    if (typeof declared['title'] === 'string') task.title = declared['title'];
    return task;
  }

  #task(id: string): TaskView {
    const known = this.tasks.get(id);
    if (known !== undefined) return known;
    // `main` is the whole request until other tasks are declared.
    if (id !== 'main') this.tasks.delete('main');
    const task: TaskView = { id, title: id, progress: undefined, state: 'pending', note: '' };
    this.tasks.set(id, task);
    return task;
  }
}

export function isEnded(state: unknown): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'expired';
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function durationText(ms: number): string {
  return ms < 1_000
    ? `${ms} ms`
    : ms < 60_000
      ? `${(ms / 1_000).toFixed(1)} s`
      : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** Why it waits, and where in the line. */
export function waitingText(event: Fields): string {
  const place = typeof event['position'] === 'number' ? `place ${event['position']}` : '';
  return [textOf(event['reason']).replaceAll('_', ' '), place].filter((part) => part !== '').join(', ');
}

/** `3/12 pages`, where the provider counts. */
function countText({ current, total, unit }: Fields): string {
  if (typeof current !== 'number') return '';
  return `${current}${typeof total === 'number' ? `/${total}` : ''}${typeof unit === 'string' ? ` ${unit}` : ''}`;
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
