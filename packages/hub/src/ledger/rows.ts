/** How events stand in rows of the log: what one commit adds to one request is one row, with its opaque parts beside it. */

import { Body } from '../routing/body.ts';
import type { LogEvent, Origin } from '../routing/record.ts';
import { bodyOf } from './staging.ts';

/** Of one body in a row: how much of `body` (UTF-16 units) and which parts of `attachments` are its own. */
interface BodyMark {
  readonly kind: Body['kind'];
  readonly bytes: number;
  readonly length: number;
  readonly parts?: readonly number[];
}

interface Entry {
  readonly origin?: Origin;
  readonly event?: Omit<LogEvent, 'data' | 'result'>;
  readonly body?: BodyMark;
}

/** What a row of the log says. */
export interface StoredRow {
  readonly header: string;
  readonly body: string | null;
  readonly attachments: Uint8Array | null;
}

export interface WrittenRow extends StoredRow {
  /** The number of its last event. */
  readonly seq: number;
  readonly bytes: number;
  /** It holds nothing but chunks, and may go when they go. */
  readonly isChunks: boolean;
}

export class RowWriter {
  readonly #entries: Entry[] = [];
  readonly #attachments: Uint8Array[] = [];
  #body = '';
  #seq = 0;
  #bytes = 0;
  #isChunks = true;

  addOrigin(origin: Origin, payload: Body): void {
    this.#isChunks = false;
    this.#entries.push({ origin, body: this.#addBody(payload) });
  }

  addEvent(event: LogEvent): void {
    this.#seq = event.seq;
    this.#isChunks &&= event.type === 'chunk';
    const body = bodyOf(event);
    if (body === undefined) {
      this.#entries.push({ event });
      return;
    }
    const bare: { data?: unknown; result?: unknown } & LogEvent = { ...event };
    delete bare.data;
    delete bare.result;
    this.#entries.push({ event: bare, body: this.#addBody(body) });
  }

  finish(): WrittenRow {
    const header = JSON.stringify(this.#entries);
    return {
      header,
      body: this.#body === '' ? null : this.#body,
      attachments: this.#attachments.length === 0 ? null : Buffer.concat(this.#attachments),
      seq: this.#seq,
      bytes: this.#bytes + header.length,
      isChunks: this.#isChunks,
    };
  }

  #addBody(body: Body): BodyMark {
    const { text, attachments } = body.encode();
    this.#body += text;
    this.#bytes += body.bytes;
    const mark = { kind: body.kind, bytes: body.bytes, length: text.length };
    if (attachments.length === 0) return mark;
    this.#attachments.push(...attachments);
    return { ...mark, parts: attachments.map((attachment) => attachment.byteLength) };
  }
}

/** What a row says without its opaque parts, which is all that a record is folded from. */
export function readHeader(header: string): { readonly origin: Origin | undefined; readonly events: LogEvent[] } {
  const entries: Entry[] = JSON.parse(header);
  const events = entries.flatMap(({ event, body }) =>
    event === undefined ? [] : [withBody(event, body === undefined ? body : standIn(body))],
  );
  return { origin: entries[0]?.origin, events };
}

export interface ReadRow {
  readonly origin: Origin | undefined;
  readonly payload: Body | undefined;
  readonly events: LogEvent[];
}

export function readRow({ header, body, attachments }: StoredRow): ReadRow {
  const entries: Entry[] = JSON.parse(header);
  const events: LogEvent[] = [];
  let payload: Body | undefined;
  let at = 0;
  let part = 0;
  for (const { origin, event, body: mark } of entries) {
    let found: Body | undefined;
    if (mark !== undefined) {
      const text = (body ?? '').slice(at, at + mark.length);
      const parts = (mark.parts ?? []).map((size) => {
        part += size;
        // A copy: a part is small beside its row, and a view of the row's own memory would keep all of it.
        return (attachments ?? noBytes).slice(part - size, part);
      });
      at += mark.length;
      found = Body.decode({ text, attachments: parts }, mark.bytes);
    }
    if (origin !== undefined) payload = found;
    if (event !== undefined) events.push(withBody(event, found));
  }
  return { origin: entries[0]?.origin, payload, events };
}

const noBytes = new Uint8Array();

/** The one place where what the store kept becomes an event again. */
function withBody(event: Omit<LogEvent, 'data' | 'result'>, body: Body | undefined): LogEvent {
  if (body === undefined) return event as LogEvent;
  return ('stream' in event ? { ...event, data: body } : { ...event, result: body }) as LogEvent;
}

/** A body of the same kind and weight, without its content. */
function standIn({ kind, bytes }: BodyMark): Body {
  if (kind === 'text') return Body.of('', bytes, false);
  return kind === 'binary' ? Body.of(noBytes, bytes, true) : Body.of(null, bytes, false);
}
