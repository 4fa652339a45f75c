/** One request this worker holds: its messages, counted, so that after a cut the hub gets exactly what it missed. */

import type { Socket } from 'socket.io-client';
import type { Report, Task } from './infographics.ts';

export interface WireError {
  readonly code: string;
  readonly message: string;
}

interface Answer {
  readonly ok: boolean;
  readonly error?: WireError;
}

interface Said {
  readonly name: 'tasks' | 'progress' | 'chunk' | 'task_result' | 'task_error' | 'result' | 'error';
  readonly fields: object;
  /** Its place among all that is said in this attempt, from 1. */
  readonly n: number;
}

/** After these the hub has taken the request from us: there is nobody left to tell. */
const lost = ['not_assigned', 'already_finished', 'request_not_found'];

export class HeldRequest implements Report {
  readonly requestId: string;
  readonly attempt: number;
  readonly stop = new AbortController();
  readonly #socket: Socket;
  /** All it said: a few hundred kilobytes, kept until the hub has the end. */
  readonly #said: Said[] = [];
  /** Results of tasks that the hub has not answered yet, by `n`: what it refuses has to be told before the end. */
  readonly #unanswered = new Set<number>();
  readonly #onEnded: () => void;
  #result: { readonly result: unknown } | undefined;
  /** Between a cut and the hub's word on what it has, messages are only kept: one sent early would arrive out of turn. */
  #isConnected = true;

  /** @param onEnded runs once, when the hub has the last word or wants none. */
  constructor(
    socket: Socket,
    { requestId, attempt }: { readonly requestId: string; readonly attempt: number },
    onEnded: () => void,
  ) {
    this.#socket = socket;
    this.#onEnded = onEnded;
    this.requestId = requestId;
    this.attempt = attempt;
  }

  tasks(tasks: readonly Task[]): void {
    this.#say('tasks', { tasks });
  }

  progress(taskId: string, progress: number | null, message?: string): void {
    this.#say('progress', { task_id: taskId, progress, ...(message === undefined ? {} : { message }) });
  }

  text(text: string): void {
    this.#say('chunk', { stream: 'text', data: text });
  }

  done(taskId: string, result: unknown): void {
    this.#say('task_result', { task_id: taskId, result });
  }

  /** The end; it waits until the hub has taken every result of a task. */
  result(result: unknown): void {
    this.#result = { result };
    this.#endIfAnswered();
  }

  error(error: WireError): void {
    this.#say('error', { error });
  }

  /** The connection is gone; the work goes on. */
  disconnected(): void {
    this.#isConnected = false;
  }

  /** The connection is back, and the hub has everything up to its message `lastN`: what follows is said again. */
  continueAfter(lastN: number): void {
    this.#isConnected = true;
    for (const said of this.#said.slice(lastN)) this.#emit(said);
    for (const n of this.#unanswered) if (n <= lastN) this.#unanswered.delete(n);
    this.#endIfAnswered();
  }

  #say(name: Said['name'], fields: object): void {
    const said = { name, fields, n: this.#said.length + 1 };
    this.#said.push(said);
    if (name === 'task_result') this.#unanswered.add(said.n);
    if (this.#isConnected) this.#emit(said);
  }

  #emit(said: Said): void {
    const { name, fields, n } = said;
    const message = { request_id: this.requestId, attempt: this.attempt, n, ...fields };
    this.#socket.emit(name, message, (answer: Answer) => this.#answered(said, answer));
  }

  #answered({ name, fields, n }: Said, { ok, error = { code: 'internal', message: 'the hub gave no reason' } }: Answer): void {
    const isEnd = name === 'result' || name === 'error';
    this.#unanswered.delete(n);
    if (ok && isEnd) this.#onEnded();
    else if (!ok && (lost.includes(error.code) || name === 'error')) {
      this.stop.abort();
      this.#onEnded();
    }
    // A picture or a result that the hub can't take, because it is too large for example: its requester has to know.
    else if (!ok && name === 'task_result') this.#say('task_error', { task_id: Reflect.get(fields, 'task_id'), error });
    else if (!ok && name === 'result') this.error(error);
    this.#endIfAnswered();
  }

  #endIfAnswered(): void {
    const end = this.#result;
    if (end === undefined || this.#unanswered.size > 0) return;
    this.#result = undefined;
    this.#say('result', end);
  }
}
