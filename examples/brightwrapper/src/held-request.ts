/** One request this worker holds: its messages, counted, so that after a cut the hub gets exactly what it missed. */

import type { Socket } from 'socket.io-client';
import type { Report } from './infographics.ts';

interface Said {
  readonly name: string;
  readonly body: object;
  readonly acknowledged: (() => void) | undefined;
}

export class HeldRequest implements Report {
  readonly requestId: string;
  readonly attempt: number;
  readonly stop = new AbortController();
  readonly #socket: Socket;
  /** All it said: a few hundred kilobytes, kept until the hub has the end. */
  readonly #said: Said[] = [];
  readonly #onEnded: () => void;

  /** @param onEnded runs when the hub has the last word. */
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

  tasks(tasks: Parameters<Report['tasks']>[0]): void {
    this.#say('tasks', { tasks });
  }

  progress(taskId: string, progress: number | null, message?: string): void {
    this.#say('progress', { task_id: taskId, progress, ...(message === undefined ? {} : { message }) });
  }

  text(text: string): void {
    this.#say('chunk', { data: text });
  }

  done(taskId: string, result: unknown): void {
    this.#say('task_result', { task_id: taskId, result });
  }

  result(result: unknown): void {
    this.#say('result', { result }, this.#onEnded);
  }

  error(error: { readonly code: string; readonly message: string }): void {
    this.#say('error', { error }, this.#onEnded);
  }

  /** Says again everything after the message that the hub has. */
  sayAgain(lastN: number): void {
    for (const said of this.#said.slice(lastN)) this.#emit(said);
  }

  #say(name: string, fields: object, acknowledged?: () => void): void {
    const body = { request_id: this.requestId, attempt: this.attempt, n: this.#said.length + 1, ...fields };
    const said = { name, body, acknowledged };
    this.#said.push(said);
    // While the connection is gone it is only kept: `sayAgain` sends it in order.
    if (this.#socket.connected) this.#emit(said);
  }

  #emit({ name, body, acknowledged }: Said): void {
    if (acknowledged === undefined) this.#socket.emit(name, body);
    else this.#socket.emit(name, body, acknowledged);
  }
}
