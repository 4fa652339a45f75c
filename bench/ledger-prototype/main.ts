/**
 * The measurement behind docs/decisions/0001-embedded-store.md: what a request costs in SQLite alone, and with a journal in front of it.
 * Run: node --conditions=conduit-src --import tsx bench/ledger-prototype/main.ts [rounds]. It works in a new folder of the system's
 * temporary directory and removes it.
 */

import { closeSync, fdatasyncSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../packages/hub/src/ledger/sqlite-driver.ts';

type Durability = 'process' | 'power';

/** What one commit adds to one request. */
interface Row {
  readonly number: number;
  readonly seq: number;
  readonly header: string;
  readonly body: string;
  /** It ends its request, which is to be found by these from now on. */
  readonly ended?: string;
}

interface Design {
  commit(rows: readonly Row[]): void;
  close(): void;
}

const schema = `
  create table log (id integer primary key, request integer, seq integer, bytes integer, header text, body text);
  create index log_by_request on log (request, seq);
  create table requests (number integer primary key, request_id text not null unique, tenant text, service text, state text, session_id text,
    finished_elapsed real, bytes integer);
  create index by_end on requests (finished_elapsed);
  create index by_session on requests (session_id);
  create index by_service on requests (tenant, service);
  create index by_state on requests (tenant, state);`;

function alone(folder: string, durability: Durability): Design {
  const db = openDatabase(join(folder, 'conduit.db'));
  db.exec(`pragma journal_mode = wal; pragma synchronous = ${durability === 'power' ? 'full' : 'normal'};
    pragma wal_autocheckpoint = 500; pragma cache_size = -16384`);
  db.exec(schema);
  const log = db.prepare('insert into log values (null, ?, ?, ?, ?, ?)');
  const end = db.prepare("insert into requests values (?, ?, 'local', 'resize', 'completed', 'client-1', ?, 200)");
  const begin = db.prepare('begin immediate');
  const commit = db.prepare('commit');
  return {
    commit(rows) {
      begin.run();
      for (const { number, seq, header, body, ended } of rows) {
        log.run(number, seq, body.length, header, body);
        if (ended !== undefined) end.run(number, ended, number);
      }
      commit.run();
    },
    close: () => db.close(),
  };
}

/** Each turn is one write to a file; SQLite gets the same rows later, many turns in one transaction, and the file starts over. */
function journal(folder: string, durability: Durability): Design {
  const behind = alone(folder, 'process');
  const file = openSync(join(folder, 'journal'), 'a');
  let waiting: Row[] = [];
  let bytes = 0;
  const settle = () => {
    behind.commit(waiting);
    waiting = [];
    bytes = 0;
    ftruncateSync(file, 0);
  };
  return {
    commit(rows) {
      let text = '';
      for (const { number, seq, header, body } of rows)
        text += `${number},${seq},${header.length},${body.length}\n${header}${body}`;
      const record = Buffer.allocUnsafe(4 + Buffer.byteLength(text));
      record.writeUInt32LE(record.length - 4);
      record.write(text, 4);
      writeSync(file, record);
      if (durability === 'power') fdatasyncSync(file);
      waiting.push(...rows);
      bytes += record.length;
      if (waiting.length >= 200 || bytes > 512 * 1024) settle();
    },
    close() {
      settle();
      closeSync(file);
      behind.close();
    },
  };
}

const nothing = (): Design => ({ commit() {}, close() {} });

interface Load {
  readonly durability: Durability;
  /** Requests that run side by side: what a turn of the loop commits together. */
  readonly atOnce: number;
  readonly chunks: number;
  readonly bodyBytes: number;
  readonly total: number;
}

let lastNumber = 0;

/** The turns of requests that run side by side: creation and assignment, chunks five at a time, result. */
function* turns({ atOnce, chunks, bodyBytes }: Load): Generator<Row[]> {
  const numbers = Array.from({ length: atOnce }, () => ++lastNumber);
  const body = () => JSON.stringify({ text: 'x'.repeat(bodyBytes - 11) });
  yield numbers.map((number) => ({
    number,
    seq: 1,
    header: JSON.stringify([{ origin: origin(number) }, event('status', 1)]),
    body: body(),
  }));
  for (let seq = 2; seq < chunks + 2; seq += 5) {
    const five = Array.from({ length: 5 }, (_, index) => event('chunk', seq + index));
    yield numbers.map((number) => ({ number, seq: seq + 4, header: JSON.stringify(five), body: five.map(body).join('') }));
  }
  const seq = chunks + 2;
  yield numbers.map((number) => ({
    number,
    seq,
    header: JSON.stringify([event('result', seq)]),
    body: body(),
    ended: origin(number).requestId,
  }));
}

function origin(number: number) {
  const terms = { idempotent: true, timeoutMs: 3_600_000, startTimeoutMs: 60_000, maxAttempts: 3, priority: 0, plannedTasks: [] };
  const requestId = `0190a3b4-7000-${Math.random()}-${number}`;
  const requester = { sessionId: 'client-1', hubId: 'hub-1' };
  return {
    requestId,
    tenant: 'local',
    subject: 'local',
    requester,
    to: 'resize',
    action: 'thumbnail',
    terms,
    depth: 0,
    createdAt: 1,
  };
}

function event(type: string, seq: number) {
  const provider = { sessionId: 'provider-1', hubId: 'hub-1' };
  return { type, seq, attempt: 1, at: 1_767_225_600_000, elapsed: 12_345.678, overall: 0, state: 'assigned', provider };
}

type Measured = Record<'cpu' | 'wall' | 'p99' | 'max', number>;

function measure(design: (folder: string, durability: Durability) => Design, load: Load): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-prototype-'));
  const store = design(folder, load.durability);
  const stalls: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let done = 0; done < load.total; done += load.atOnce) {
    for (const rows of turns(load)) {
      const before = performance.now();
      store.commit(rows);
      stalls.push(performance.now() - before);
    }
  }
  store.close();
  const wall = ((performance.now() - start) * 1_000) / load.total;
  const { user, system } = process.cpuUsage(cpu);
  rmSync(folder, { recursive: true });
  stalls.sort((one, other) => one - other);
  const at = (share: number) => stalls[Math.min(stalls.length - 1, Math.floor(stalls.length * share))] ?? 0;
  return { cpu: (user + system) / load.total, wall, p99: at(0.99), max: at(1) };
}

