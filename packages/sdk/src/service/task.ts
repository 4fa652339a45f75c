/** One step of a request, as its handler tells of it. */

import type { TaskDeclaration } from '../protocol/messages.ts';
import type { WireBody } from '../protocol/wire.ts';
import { wireErrorOf } from './failure.ts';
import type { Held } from './held.ts';

/** How far something is: a fraction from 0 to 1, null while that can't be told, or a count. */
export type Amount =
  | number
  | null
  | { readonly current: number; readonly total?: number; readonly unit?: string; readonly message?: string };

/** What can be said of a step before it begins. */
export type TaskOptions = Omit<TaskDeclaration, 'taskId'>;

export class Task {
  readonly taskId: string;
  readonly #held: Held;

  /** Use `ctx.task()`. */
  constructor(held: Held, taskId: string) {
    this.#held = held;
    this.taskId = taskId;
  }

  /**
   * How far it is; the latest counts, so say it as often as you like. A lower fraction than before is not shown.
   * @param message one sentence for people, at most 1,024 characters.
   */
  progress(amount: Amount, message?: string): void {
    this.#held.progress(this.taskId, progressFields(this.taskId, amount, message));
  }

  /**
   * It is done.
   * @param result the step's own: any JSON, with binary parts. One that is too large becomes the step's error.
   */
  done(result?: unknown): void {
    this.#held.taskResult(this.taskId, result === undefined ? {} : { result });
  }

  /** It was not needed. */
  skip(): void {
    this.#held.taskResult(this.taskId, { skipped: true });
  }

  /** It failed; the request goes on, unless the handler ends it. */
  fail(error: unknown): void {
    const { code, message } = wireErrorOf(error);
    this.#held.say('task_error', { task_id: this.taskId, error: { code, message } });
  }
}

export function progressFields(taskId: string, amount: Amount, message: string | undefined): WireBody {
  const fields: WireBody = { task_id: taskId };
  if (typeof amount === 'object' && amount !== null) Object.assign(fields, amount);
  else fields['progress'] = amount;
  if (message !== undefined) fields['message'] = message;
  return fields;
}

export function taskFields({ taskId, title, weight, parentId }: TaskDeclaration): WireBody {
  const fields: WireBody = { task_id: taskId };
  if (title !== undefined) fields['title'] = title;
  if (weight !== undefined) fields['weight'] = weight;
  if (parentId !== undefined) fields['parent_id'] = parentId;
  return fields;
}
