/**
 * One request as this side follows it: sent (or found), watched again after each cut, its events given to whoever reads them, each once
 * and in order. A reader that is full is left behind, and reads on from the hub's log later; while nobody wants more, the hub is told.
 */

import type { Connection } from '../connection/connection.ts';
import { ConduitError } from '../protocol/errors.ts';
import type { RequestObject } from '../protocol/events.ts';
import { maxTextLength } from '../protocol/limits.ts';
import { errorFromWire, eventFromWire, isLast, isLive, type requestEventNames, requestFromWire } from '../protocol/read.ts';
import { isTerminal } from '../protocol/states.ts';
import type { WireBody } from '../protocol/wire.ts';
import { Ending } from './ending.ts';
import { EventBuffer } from './event-buffer.ts';
import type { AnyEvent, Reader } from './events.ts';

type EventName = (typeof requestEventNames)[number];

export interface FollowingParts {
  readonly connection: Connection;
  readonly requestId: string;
  /** The fields of `request`; undefined for one that somebody sent earlier. */
  readonly message: WireBody | undefined;
  readonly asCaller: (error: unknown) => unknown;
  /** Its events are wanted from now on. */
  readonly attach: (following: Following) => void;
  /** Its events are not wanted now; true when nobody else of this connection wants them. */
  readonly detach: (following: Following) => boolean;
  /** It has ended, or failed. @param error what with; left out: with a result. */
  readonly over: (error?: unknown) => void;
}

