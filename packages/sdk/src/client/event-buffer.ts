/** Between a hub that sends as fast as it can and a loop that takes its time: a bounded line of events, which asks for more when it is short. */

import { isBinary, measure } from '../protocol/measure.ts';
import { isLast, isLive } from '../protocol/read.ts';
import type { AnyEvent, Reader } from './events.ts';

/** Beyond either, no more is taken until half of it has been read. The hub keeps the rest in its log. */
const mostEvents = 1_000;
const mostBytes = 1024 * 1024;

type Next = IteratorResult<AnyEvent, undefined>;

export class EventBuffer implements Reader, AsyncIterableIterator<AnyEvent> {
  after = 0;
  readonly isThorough = true;
  readonly #hasRoom: () => void;
  readonly #isDone: (reader: EventBuffer) => void;
  /** By number, live values by what they tell of: of those only the latest counts, and it stands last. */
  readonly #line = new Map<number | string, AnyEvent>();
  #bytes = 0;
  #isFull = false;
  #waiting: { readonly resolve: (next: Next) => void; readonly reject: (error: unknown) => void }[] = [];
  #hasLast = false;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param hasRoom runs when a full line has been read half.
   * @param isDone runs once, when nothing more will be read.
   */
  constructor(hasRoom: () => void, isDone: (reader: EventBuffer) => void) {
    this.#hasRoom = hasRoom;
    this.#isDone = isDone;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  take(event: AnyEvent): void {
    if (this.#hasLast) return;
    if (!isLive(event)) this.after = event.seq;
    this.#hasLast = isLast(event);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return this.#keep(event);
    waiting.resolve({ value: event, done: false });
    if (this.#hasLast) this.#endWaiting();
  }

  fail(error: unknown): void {
    if (this.#hasLast) return;
    this.#failure = { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  async next(): Promise<Next> {
    const event = this.#shift();
    if (event !== undefined) return { value: event, done: false };
    if (this.#failure !== undefined) {
      this.#isDone(this);
      throw this.#failure.error;
    }
    if (this.#hasLast) return this.#end();
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The loop was left: nothing more is kept for it. */
  async return(): Promise<Next> {
    this.#hasLast = true;
    this.#line.clear();
    this.#endWaiting();
    return this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): Next {
    this.#isDone(this);
    return { value: undefined, done: true };
  }

  #endWaiting(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  #keep(event: AnyEvent): void {
    const key = keyOf(event);
    const before = this.#line.get(key);
    if (before !== undefined) {
      this.#line.delete(key);
      this.#bytes -= weight(before);
    }
    this.#line.set(key, event);
    this.#bytes += weight(event);
    if (this.#line.size >= mostEvents || this.#bytes >= mostBytes) this.#isFull = true;
  }

  #shift(): AnyEvent | undefined {
    for (const [key, event] of this.#line) {
      this.#line.delete(key);
      this.#bytes -= weight(event);
      if (this.#isFull && this.#line.size <= mostEvents / 2 && this.#bytes <= mostBytes / 2) {
        this.#isFull = false;
        this.#hasRoom();
      }
      return event;
    }
    return undefined;
  }
}

function keyOf(event: AnyEvent): number | string {
  if (event.type === 'progress') return `progress ${event.taskId}`;
  return isLive(event) || event.type === 'snapshot' ? event.type : event.seq;
}

/** About what an event holds in memory, bytes. */
function weight(event: AnyEvent): number {
  if (event.type === 'chunk') return ownWeight + valueWeight(event.data);
  if (event.type === 'task_result' || event.type === 'result') return ownWeight + valueWeight(event.result);
  return ownWeight;
}

const ownWeight = 200;
const unbounded = { maxMessageBytes: Infinity, maxDepth: Infinity, maxValues: Infinity, maxAttachments: Infinity };

function valueWeight(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return isBinary(value) ? value.byteLength : measure(value, unbounded).bytes;
}
