/** A store in a folder, which outlives its hub. A commit is one transaction; SQLite's write-ahead log makes it whole or not at all. */

import { join } from 'node:path';
import type { Body } from '../routing/body.ts';
import type { KnownService, RequestQuery } from '../routing/ports.ts';
import type { LogEvent, Origin, RequestRecord } from '../routing/record.ts';
import { Archive } from './archive.ts';
import { Folder } from './folder.ts';
import { beginRun, type Durability, endRun, readMeta } from './generation.ts';
import { restoreLive, savedLive } from './live.ts';
import { RequestLog } from './log.ts';
import { migrate } from './migrations.ts';
import { type OpenEntry, OpenRequests } from './open-requests.ts';
import { liveFromText, liveToText, recordToText } from './record-text.ts';
import { RowWriter } from './rows.ts';
import { matches, type Standing, standsSo, understood } from './search.ts';
import { type Database, openDatabase, type Statement } from './sqlite-driver.ts';
import type { Batch, Retention, Store } from './store.ts';
import { Transactions } from './transaction.ts';
import { folderTrouble } from './trouble.ts';

export interface StoreOptions {
  readonly dataDir: string;
  /** What a commit survives: the death of this process, or the loss of power as well. */
  readonly durability: Durability;
  /** How long a hub that is just leaving is waited for. */
  readonly lockWaitMs?: number;
}

/** Takes the folder and opens what is in it. Rejects with one sentence that says what is wrong and what to do. */
export async function openStore({ dataDir, durability, lockWaitMs = 5_000 }: StoreOptions): Promise<SqliteStore> {
  const folder = await Folder.take(dataDir, lockWaitMs);
  let db: Database | undefined;
  try {
    db = openDatabase(join(dataDir, 'conduit.db'));
    configure(db, durability);
    migrate(db, dataDir);
    return new SqliteStore(folder, db, beginRun(db, durability));
  } catch (error) {
    db?.close();
    folder.leave();
    throw folderTrouble(error, dataDir);
  }
}

function configure(db: Database, durability: Durability): void {
  db.exec(`pragma journal_mode = wal; pragma synchronous = ${durability === 'power' ? 'full' : 'normal'};
    pragma wal_autocheckpoint = ${checkpointPages}; pragma journal_size_limit = ${keptWalBytes};
    pragma cache_size = -${cacheKib}; pragma temp_store = memory`);
}

/** What one commit changes of one request. */
interface Row {
  readonly entry: OpenEntry;
  readonly writer: RowWriter;
}

export class SqliteStore implements Store {
  readonly epoch: string;
  readonly elapsed: number;
  readonly #folder: Folder;
  readonly #db: Database;
  readonly #transactions: Transactions;
  readonly #log: RequestLog;
  readonly #archive: Archive;
  readonly #open = new OpenRequests();
  readonly #state: Statement;
  readonly #saveLive: Statement;
  readonly #saveSnapshot: Statement;
  readonly #dropState: Statement;
  readonly #addService: Statement;
  readonly #setElapsed: Statement;
  #lastNumber: number;
  #savedElapsed: number;