export class Following {
  readonly requestId: string;
  readonly #parts: FollowingParts;
  readonly #readers = new Set<Reader>();
  /** What came before anybody looked; the first loop takes it. */
  #unread: EventBuffer | undefined;
  /** `asking` between a `watch` and its answer: what comes meanwhile is of the cursor before. */
  #stream: 'off' | 'asking' | 'on' = 'off';
  /** The last number that the hub sent over this stream. */
  #position = 0;
  /** Of the hub whose numbers these are. */
  #epoch: string | undefined;
  #isAccepted: boolean;
  /** What came before the answer that stands for event 1. */
  #early: AnyEvent[] = [];
  #last: AnyEvent | undefined;
  #failure: { readonly error: unknown } | undefined;
  #timesSent = 0;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    this.requestId = parts.requestId;
    this.#isAccepted = parts.message === undefined;
  }

  /** Sends it; again after each cut, until the hub has it. What was aborted before it was sent never is. */
  send(signal: AbortSignal | undefined): void {
    const { connection, message, requestId } = this.#parts;
    this.#unread = this.#addReader(new EventBuffer(...this.#bufferEvents()));
    const body = (): WireBody => {
      this.#timesSent += 1;
      return { ...message, request_id: requestId };
    };
    connection.ask('request', body, signal).then(
      (answer) => this.#accepted(answer),
      (error) => this.fail(error),
    );
  }

  /** Its end: the result, or the error it ended with. */
  async ended(): Promise<unknown> {
    const ending = new Ending((reader) => this.#removeReader(reader), this.#parts.asCaller);
    if (this.#last !== undefined) ending.take(this.#last);
    else if (this.#failure !== undefined) ending.fail(this.#failure.error);
    else {
      this.#addReader(ending);
      // Who only waits for the end needs nothing kept; a loop that begins later reads the log.
      this.#dropUnread();
      this.#look();
    }
    return await ending.result;
  }

  /** Its events, from the first one on. */
  events(): EventBuffer {
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread !== undefined) return unread;
    const buffer = this.#addReader(new EventBuffer(...this.#bufferEvents()));
    if (this.#failure !== undefined) buffer.fail(this.#failure.error);
    else this.#look();
    return buffer;
  }

  /** Asks politely; the end still comes as the end. */
  async cancel(reason: string | undefined): Promise<'cancelled' | 'requested' | 'already_finished'> {
    const body = { request_id: this.requestId, ...(reason === undefined ? {} : { reason }) };
    const answer = await this.#parts.connection.ask('cancel', () => body);
    return answer['outcome'] as 'cancelled' | 'requested' | 'already_finished';
  }

  /** Nobody here waits any more: the hub is asked to cancel it, and whoever reads is told why. */
  abandon(reason: unknown): void {
    if (this.#last !== undefined || this.#failure !== undefined) return;
    const isKnown = this.#timesSent > 0 || this.#parts.message === undefined;
    // Whether the hub still could is of no matter here.
    if (isKnown) this.cancel(sentenceOf(reason)).catch(() => undefined);
    this.fail(reason);
  }

  /** It can't be sent or followed any more: whoever reads is told why. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error: this.#parts.asCaller(error) };
    this.#unwatch();
    this.#dropUnread();
    for (const reader of [...this.#readers]) reader.fail(this.#failure.error);
    this.#parts.over(this.#failure.error);
  }

  /** One event of this request, from the hub. */
  receive(name: EventName, body: WireBody): void {
    const event = eventFromWire(name, body);
    if (!this.#isAccepted) this.#early.push(event);
    else if (this.#stream === 'on') this.#take(event);
  }

  /** The connection is there again. */
  up(): void {
    if (this.#isAccepted && this.#failure === undefined) this.#look();
  }

  down(): void {
    this.#stream = 'off';
    // What came before the answer comes again after it.
    this.#early = [];
  }

  #accepted(answer: WireBody): void {
    if (this.#failure !== undefined) return;
    this.#isAccepted = true;
    this.#epoch = this.#parts.connection.greeting?.epoch;
    const early = this.#early;
    this.#early = [];
    // Where the hub had it already, its events went to a connection that is gone.
    if (this.#timesSent > 1) return this.#look();
    this.#stream = 'on';
    for (const event of firstEvents(answer)) this.#take(event);
    for (const event of early) this.#take(event);
    this.#look();
  }

  #take(event: AnyEvent): void {
    if (!isLive(event)) {
      if (event.seq <= this.#position) return;
      // Something was lost between: what the hub let go it will say.
      if (event.seq > this.#position + 1) return this.#watch(this.#position);
      this.#position = event.seq;
      if (isLast(event)) this.#ended(event);
    }
    for (const reader of [...this.#readers]) if (isNextFor(reader, event)) reader.take(event);
    if (!isLive(event)) this.#look();
  }

  /** Asks the hub for what somebody here lacks, or for nothing while nobody wants more. */
  #look(): void {
    const { connection, attach } = this.#parts;
    if (!this.#isAccepted || this.#failure !== undefined) return;
    const wanting = [...this.#readers].filter((reader) => !reader.isFull && !hasAll(reader, this.#last));
    if (wanting.length === 0) return this.#unwatch();
    attach(this);
    if (connection.closedBy !== undefined) return this.fail(connection.closedBy);
    if (!connection.isUp || this.#stream === 'asking') return;
    const behind = Math.min(...wanting.map((reader) => (reader.isThorough ? reader.after : this.#position)));
    if (this.#stream === 'off' || behind < this.#position) this.#watch(behind);
  }

  #watch(afterSeq: number): void {
    const { connection, requestId } = this.#parts;
    this.#stream = 'asking';
    this.#position = afterSeq;
    const body: WireBody = { request_id: requestId, after_seq: afterSeq };
    if (this.#epoch !== undefined) body['epoch'] = this.#epoch;
    connection.tell('watch', body, (answer) => this.#watching(answer));
  }

  #watching(answer: WireBody): void {
    if (answer['ok'] !== true) return this.fail(this.#refusal(errorFromWire(answer['error'])));
    this.#stream = 'on';
    this.#epoch = this.#parts.connection.greeting?.epoch;
    if (answer['mode'] === 'snapshot') this.#snapshot(answer);
    this.#look();
  }

  #unwatch(): void {
    const { connection, requestId, detach } = this.#parts;
    const isAlone = detach(this);
    const wasStreaming = this.#stream !== 'off';
    this.#stream = 'off';
    // Of a request that has ended nothing comes any more.
    if (isAlone && wasStreaming && this.#last === undefined)
      connection.tell('unwatch', { request_id: requestId }, () => undefined);
  }

  /** The request as it stands, in place of events that are no longer to be had; an ended one tells its end too. */
  #snapshot(answer: WireBody): void {
    const request = requestFromWire(answer['request']);
    const { seq, attempt, overall, state } = request;
    const isReset = answer['reset'] === true;
    const stamp = { seq, attempt, at: Date.now(), overall };
    const lost = { ...(answer['gap'] === true ? { gap: true as const } : {}), ...(isReset ? { reset: true as const } : {}) };
    const snapshot: AnyEvent = { type: 'snapshot', ...stamp, request, ...lost };
    this.#position = seq;
    for (const reader of [...this.#readers]) {
      if (reader.isThorough && !reader.isFull && (isReset || reader.after < seq)) reader.take(snapshot);
    }
    if (!isTerminal(state)) return;
    if (request.resultOmitted === true) void this.#getResult(request);
    else this.#end(request);
  }

  /** A result that is too large, or binary, to stand in a snapshot. */
  async #getResult(request: RequestObject): Promise<void> {
    const body = { request_id: this.requestId, include: ['result'] };
    try {
      const answer = await this.#parts.connection.ask('get', () => body);
      const { result } = requestFromWire(answer['request']);
      this.#end({ ...request, result });
    } catch (error) {
      this.fail(error);
    }
  }

  #end(request: RequestObject): void {
    const { seq, attempt, overall, timings, finishedAt = Date.now() } = request;
    const stamp = { seq, attempt, at: finishedAt, overall, timings };
    const last = (
      request.error === undefined
        ? { type: 'result', ...stamp, state: 'completed', result: request.result }
        : { type: 'error', ...stamp, state: request.state, error: request.error }
    ) as AnyEvent;
    this.#ended(last);
    for (const reader of [...this.#readers]) if (!reader.isThorough || reader.after === seq) reader.take(last);
    this.#look();
  }

  #ended(last: AnyEvent): void {
    if (this.#last !== undefined) return;
    this.#last = last;
    this.#parts.over(last.type === 'error' ? last.error : undefined);
  }

  #refusal(error: ConduitError<string>): unknown {
    if (error.code !== 'request_not_found' || this.#parts.message === undefined) return error;
    const sentence = `the hub has forgotten request ${this.requestId}: it keeps it no longer, or restarted and had kept nothing; whether the work was done is unknown`;
    return new ConduitError<string>('request_not_found', sentence, { cause: error });
  }

  #bufferEvents(): ConstructorParameters<typeof EventBuffer> {
    return [() => this.#look(), (reader) => this.#removeReader(reader)];
  }

  #addReader<Kind extends Reader>(reader: Kind): Kind {
    this.#readers.add(reader);
    this.#parts.attach(this);
    return reader;
  }

  #removeReader(reader: Reader): void {
    if (!this.#readers.delete(reader)) return;
    this.#look();
  }

  #dropUnread(): void {
    if (this.#unread === undefined) return;
    this.#readers.delete(this.#unread);
    this.#unread = undefined;
  }
}

/** The answer to `request` is event 1, which the hub does not send to the requester, and its place where it waits. */
function firstEvents(answer: WireBody): readonly AnyEvent[] {
  const { ok: _, position, ...status } = answer;
  const attempt = answer['state'] === 'assigned' ? 1 : 0;
  const stamp = { seq: answer['seq'], attempt, at: new Date().toISOString(), overall: 0 };
  const first = eventFromWire('status', { ...status, ...stamp });
  return position === undefined ? [first] : [first, eventFromWire('waiting', { ...stamp, reason: answer['reason'], position })];
}

/** What the hub is told of an abort: it takes a sentence. */
function sentenceOf(reason: unknown): string {
  return (reason instanceof Error ? reason.message : String(reason)).slice(0, maxTextLength);
}

function isNextFor(reader: Reader, event: AnyEvent): boolean {
  if (reader.isFull) return false;
  if (!reader.isThorough) return true;
  return isLive(event) ? reader.after === event.seq : reader.after + 1 === event.seq;
}

function hasAll(reader: Reader, last: AnyEvent | undefined): boolean {
  return last !== undefined && reader.isThorough && reader.after >= last.seq;
}
