/** What a handler is given beside its payload: who asks, whether to stop, and everything it can say while it works. */

import type { Party } from '../protocol/events.ts';
import { isBinary } from '../protocol/measure.ts';
import type { Parent, StreamMode, TaskDeclaration } from '../protocol/messages.ts';
import type { WireBody } from '../protocol/wire.ts';
import type { Held } from './held.ts';
import { type Amount, progressFields, Task, type TaskOptions, taskFields } from './task.ts';

/** What the hub handed over, but for the payload. */
export interface Handed {
  readonly requestId: string;
  readonly service: string;
  readonly action: string;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly deadlineAt?: number;
  readonly requester: Pick<Party, 'name' | 'subject'>;
  readonly parent?: Parent;
  readonly tags?: readonly string[];
  readonly trace?: Readonly<Record<string, string>>;
}

/** Where a chunk belongs. */
export interface ChunkOptions {
  /** One stream for each kind of output; by default `text` for texts, `bytes` for bytes, `items` for anything else. */
  readonly stream?: string;
  /** The step it comes from. */
  readonly taskId?: string;
  /** Fixed by a stream's first chunk: `append` for texts and bytes, `items` for anything else. `replace` shows the latest only. */
  readonly mode?: StreamMode;
}

/** Its own requests are added by whoever joins both sides of the SDK. */
export class Context {
  readonly requestId: string;
  readonly service: string;
  readonly action: string;
  /** 1 for the first hand-over; a higher one starts over. */
  readonly attempt: number;
  /** When the hub will stop it, milliseconds since 1970. */
  readonly deadlineAt: number | undefined;
  readonly requester: Handed['requester'];
  readonly parent: Parent | undefined;
  readonly tags: readonly string[];
  readonly trace: Readonly<Record<string, string>>;
  /** Aborted when the request is cancelled, out of time, or somebody else's: hand it to whatever you wait for. */
  readonly signal: AbortSignal;
  readonly #held: Held;
  readonly #tasks = new Map<string, Task>();

  /**
   * Made for each request.
   * @param planned the steps of its contract, which the hub has declared when it handed the request over.
   */
  constructor(held: Held, handed: Handed, planned: readonly TaskDeclaration[] = []) {
    this.requestId = handed.requestId;
    this.service = handed.service;
    this.action = handed.action;
    this.attempt = handed.attempt;
    this.deadlineAt = handed.deadlineAt;
    this.requester = handed.requester;
    this.parent = handed.parent;
    this.tags = handed.tags ?? [];
    this.trace = handed.trace ?? {};
    this.signal = held.signal;
    this.#held = held;
    for (const { taskId } of planned) this.#task(taskId);
  }

  /**
   * One step of the work, declared at its first use.
   * @param taskId a name: 1 to 128 letters, digits or `. _ : / -`.
   */
  task(taskId: string, options?: TaskOptions): Task {
    const known = this.#tasks.get(taskId);
    if (known !== undefined && options === undefined) return known;
    this.#held.say('tasks', { tasks: [taskFields({ taskId, ...options })] });
    return this.#task(taskId);
  }

  /** Declares steps beforehand, so that whoever looks sees what is to come. */
  tasks(tasks: readonly TaskDeclaration[]): void {
    this.#held.say('tasks', { tasks: tasks.map(taskFields) });
    for (const { taskId } of tasks) this.#task(taskId);
  }

  /** How far the whole is, where it has no steps. */
  progress(amount: Amount, message?: string): void {
    this.#held.progress('main', progressFields('main', amount, message));
  }

  /**
   * Streams a piece of output: it arrives in order, and never gets lost. Await it: it waits while too much is on its way.
   * @param data any JSON, or bytes. What can't be sent, being too large for example, ends the request with an error that says so.
   * @throws the signal's reason, once the work is to stop.
   */
  chunk(data: unknown, options: ChunkOptions = {}): Promise<void> {
    const said = this.#chunk(data, options);
    // The request has ended with it: a handler that does not wait is not to end the whole process.
    said.catch(() => undefined);
    return said;
  }

  async #chunk(data: unknown, { taskId, ...options }: ChunkOptions): Promise<void> {
    this.signal.throwIfAborted();
    const { stream, mode } = { ...usual(data), ...options };
    const fields: WireBody = { stream, mode, data };
    if (taskId !== undefined) fields['task_id'] = taskId;
    this.#held.say('chunk', fields);
    await this.#held.room();
    this.signal.throwIfAborted();
  }

  #task(taskId: string): Task {
    const known = this.#tasks.get(taskId);
    if (known !== undefined) return known;
    const task = new Task(this.#held, taskId);
    this.#tasks.set(taskId, task);
    return task;
  }
}

function usual(data: unknown): { readonly stream: string; readonly mode: StreamMode } {
  if (typeof data === 'string') return { stream: 'text', mode: 'append' };
  return isBinary(data) ? { stream: 'bytes', mode: 'append' } : { stream: 'items', mode: 'items' };
}
