/** The logs of all requests of a data folder, in one table: adding rows, reading them back, and letting old chunks go. */

import type { Body } from '../routing/body.ts';
import { fold } from '../routing/fold.ts';
import { type LogEvent, newRecord, type RequestRecord } from '../routing/record.ts';
import { recordFromText } from './record-text.ts';
import { RowWriter, readHeader, readRow, type StoredRow } from './rows.ts';
import type { Database, Statement } from './sqlite-driver.ts';
import { bodyOf } from './staging.ts';

interface BodyRow extends StoredRow {
  readonly id: number;
  readonly seq: number;
  readonly bytes: number;
}

export class RequestLog {
  readonly #insert: Statement;
  readonly #headers: Statement;
  readonly #bytes: Statement;
  readonly #first: Statement;
  readonly #after: Statement;
  readonly #chunkBytes: Statement;
  readonly #dropChunks: Statement;
  readonly #mixed: Statement;
  readonly #replace: Statement;
  readonly #drop: Statement;
  readonly #last: Statement;
  readonly #openNumbers: Statement;

  constructor(db: Database) {
    this.#insert = db.prepare('insert into log values (null, ?, ?, ?, ?, ?, ?, ?)');
    this.#headers = db.prepare('select header from log where request = ? and seq > ? order by seq');
    this.#bytes = db.prepare('select total(bytes) as bytes from log where request = ?');
    this.#first = db.prepare('select header, body, attachments from log where request = ? order by seq limit 1');
    this.#after = db.prepare(
      'select id, seq, bytes, header, body, attachments from log where request = ? and seq > ? order by seq limit ?',
    );
    const old = 'request = ? and seq >= ? and seq < ?';
    this.#chunkBytes = db.prepare(`select total(bytes) as bytes from log where ${old} and is_chunks = 1`);
    this.#dropChunks = db.prepare(`delete from log where ${old} and is_chunks = 1`);
    this.#mixed = db.prepare(
      `select id, seq, bytes, header, body, attachments from log where ${old} and is_chunks = 0 order by seq`,
    );
    this.#replace = db.prepare('update log set bytes = ?, header = ?, body = ?, attachments = ? where id = ?');
    this.#drop = db.prepare('delete from log where request = ?');
    this.#last = db.prepare('select request, header from log order by id desc limit 1');
    this.#openNumbers = db.prepare(
      'select distinct request as number from log where request not in (select number from requests)',
    );
  }

  /** Adds a row to the log of a request; answers what it weighs. */
  add(number: number, writer: RowWriter): number {
    const { seq, isChunks, bytes, header, body, attachments } = writer.finish();
    this.#insert.run(number, seq, isChunks ? 1 : 0, bytes, header, body, attachments);
    return bytes;
  }

  /** Lets the whole log of a request go. */
  drop(number: number): void {
    this.#drop.run(number);
  }

  /** The requests that have a log and no end, oldest first. */
  openNumbers(): number[] {
    return this.#openNumbers.all().map((row: { number: number }) => row.number);
  }

  /** Hub time of the last event of all, and the highest number of a request that is kept. */
  last(): { readonly elapsed: number; readonly number: number } {
    const row: { request: number; header: string } | undefined = this.#last.get();
    if (row === undefined) return { elapsed: 0, number: 0 };
    return { elapsed: readHeader(row.header).events.at(-1)?.elapsed ?? 0, number: row.request };
  }

  bytesOf(number: number): number {
    return this.#bytes.get(number).bytes;
  }

  /** A record from its log, or from the snapshot that stands in for the beginning of it. */
  fold(number: number, snapshot: string | null): RequestRecord | undefined {
    let record = snapshot === null ? undefined : recordFromText(snapshot);
    const rows: { header: string }[] = this.#headers.all(number, record?.seq ?? -1);
    for (const row of rows) {
      const { origin, events } = readHeader(row.header);
      if (record === undefined && origin !== undefined) record = newRecord(origin);
      if (record === undefined) return undefined;
      for (const event of events) if (event.seq > record.seq) fold(record, event);
    }
    return record;
  }

  payload(number: number): Body | undefined {
    const row: StoredRow | undefined = this.#first.get(number);
    return row === undefined ? undefined : readRow(row).payload;
  }

  events(number: number, afterSeq: number, maxBytes: number): { readonly events: LogEvent[]; readonly hasMore: boolean } {
    const events: LogEvent[] = [];
    let bytes = 0;
    let seq = afterSeq;
    // One row at first: it may weigh megabytes. Where rows turn out to be small, more at once.
    for (let limit = 1; ; ) {
      const rows: BodyRow[] = this.#after.all(number, seq, limit);
      for (const row of rows) {
        for (const event of readRow(row).events) {
          if (event.seq <= afterSeq) continue;
          if (events.length > 0 && bytes >= maxBytes) return { events, hasMore: true };
          events.push(event);
          bytes += bodyOf(event)?.bytes ?? 0;
        }
        seq = row.seq;
      }
      if (rows.length < limit) return { events, hasMore: false };
      limit = rows.every((row) => row.bytes < smallRow) ? rowsAtOnce : 1;
    }
  }

  /** Lets the chunks from `fromSeq` to before `firstSeq` go, as far as whole rows hold them; answers the bytes that went. */
  trim(number: number, fromSeq: number, firstSeq: number): number {
    let { bytes } = this.#chunkBytes.get(number, fromSeq, firstSeq);
    this.#dropChunks.run(number, fromSeq, firstSeq);
    const mixed: BodyRow[] = this.#mixed.all(number, fromSeq, firstSeq);
    for (const row of mixed) {
      const { origin, payload, events } = readRow(row);
      const kept = events.filter((event) => event.type !== 'chunk');
      if (kept.length === events.length) continue;
      const writer = new RowWriter();
      if (origin !== undefined && payload !== undefined) writer.addOrigin(origin, payload);
      for (const event of kept) writer.addEvent(event);
      const written = writer.finish();
      this.#replace.run(written.bytes, written.header, written.body, written.attachments, row.id);
      bytes += row.bytes - written.bytes;
    }
    return bytes;
  }
}

const smallRow = 16 * 1024;
const rowsAtOnce = 64;