  constructor(folder: Folder, db: Database, epoch: string) {
    this.#folder = folder;
    this.#db = db;
    this.epoch = epoch;
    this.#transactions = new Transactions(db);
    this.#log = new RequestLog(db);
    this.#archive = new Archive(db);
    this.#state = db.prepare('select snapshot, live from open_state where request = ?');
    this.#saveLive = db.prepare(
      'insert into open_state (request, live) values (?, ?) on conflict do update set live = excluded.live',
    );
    this.#saveSnapshot = db.prepare(
      'insert into open_state (request, snapshot) values (?, ?) on conflict do update set snapshot = excluded.snapshot',
    );
    this.#dropState = db.prepare('delete from open_state where request = ?');
    this.#addService = db.prepare('insert or replace into services values (?, ?, ?, ?)');
    this.#setElapsed = db.prepare("insert or replace into meta values ('elapsed', ?)");
    const { elapsed, number } = this.#log.last();
    this.elapsed = Math.max(Number(readMeta(db, 'elapsed') ?? 0), elapsed);
    this.#savedElapsed = this.elapsed;
    this.#lastNumber = Math.max(number, ...this.#log.openNumbers().slice(-1), this.#archive.lastNumber());
  }

  /** A key of 32 bytes that stays in the folder: for what must be known again after a restart, and guessed by nobody. */
  secret(): Uint8Array {
    return this.#folder.secret();
  }

  load(): { readonly open: RequestRecord[]; readonly services: KnownService[] } {
    return this.#try(() => {
      const open = this.#log.openNumbers().map((number) => this.#load(number));
      const services: { known: string }[] = this.#db.prepare('select known from services').all();
      return { open: open.filter((record) => record !== undefined), services: services.map(({ known }) => JSON.parse(known)) };
    });
  }

  commit(batch: Batch): void {
    const { created, rows } = this.#rowsOf(batch);
    const entryOf = (record: RequestRecord) => rows.get(record.requestId)?.entry ?? this.#entry(record.requestId);
    const weights = new Map<OpenEntry, number>();
    const weigh = (entry: OpenEntry, bytes: number) => weights.set(entry, (weights.get(entry) ?? entry.bytes) + bytes);
    const isTimeDue = rows.size === 0 || batch.elapsed - this.#savedElapsed >= timeStepMs;
    this.#try(() =>
      this.#transactions.run(() => {
        for (const { entry, writer } of rows.values()) weigh(entry, this.#log.add(entry.number, writer));
        for (const record of batch.trimmed) weigh(entryOf(record), -this.#trim(entryOf(record), record));
        for (const record of batch.live) this.#saveLive.run(entryOf(record).number, liveToText(savedLive(record)));
        for (const record of batch.ended) {
          const entry = entryOf(record);
          this.#archive.add(entry.number, record, weights.get(entry) ?? entry.bytes);
          if (entry.hasState || batch.trimmed.includes(record)) this.#dropState.run(entry.number);
        }
        for (const record of batch.dropped) {
          const entry = entryOf(record);
          this.#log.drop(entry.number);
          if (entry.hasState) this.#dropState.run(entry.number);
        }
        for (const service of batch.services) {
          this.#addService.run(service.tenant, service.name, service.seenElapsed, JSON.stringify(service));
        }
        if (isTimeDue) this.#setElapsed.run(String(batch.elapsed));
      }),
    );
    // Only what is committed is remembered.
    for (const [entry, bytes] of weights) entry.bytes = bytes;
    for (const entry of created) this.#open.add(entry);
    this.#lastNumber += created.length;
    for (const record of batch.trimmed) this.#entry(record.requestId).trimmedTo = record.firstSeq;
    for (const record of [...batch.live, ...batch.trimmed]) this.#entry(record.requestId).hasState = true;
    for (const record of batch.ended) this.#ended(this.#entry(record.requestId));
    for (const record of batch.dropped) this.#open.remove(this.#entry(record.requestId));
    if (isTimeDue) this.#savedElapsed = batch.elapsed;
  }

  record(requestId: string): RequestRecord | undefined {
    return this.#try(() => {
      const open = this.#open.get(requestId);
      if (open !== undefined) return this.#fold(open.number)?.record;
      const ended = this.#archive.find(requestId);
      const record = ended === undefined ? undefined : this.#log.fold(ended.number, ended.snapshot);
      if (record === undefined || ended === undefined) return undefined;
      record.workBegan = ended.workBegan === 1;
      if (ended.startedElapsed !== null) record.startedElapsed = ended.startedElapsed;
      return record;
    });
  }

  events(requestId: string, afterSeq: number, maxBytes: number): { readonly events: LogEvent[]; readonly hasMore: boolean } {
    return this.#try(() => {
      const number = this.#numberOf(requestId);
      return number === undefined ? { events: [], hasMore: false } : this.#log.events(number, afterSeq, maxBytes);
    });
  }

  payload(requestId: string): Body | undefined {
    return this.#try(() => {
      const number = this.#numberOf(requestId);
      return number === undefined ? undefined : this.#log.payload(number);
    });
  }

  children(requestId: string): string[] {
    return this.#try(() => [...this.#archive.children(requestId), ...this.#open.children(requestId)]);
  }

  ofRequester(sessionId: string, sinceElapsed: number): string[] {
    return this.#try(() => [...this.#archive.ofSession(sessionId, sinceElapsed), ...this.#open.ofSession(sessionId)]);
  }

  search(query: RequestQuery, standing: (requestId: string) => Standing | undefined): string[] {
    return this.#try(() => {
      const number = query.before === undefined ? Number.MAX_SAFE_INTEGER : this.#numberOf(query.before);
      if (number === undefined) return [];
      const search = understood(query, (one) => {
        if (this.#open.has((origin) => matches(origin, one))) return true;
        return this.#archive.search(one, Number.MAX_SAFE_INTEGER).length > 0;
      });
      const isWanted = (origin: Origin): boolean => {
        if (!matches(origin, search)) return false;
        const open = standing(origin.requestId);
        return open !== undefined && standsSo(open, search);
      };
      const found = [...this.#open.search(number, isWanted), ...this.#archive.search(search, number)];
      found.sort((one, other) => other.number - one.number);
      return found.slice(0, search.limit).map((one) => one.requestId);
    });
  }

  forget(retention: Retention, elapsed: number): string[] {
    return this.#try(() => this.#archive.forget(retention, elapsed));
  }

  close(): void {
    try {
      endRun(this.#db);
      // A driver may keep the file open until its statements are collected: the log is copied now, whatever it does.
      this.#db.exec('pragma wal_checkpoint(truncate)');
    } catch {
      // On a full disk the run stays marked as cut off: the next hub looks whether the machine has been restarted since.
    }
    this.#db.close();
    this.#folder.leave();
  }

  /** What the batch adds, a row for each request. Encoded before the transaction begins. */
  #rowsOf(batch: Batch): { readonly created: OpenEntry[]; readonly rows: Map<string, Row> } {
    const created: OpenEntry[] = [];
    const rows = new Map<string, Row>();
    for (const { origin, payload } of batch.created) {
      const entry = { number: this.#lastNumber + created.length + 1, origin, bytes: 0, hasState: false, trimmedTo: 1 };
      const writer = new RowWriter();
      writer.addOrigin(origin, payload);
      created.push(entry);
      rows.set(origin.requestId, { entry, writer });
    }
    for (const { requestId, event } of batch.events) {
      let row = rows.get(requestId);
      if (row === undefined) {
        row = { entry: this.#entry(requestId), writer: new RowWriter() };
        rows.set(requestId, row);
      }
      row.writer.addEvent(event);
    }
    return { created, rows };
  }

  #load(number: number): RequestRecord | undefined {
    const folded = this.#fold(number);
    if (folded === undefined) return undefined;
    const { record, hasState } = folded;
    this.#open.add({ number, origin: record, bytes: this.#log.bytesOf(number), hasState, trimmedTo: record.firstSeq });
    return record;
  }

  /** An open request as the log says, with what was saved of its live state. */
  #fold(number: number): { readonly record: RequestRecord; readonly hasState: boolean } | undefined {
    const state: { snapshot: string | null; live: string | null } | undefined = this.#state.get(number);
    const record = this.#log.fold(number, state?.snapshot ?? null);
    if (record === undefined) return undefined;
    if (typeof state?.live === 'string') restoreLive(record, liveFromText(state.live));
    return { record, hasState: state !== undefined };
  }

  #trim(entry: OpenEntry, record: RequestRecord): number {
    this.#saveSnapshot.run(entry.number, recordToText(record));
    return this.#log.trim(entry.number, entry.trimmedTo, record.firstSeq);
  }

  #ended(entry: OpenEntry): void {
    this.#open.remove(entry);
    this.#archive.added(entry.bytes);
  }

  #entry(requestId: string): OpenEntry {
    const entry = this.#open.get(requestId);
    if (entry === undefined) throw new Error(`${this.#folder.path} holds no open request ${requestId}`);
    return entry;
  }

  #numberOf(requestId: string): number | undefined {
    return this.#open.get(requestId)?.number ?? this.#archive.find(requestId)?.number;
  }

  /** Whatever SQLite throws becomes the sentence that a person can act on. */
  #try<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw folderTrouble(error, this.#folder.path);
    }
  }
}

/** 2 MiB of the write-ahead log are copied into the file at a time, some 5 ms: measured in docs/decisions/0001-embedded-store.md. */
const checkpointPages = 500;
/** The log grows beyond that only while a copy lasts; what it grew is cut off. */
const keptWalBytes = 16 * 1024 * 1024;
const cacheKib = 16 * 1024;
/** How often a busy hub writes its time apart from its events, which have their own. */
const timeStepMs = 1_000;
