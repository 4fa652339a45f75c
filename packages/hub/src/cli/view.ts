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

export class RequestView {
  state = 'sending';
  note = '';
  overall = 0;
  attempt = 0;
  seq = 0;
  text = '';
  readonly tasks = new Map<string, TaskView>();

  /** False for an event that was seen before. */
  take(name: string, event: Fields): boolean {
    const seq = Number(event['seq'] ?? 0);
    const isNumbered =
      name === 'status' ||
      name === 'tasks' ||
      name === 'chunk' ||
      name.startsWith('task_') ||
      name === 'result' ||
      name === 'error';
    if (isNumbered && seq <= this.seq) return false;
    this.seq = Math.max(this.seq, seq);
    const attempt = Number(event['attempt'] ?? this.attempt);
    if (attempt > this.attempt) this.#startOver(attempt);
    this.overall = Number(event['overall'] ?? this.overall);
    this.#apply(name, event);
    return true;
  }

  /** What `request` was answered with: it stands for event 1. */
  accepted(answer: Fields): void {
    this.take('status', { ...answer, attempt: answer['state'] === 'assigned' ? 1 : 0 });
    const position = answer['position'];
    if (typeof position === 'number') this.note = `${this.note}, place ${position}`;
  }

  #startOver(attempt: number): void {
    this.attempt = attempt;
    this.tasks.clear();
    this.text = '';
  }

  #apply(name: string, event: Fields): void {
    if (name === 'status') {
      this.state = String(event['state']);
      this.note = typeof event['reason'] === 'string' ? event['reason'].replaceAll('_', ' ') : '';
    } else if (name === 'waiting') {
      this.note = `${String(event['reason']).replaceAll('_', ' ')}${typeof event['position'] === 'number' ? `, place ${event['position']}` : ''}`;
    } else if (name === 'stalled') this.note = event['stalled'] === true ? 'the provider has gone quiet' : '';
    else if (name === 'running') this.state = 'running';
    else if (name === 'tasks')
      for (const task of listOf(event['tasks'])) this.#task(String(task['task_id'])).title = titleOf(task);
    else if (name === 'progress') this.#progress(event);
    else if (name === 'chunk') this.#chunk(event);
    else if (name === 'task_result') this.#end(event, event['skipped'] === true ? 'skipped' : 'completed', '');
    else if (name === 'task_error') this.#end(event, 'failed', String((event['error'] as Fields)['message'] ?? ''));
    else if (name === 'result' || name === 'error') {
      this.state = String(event['state']);
      this.note = '';
      for (const task of listOf(event['tasks'])) this.#task(String(task['task_id'])).state = task['state'] as TaskView['state'];
    }
  }

  #progress(event: Fields): void {
    if (this.state === 'assigned') this.state = 'running';
    const id = String(event['task_id']);
    const task = this.#task(id);
    task.state = 'running';
    task.progress = typeof event['progress'] === 'number' ? event['progress'] : undefined;
    task.note = typeof event['message'] === 'string' ? event['message'] : '';
  }

  #chunk(event: Fields): void {
    if (this.state === 'assigned') this.state = 'running';
    if (typeof event['data'] === 'string') this.text = event['mode'] === 'replace' ? event['data'] : this.text + event['data'];
  }

  #end(event: Fields, state: TaskView['state'], note: string): void {
    const task = this.#task(String(event['task_id']));
    task.state = state;
    task.note = note;
    if (state === 'completed') task.progress = 1;
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

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

function titleOf(task: Fields): string {
  return typeof task['title'] === 'string' ? task['title'] : String(task['task_id']);
}
