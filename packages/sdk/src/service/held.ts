/** One request that this provider holds, from its handing over to the hub's last word: what its handler says, and how it ends. */

import type { Connection } from '../connection/connection.ts';
import { ConduitError, type WireError } from '../protocol/errors.ts';
import type { WireBody } from '../protocol/wire.ts';
import { wireErrorOf } from './failure.ts';
import { Outbox, type SaidName } from './outbox.ts';

/** After these the hub has taken the request from us: there is nobody left to tell. */
const lost: readonly string[] = ['not_assigned', 'already_finished', 'request_not_found'];

interface HeldParts {
  readonly connection: Connection;
  readonly requestId: string;
  readonly attempt: number;
  /** Runs once, when the hub has the last word or wants none. */
  readonly over: (held: Held) => void;
}

export class Held {
  readonly requestId: string;
  readonly attempt: number;
  readonly #outbox: Outbox;
  readonly #over: (held: Held) => void;
  readonly #stop = new AbortController();
  /** The end waits until the hub has taken everything before it: what it refuses has to be told first. */
  #end: { readonly name: 'result' | 'error' | 'reject'; readonly fields: WireBody } | undefined;
  #hasEnded = false;
  #isOver = false;

  constructor({ connection, requestId, attempt, over }: HeldParts) {
    this.requestId = requestId;
    this.attempt = attempt;
    this.#over = over;
    this.#outbox = new Outbox({
      connection,
      requestId,
      attempt,
      refused: (error, name, fields) => this.#refused(error, name, fields),
      emptied: () => this.#sendEnd(),
    });
  }

  /** Aborted when the work is to stop: its reason is a ConduitError that says why. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** @throws ConduitError for what can't be sent; as of something missing the caller has to know, it ends the request. */
  say(name: 'tasks' | 'chunk' | 'task_error', fields: WireBody): void {
    if (this.#hasEnded) return;
    try {
      this.#outbox.say(name, fields);
    } catch (error) {
      this.#stop.abort(error);
      this.#endInstead(unsentOf(error));
      throw error;
    }
  }

  progress(taskId: string, fields: WireBody): void {
    if (!this.#hasEnded) this.#outbox.progress(taskId, fields);
  }

  /** A task's result; one that the hub can't take becomes the task's error. */
  taskResult(taskId: string, fields: WireBody): void {
    if (this.#hasEnded) return;
    try {
      this.#outbox.say('task_result', { task_id: taskId, ...fields });
    } catch (error) {
      this.say('task_error', { task_id: taskId, error: unsentOf(error) });
    }
  }

  async room(): Promise<void> {
    await this.#outbox.room();
  }

  result(fields: WireBody): void {
    this.#finish('result', fields);
  }

  error(error: WireError): void {
    this.#finish('error', { error });
  }

  /** Not now, not me: the hub hands it to another. */
  reject(reason: string): void {
    this.#finish('reject', { reason });
  }

  /** The hub wants it stopped, or has given it to somebody else. */
  cancel(reason: string): void {
    this.#stop.abort(new ConduitError('cancelled', `the request was cancelled: ${reason}`, { details: { reason } }));
    // It is somebody else's by now, or has ended: the hub waits for no answer.
    if (reason === 'not_assigned') this.forget();
  }

  down(): void {
    this.#outbox.down();
  }

  /** The connection is back, and the hub has our messages up to `lastN`. */
  continueAfter(lastN: number): void {
    for (const { name, fields } of this.#outbox.continueAfter(lastN)) {
      // Had it taken the end, it would not have kept the request for us.
      if (name === 'result' || name === 'error') this.#refused(unheard, name, fields);
    }
  }

  /** It is no longer ours. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hasEnded = true;
    this.#outbox.close();
    if (!this.#stop.signal.aborted) this.#stop.abort(new ConduitError('not_assigned'));
    this.#over(this);
  }

  #finish(name: 'result' | 'error' | 'reject', fields: WireBody): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#end = { name, fields };
    if (this.#outbox.isEmpty) this.#sendEnd();
  }

  #sendEnd(): void {
    if (this.#end === undefined) {
      if (this.#hasEnded) this.#told();
      return;
    }
    const { name, fields } = this.#end;
    this.#end = undefined;
    try {
      this.#outbox.say(name, fields);
    } catch (error) {
      this.#endInstead(name === 'error' ? unsayable : unsentOf(error));
    }
  }

  /** The end could not be said, or was not taken; `error` can be. */
  #endInstead(error: WireError): void {
    this.#hasEnded = true;
    this.#end = { name: 'error', fields: { error } };
    if (this.#outbox.isEmpty) this.#sendEnd();
  }

  /** The hub has the end. */
  #told(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outbox.close();
    this.#over(this);
  }

  #refused(error: ConduitError<string>, name: SaidName, fields: WireBody): void {
    if (lost.includes(error.code) || name === 'reject') return this.forget();
    if (name === 'error' && fields['error'] === unsayable) return this.forget();
    if (name === 'error') return this.#endInstead(unsayable);
    if (name === 'task_result') return this.#outbox.say('task_error', { task_id: fields['task_id'], error: error.toWire() });
    // Of a result, a chunk or a declaration that is missing the requester has to know.
    if (name === 'progress' || name === 'task_error') return;
    this.#stop.abort(error);
    this.#endInstead(error.toWire());
  }
}

const unsayable: WireError = {
  code: 'provider_error',
  message: 'the work failed, and its error could not be sent; the log of the worker says more',
  retryable: false,
};

const unheard = new ConduitError<string>(
  'provider_error',
  'the hub did not take the result, and the connection was lost before it said why',
);

/** What could not be sent is the service's fault, and its caller is told why. */
function unsentOf(error: unknown): WireError {
  const said = wireErrorOf(error);
  return said.code === 'invalid_message' ? { ...said, code: 'provider_error' } : said;
}
