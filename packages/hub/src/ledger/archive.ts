/** The ended requests of a data folder: finding them, and forgetting them in slices that the loop doesn't feel. */

import type { RequestRecord } from '../routing/record.ts';
import { recordToText } from './record-text.ts';
import { endedStates, type Search, standingOf } from './search.ts';
import { searchSql } from './search-sql.ts';
import type { Database, Statement } from './sqlite-driver.ts';
import type { Retention } from './store.ts';
import { Transactions } from './transaction.ts';

interface EndedRow {
  readonly number: number;
  readonly requestId: string;
  readonly tenant: string;
  readonly tags: string | null;
  readonly bytes: number;
  readonly endedElapsed: number;
  readonly state: string;
}

interface FoundRow {
  readonly number: number;
  readonly snapshot: string | null;
  readonly workBegan: number;
  readonly startedElapsed: number | null;
}

export class Archive {
  readonly #db: Database;
  readonly #transactions: Transactions;
  readonly #insert: Statement;
  readonly #tag: Statement;
  readonly #find: Statement;
  readonly #childrenOf: Statement;
  readonly #ofSession: Statement;
  readonly #oldest: Statement;
  readonly #hide: Statement;
  readonly #dropLog: Statement;
  readonly #drop: Statement;
  readonly #dropTags: Statement;
  readonly #dropServices: Statement;
  readonly #services: Statement;
  readonly #searches = new Map<string, Statement>();
  #count: number;
  #bytes: number;

  constructor(db: Database) {
    this.#db = db;
    this.#transactions = new Transactions(db);
    this.#insert = db.prepare('insert into requests values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#tag = db.prepare('insert or ignore into tags values (?, ?, ?)');
    this.#find = db.prepare(
      'select number, snapshot, work_began as workBegan, started_elapsed as startedElapsed from requests where request_id = ?',
    );
    this.#childrenOf = db.prepare(
      "select request_id as requestId from requests where parent_id = ? and state <> '' order by number",
    );
    this.#ofSession = db.prepare(
      "select request_id as requestId from requests where session_id = ? and finished_elapsed >= ? and state <> '' order by number",
    );
    this.#services = db.prepare('select distinct service from requests where tenant = ?');
    this.#oldest = db.prepare(
      `select number, request_id as requestId, tenant, tags, bytes, finished_elapsed as endedElapsed, state
       from requests order by finished_elapsed limit ${forgetAtOnce}`,
    );
    this.#hide = db.prepare("update requests set state = '', request_id = request_id || '#' || number where number = ?");
    this.#dropLog = db.prepare(`delete from log where id in (select id from log where request = ? limit ${rowsAtOnce})`);
    this.#drop = db.prepare('delete from requests where number = ?');
    this.#dropTags = db.prepare('delete from tags where tenant = ? and tag = ? and request = ?');
    this.#dropServices = db.prepare('delete from services where seen_elapsed < ?');
    const { count, bytes } = db.prepare('select count(*) as count, total(bytes) as bytes from requests').get();
    this.#count = count;
    this.#bytes = bytes;
  }

  /** Part of the commit that ends the request; call `added` when that has succeeded. */
  add(number: number, record: RequestRecord, bytes: number): void {
    const { requestId, tenant, subject, to, action, state, requester, parent, tags } = record;
    // A short log is folded again faster than a record is written twice.
    const snapshot = record.seq > shortLog || record.firstSeq > 1 ? recordToText(record) : null;
    const names = [requestId, tenant, subject, to, action, state, requester.sessionId, parent?.requestId ?? null] as const;
    const hasTags = tags !== undefined && tags.length > 0;
    const { errorCode, durationMs } = standingOf(record, record.createdElapsed);
    const began = [record.workBegan ? 1 : 0, record.startedElapsed ?? null] as const;
    this.#insert.run(
      number,
      ...names,
      hasTags ? JSON.stringify(tags) : null,
      record.finishedElapsed ?? 0,
      bytes,
      ...began,
      snapshot,
      record.createdAt,
      errorCode ?? null,
      durationMs,
    );
    if (hasTags) for (const tag of tags) this.#tag.run(tenant, tag, number);
  }

  added(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
  }

  /** The highest number of an ended request. */
  lastNumber(): number {
    return this.#db.prepare('select max(number) as last from requests').get().last ?? 0;
  }

  find(requestId: string): FoundRow | undefined {
    return this.#find.get(requestId);
  }

  children(requestId: string): string[] {
    return this.#childrenOf.all(requestId).map(idOf);
  }

  ofSession(sessionId: string, sinceElapsed: number): string[] {
    return this.#ofSession.all(sessionId, sinceElapsed).map(idOf);
  }

  /** Newest first, below `number`. Each filter narrows by its index; the others are looked at in what is left. */
  search(search: Search, number: number): { readonly number: number; readonly requestId: string }[] {
    const states = endedStates(search);
    if (states?.length === 0) return [];
    const { sql, values } = searchSql(search, { number, states, services: (tenant) => this.#services.all(tenant).map(nameOf) });
    let statement = this.#searches.get(sql);
    if (statement === undefined) {
      if (this.#searches.size >= maxSearches) this.#searches.clear();
      statement = this.#db.prepare(sql);
      this.#searches.set(sql, statement);
    }
    return statement.all(...values);
  }

  /** One slice: what is beyond the retention, the oldest end first. */
  forget(retention: Retention, elapsed: number): string[] {
    const slice = this.#transactions.run(() => this.#forgetSlice(retention, elapsed));
    this.#count -= slice.count;
    this.#bytes -= slice.bytes;
    return slice.requestIds;
  }

  #forgetSlice(
    retention: Retention,
    elapsed: number,
  ): { readonly requestIds: string[]; readonly count: number; readonly bytes: number } {
    const requestIds: string[] = [];
    let count = 0;
    let bytes = 0;
    let rows = 0;
    this.#dropServices.run(elapsed - retention.maxServiceAgeMs);
    const oldest: EndedRow[] = this.#oldest.all();
    for (const row of oldest) {
      const isTooMany = this.#count - count > retention.maxRequests || this.#bytes - bytes > retention.maxBytes;
      const isOld = row.endedElapsed < elapsed - retention.maxAgeMs;
      if (!isOld && !isTooMany && row.state !== hidden) break;
      requestIds.push(row.requestId);
      const dropped = Number(this.#dropLog.run(row.number).changes);
      if (dropped === rowsAtOnce) {
        // A long log takes several slices: nobody finds the request any more, and the next slice goes on here.
        this.#hide.run(row.number);
        break;
      }
      this.#drop.run(row.number);
      const tags: string[] = row.tags === null ? [] : JSON.parse(row.tags);
      for (const tag of tags) this.#dropTags.run(row.tenant, tag, row.number);
      count += 1;
      bytes += row.bytes;
      rows += dropped;
      if (rows > rowsAtOnce || bytes > bytesAtOnce) break;
    }
    return { requestIds, count, bytes };
  }
}

function nameOf(row: { readonly service: string }): string {
  return row.service;
}

function idOf(row: { readonly requestId: string }): string {
  return row.requestId;
}

/** Shapes of searches whose statements are kept. */
const maxSearches = 100;
/** The state of a request that is being forgotten. */
const hidden = '';
/** The log of an ended request is folded again up to here, some 50 µs; beyond, its record is kept as text. */
const shortLog = 32;
/** A slice of these takes some 5 ms: 100 small requests, or a few of a megabyte each, whose pages are read to be freed. */
const forgetAtOnce = 100;
const rowsAtOnce = 1_000;
const bytesAtOnce = 4 * 1024 * 1024;
