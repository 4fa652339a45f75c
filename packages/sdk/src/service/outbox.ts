/**
 * What a provider says about one attempt: numbered from 1, sent in order, kept until the hub has it, and sent again from where the hub
 * stopped after a cut. So many may be on their way; beyond that the next ones wait, and of a task's progress only the latest.
 */

import type { Connection } from '../connection/connection.ts';
import { ConduitError } from '../protocol/errors.ts';
import { errorFromWire } from '../protocol/read.ts';
import type { WireBody } from '../protocol/wire.ts';

export type SaidName = 'tasks' | 'progress' | 'chunk' | 'task_result' | 'task_error' | 'result' | 'error' | 'reject';

interface Said {
  readonly name: SaidName;
  readonly fields: WireBody;
  /** Its place among all that is said in this attempt, from 1. */
  readonly n: number;
  readonly bytes: number;
}

interface OutboxParts {
  readonly connection: Connection;
  readonly requestId: string;
  readonly attempt: number;
  /** The hub refused one: `name` and `fields` of it. */
  readonly refused: (error: ConduitError<string>, name: SaidName, fields: WireBody) => void;
  /** Everything that was said so far has been answered. */
  readonly emptied: () => void;
}

/** On their way at once; beyond either, `room` waits. Enough for a hub at 50 ms to be kept busy. */
const mostMessages = 256;
const mostBytes = 4 * 1024 * 1024;
/** A provider that streams without waiting for room is stopped before its process runs out of memory. */
const tooManyBytes = 64 * 1024 * 1024;

export class Outbox {
  readonly #parts: OutboxParts;
  /** Not answered yet, in order. */
  readonly #unanswered = new Map<number, Said>();
  /** Waiting to be sent, by task. */
  readonly #progress = new Map<string, WireBody>();
  /**
   * Of each task the progress that the hub acknowledged, since it acknowledged anything else. A hub that is killed may have lost it: it
   * is live state, and what is acknowledged of it is not kept yet.
   */
  readonly #unkept = new Map<unknown, WireBody>();
  #waiting: (() => void)[] = [];
  #bytes = 0;
  #lastN = 0;
  /** Between a cut and the hub's word on what it has, messages are only kept: one sent early would arrive out of turn. */
  #isLive = true;
  #isClosed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#unanswered.size === 0 && this.#progress.size === 0;
  }

  get #isFull(): boolean {
    return this.#unanswered.size >= mostMessages || this.#bytes >= mostBytes;
  }

  /** @throws ConduitError `payload_too_large`; when far too much was said without waiting. */
  say(name: Exclude<SaidName, 'progress'>, fields: WireBody): void {
    if (this.#isClosed) return;
    // What is known of a task must not come after its end.
    this.#flush();
    this.#send(name, fields);
  }

  /** How far a task is: the latest counts, so none waits for another. */
  progress(taskId: string, fields: WireBody): void {
    if (this.#isClosed) return;
    this.#progress.delete(taskId);
    this.#progress.set(taskId, fields);
    if (!this.#isFull) this.#flush();
  }

  /** Resolves when there is room for more, at once while there is. */
  async room(): Promise<void> {
    if (this.#isClosed || !this.#isFull) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The connection is gone; the work goes on. */
  down(): void {
    this.#isLive = false;
  }

  /** The hub has everything up to its message `lastN`: what follows is said again. @returns what it has and never answered. */
  continueAfter(lastN: number): readonly { readonly name: SaidName; readonly fields: WireBody }[] {
    this.#isLive = true;
    const had = [...this.#unanswered.values()].filter(({ n }) => n <= lastN);
    for (const { n } of had) this.#answered(n);
    for (let n = lastN + 1; n <= this.#lastN; n += 1) {
      const said = this.#unanswered.get(n);
      if (said !== undefined) this.#emit(said);
      else this.#repeatProgress(n);
    }
    this.#madeRoom();
    return had;
  }

  /** A number whose message was acknowledged and then lost was one of progress: the tasks' latest stands for it. */
  #repeatProgress(n: number): void {
    for (const [taskId, body] of this.#unkept) {
      // The next number that is missing stands for another task.
      this.#unkept.delete(taskId);
      this.#unkept.set(taskId, body);
      return this.#parts.connection.tell('progress', { ...body, n }, () => undefined);
    }
  }

  /** Nothing more is to be said: somebody else has the request, or it has ended. */
  close(): void {
    this.#isClosed = true;
    this.#unanswered.clear();
    this.#progress.clear();
    this.#unkept.clear();
    this.#bytes = 0;
    this.#wake();
  }

  #send(name: SaidName, fields: WireBody): void {
    const { requestId, attempt, connection } = this.#parts;
    const n = this.#lastN + 1;
    const body: WireBody = { request_id: requestId, attempt, n, ...fields };
    const { bytes } = connection.weigh(body);
    if (this.#bytes + bytes > tooManyBytes)
      throw new ConduitError<string>('too_fast', 'more than 64 MiB were streamed without waiting: await each chunk()');
    const said: Said = { name, fields: body, n, bytes };
    this.#unanswered.set(n, said);
    this.#bytes += bytes;
    try {
      if (this.#isLive) this.#emit(said);
    } catch (error) {
      // Its `toJSON` threw: it was not sent, and its number is free.
      this.#answered(n);
      throw error;
    }
    this.#lastN = n;
  }

  #emit({ name, fields, n }: Said): void {
    this.#parts.connection.tell(name, fields, (answer) => {
      if (!this.#unanswered.has(n)) return;
      this.#answered(n);
      if (name === 'progress') this.#unkept.set(fields['task_id'], fields);
      else this.#unkept.clear();
      if (answer['ok'] !== true) this.#parts.refused(errorFromWire(answer['error']), name, fields);
      this.#madeRoom();
    });
  }

  #answered(n: number): void {
    const said = this.#unanswered.get(n);
    if (said === undefined) return;
    this.#unanswered.delete(n);
    this.#bytes -= said.bytes;
  }

  #madeRoom(): void {
    if (this.#isClosed) return;
    if (!this.#isFull) {
      this.#flush();
      this.#wake();
    }
    if (this.isEmpty) this.#parts.emptied();
  }

  #flush(): void {
    const latest = [...this.#progress.values()];
    this.#progress.clear();
    for (const fields of latest) this.#send('progress', fields);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