const loads: Load[] = [];
for (const durability of ['process', 'power'] as const) {
  for (const chunks of [0, 20]) {
    for (const atOnce of [1, 10, 100])
      loads.push({ durability, atOnce, chunks, bodyBytes: 100, total: atOnce === 1 ? 2_000 : 6_000 });
  }
  loads.push({ durability, atOnce: 1, chunks: 0, bodyBytes: 1024 * 1024, total: 100 });
}

const designs = { nothing, alone, journal };
const results = new Map<string, Measured[]>();
const rounds = Number(process.argv[2] ?? 7);
// Interleaved, so that a slow minute of the machine falls on all of them.
for (let round = 0; round < rounds; round += 1) {
  for (const load of loads) {
    for (const [name, design] of Object.entries(designs)) {
      const body = load.bodyBytes === 100 ? '100 B' : '1 MiB';
      const key = `| ${load.durability} | ${body} | ${load.chunks} | ${load.atOnce} | ${name} |`;
      results.set(key, [...(results.get(key) ?? []), measure(design, load)]);
    }
  }
}

const spread = (values: readonly number[], digits: number): string => {
  const sorted = values.toSorted((one, other) => one - other);
  const [least, middle, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return `${middle?.toFixed(digits)} (${least?.toFixed(digits)}–${most?.toFixed(digits)})`;
};
console.log(
  '| durability | bodies | chunks | requests a turn | design | CPU µs a request | wall µs a request | turn p99 ms | turn max ms |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [key, all] of results) {
  const cells = [
    spread(
      all.map((one) => one.cpu),
      0,
    ),
    spread(
      all.map((one) => one.wall),
      0,
    ),
    spread(
      all.map((one) => one.p99),
      1,
    ),
  ];
  console.log(
    `${key} ${cells.join(' | ')} | ${spread(
      all.map((one) => one.max),
      1,
    )} |`,
  );
}
