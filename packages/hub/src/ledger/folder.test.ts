import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { History } from '../testing/history.ts';
import { aWork } from '../testing/requests.ts';
import { openStore } from './sqlite.ts';
import { openDatabase } from './sqlite-driver.ts';

const child = fileURLToPath(new URL('../testing/store-child.ts', import.meta.url));

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conduit-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'conduit-data');
}

const open = (dataDir: string, durability: 'process' | 'power' = 'process') => openStore({ dataDir, durability, lockWaitMs: 0 });

/** Commits in a process of its own and collects what it says was committed: the last number of each request. */
function committing(
  dataDir: string,
  { bytes = 100, limitKib = 'unlimited' }: { bytes?: number; limitKib?: number | 'unlimited' } = {},
) {
  const command = `ulimit -f ${limitKib}; exec "$0" --conditions=conduit-src --import tsx "$1" "$2" ${bytes}`;
  const started = spawn('bash', ['-c', command, process.execPath, child, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void started.kill('SIGKILL'));
  const committed = new Map<string, number>();
  const said: string[] = [];
  const lines = createInterface({ input: started.stdout });
  lines.on('line', (line) => {
    const [requestId = '', seq] = line.split(' ');
    if (/^\d+-\d+ \d+$/.test(line)) committed.set(requestId, Number(seq));
    else said.push(line);
  });
  const ended = Promise.all([once(started, 'exit'), once(lines, 'close')]);
  return {
    process: started,
    committed,
    said,
    ended,
    until: (count: number) => waitFor(lines, () => committed.size >= count || started.exitCode !== null),
  };
}

async function waitFor(lines: ReturnType<typeof createInterface>, isThere: () => boolean): Promise<void> {
  while (!isThere()) await once(lines, 'line');
}

async function kill(one: { process: ChildProcess; ended: Promise<unknown> }): Promise<void> {
  one.process.kill('SIGKILL');
  await one.ended;
}

test('whatever a killed hub said was committed is there, and nothing is half there', { timeout: 60_000 }, async () => {
  const dataDir = await aFolder();
  const all = new Map<string, number>();
  for (const count of [1, 40, 300]) {
    const hub = committing(dataDir, { bytes: count === 40 ? 200_000 : 100 });
    await hub.until(count);
    await kill(hub);
    for (const [requestId, seq] of hub.committed) all.set(requestId, seq);
  }
  const store = await open(dataDir);
  onTestFinished(() => store.close());
  const { open: records } = store.load();
  for (const [requestId, seq] of all) {
    const record = store.record(requestId);
    expect(record?.seq).toBeGreaterThanOrEqual(seq);
    expect(store.events(requestId, 0, 1_000_000).events.map((event) => event.seq)).toEqual(sequence(record?.seq ?? 0));
    expect([1, 3, 4]).toContain(record?.seq);
    expect(store.payload(requestId)?.value).toMatch(/^x+$/);
  }
  expect(records.length).toBeGreaterThanOrEqual(all.size / 2 - 1);
});

test('a killed hub keeps its epoch; one whose machine lost power with it gets a new one, unless it waited for the disk', async () => {
  const dataDir = await aFolder();
  const hub = committing(dataDir);
  await hub.until(1);
  await kill(hub);
  const killed = await open(dataDir);
  expect(`epoch ${killed.epoch}`).toBe(hub.said[0]);
  killed.close();
  const stoppedCleanly = await open(dataDir);
  expect(stoppedCleanly.epoch).toBe(killed.epoch);
  stoppedCleanly.close();
  // As a run that was cut off by another start of the machine leaves it.
  pretendRun(dataDir, { boot: 'another', isRisky: true });
  const lost = await open(dataDir, 'power');
  expect(lost.epoch).not.toBe(killed.epoch);
  lost.close();
  pretendRun(dataDir, { boot: 'another', isRisky: false });
  const waited = await open(dataDir);
  expect(waited.epoch).toBe(lost.epoch);
  waited.close();
});

test('the time of the hub goes on after a restart', async () => {
  const dataDir = await aFolder();
  const store = await open(dataDir);
  new History().create('r1').pass(200).commitTo(store).pass(100).step('r1', { type: 'cancel', reason: 'enough' }).commitTo(store);
  store.close();
  const next = await open(dataDir);
  expect(next.elapsed).toBe(300);
  next.close();
});

test('the key of a folder stays, and is for its owner only', async () => {
  const dataDir = await aFolder();
  const store = await open(dataDir);
  const secret = store.secret();
  expect(secret).toHaveLength(32);
  store.close();
  const next = await open(dataDir);
  expect(next.secret()).toEqual(secret);
  expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
  next.close();
});

test('a second hub on the same folder says who has it, and takes it once that one is gone', async () => {
  const dataDir = await aFolder();
  const hub = committing(dataDir);
  await hub.until(1);
  const pid = readFileSync(join(dataDir, 'hub.pid'), 'utf8').trim();
  await expect(open(dataDir)).rejects.toThrow(
    `another hub (pid ${pid}) uses ${dataDir}; stop it, or give this one another --data-dir`,
  );
  const waiting = openStore({ dataDir, durability: 'process', lockWaitMs: 5_000 });
  await kill(hub);
  (await waiting).close();
});

test('a hub that stops leaves all of it in one file, and no mark of itself', async () => {
  const dataDir = await aFolder();
  const store = await open(dataDir);
  new History().create('r1').commitTo(store);
  store.close();
  expect(await readdir(dataDir)).not.toContain('hub.pid');
  await rm(join(dataDir, 'conduit.db-wal'), { force: true });
  await rm(join(dataDir, 'conduit.db-shm'), { force: true });
  const next = await open(dataDir);
  expect(next.load().open).toHaveLength(1);
  next.close();
});

test('a file where the folder should be is said to be one', async () => {
  const dataDir = await aFolder();
  writeFileSync(dataDir, 'hello');
  await expect(open(dataDir)).rejects.toThrow(`${dataDir} is not a folder; move that file away, or give another --data-dir`);
  await expect(open(join(dataDir, 'deeper'))).rejects.toThrow('is not a folder');
});

test('a read-only folder is said to be one', async ({ skip }) => {
  const dataDir = await aFolder();
  await mkdir(dataDir);
  if (!makeReadOnly(dataDir)) skip();
  await expect(open(dataDir)).rejects.toThrow(
    `${dataDir} is read-only for this user; make it writable, or give another --data-dir`,
  );
  expect(await readdir(dataDir)).toEqual([]);
});

test('a full disk is said to be full, and what was committed stays', { timeout: 60_000 }, async () => {
  const dataDir = await aFolder();
  const hub = committing(dataDir, { bytes: 50_000, limitKib: 3_000 });
  await hub.ended;
  expect(hub.said.at(-1)).toMatch(/^trouble: (the disk is full: .* takes nothing more; free some space|.*input\/output error)/);
  expect(hub.committed.size).toBeGreaterThan(10);
  const store = await open(dataDir);
  onTestFinished(() => store.close());
  store.load();
  for (const [requestId, seq] of hub.committed) expect(store.record(requestId)?.seq).toBeGreaterThanOrEqual(seq);
});

test.each([
  ['its beginning', 0, 200],
  ['its tables', 4_096, 40_000],
])('a file damaged at %s is said to be damaged, and left as it is', async (_where, from, length) => {
  const dataDir = await aFolder();
  const store = await open(dataDir);
  const history = new History();
  for (let count = 0; count < 200; count += 1) history.create(`r${count}`);
  history.commitTo(store);
  store.close();
  const file = join(dataDir, 'conduit.db');
  const bytes = readFileSync(file);
  bytes.fill(0xa5, from, from + length);
  writeFileSync(file, bytes);
  const damaged = `${dataDir} is damaged; restore it from a backup, or move it away to start with an empty one`;
  await expect(open(dataDir).then((opened) => opened.load())).rejects.toThrow(damaged);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(existsSync(join(dataDir, 'hub.pid'))).toBe(false);
});

test('a folder of a newer Conduit is left alone', async () => {
  const dataDir = await aFolder();
  (await open(dataDir)).close();
  const db = openDatabase(join(dataDir, 'conduit.db'));
  db.exec('pragma user_version = 99');
  db.close();
  await expect(open(dataDir)).rejects.toThrow(/was written by a newer Conduit \(format 99, this one knows 3\); update this one/);
});

test('a folder of the first format is brought to this one: what it did not say of its requests is read from their logs', async () => {
  const dataDir = await aFolder();
  const store = await open(dataDir);
  const history = new History().create('r1', { createdAt: 1_000 }).create('r2', { createdAt: 2_000 }).commitTo(store);
  const error = { code: 'no_ink', message: '', retryable: false };
  history.result('r1').pass(2_000).step('r2', { type: 'fail', error }).commitTo(store);
  store.close();
  const db = openDatabase(join(dataDir, 'conduit.db'));
  for (const column of ['created_at', 'error_code', 'total_ms']) db.exec(`alter table requests drop column ${column}`);
  db.exec('pragma user_version = 1');
  db.close();
  const next = await open(dataDir);
  next.load();
  expect(next.search({ tenant: 'local', since: 2_000, limit: 10 }, () => undefined)).toEqual(['r2']);
  expect(next.search({ tenant: 'local', until: 2_000, limit: 10 }, () => undefined)).toEqual(['r1']);
  expect(next.search({ tenant: 'local', error: 'no_ink', limit: 10 }, () => undefined)).toEqual(['r2']);
  expect(next.search({ tenant: 'local', minDurationMs: 2_000, limit: 10 }, () => undefined)).toEqual(['r2']);
  next.close();
});

test('whatever happened to requests, a restart folds the same records from their logs', async () => {
  const action = fc.record({
    request: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom('create', 'chunk', 'bytes', 'task', 'assign', 'lost', 'result', 'fail', 'commit', 'restart'),
    size: fc.integer({ min: 0, max: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'conduit-property-'));
      let store = await open(dataDir);
      const history = new History();
      try {
        for (const { request, what, size } of actions) {
          const requestId = `r${request}`;
          if (what === 'restart') {
            history.commitTo(store);
            store.close();
            store = await open(dataDir);
            expect(byId(store.load().open)).toEqual(
              byId([...history.records.values()].filter((record) => record.finishedAt === undefined)),
            );
          } else if (what === 'commit') history.commitTo(store);
          else if (what === 'create') {
            if (!history.records.has(requestId)) history.create(requestId, { payload: 'x'.repeat(size) });
          } else if (history.records.has(requestId)) act(history, { requestId, what, size });
          history.pass(1);
        }
        history.commitTo(store);
        for (const record of history.records.values()) {
          expect(store.record(record.requestId)).toEqual(record);
          expect(store.events(record.requestId, 0, 1_000_000).events.map((event) => event.seq)).toEqual(sequence(record.seq));
        }
      } finally {
        store.close();
        await rm(dataDir, { recursive: true });
      }
    }),
    { numRuns: 40 },
  );
});

function act(history: History, { requestId, what, size }: { requestId: string; what: string; size: number }): void {
  const { attempt } = history.record(requestId);
  if (what === 'chunk') history.chunk(requestId, 'x'.repeat(size));
  if (what === 'bytes') history.step(requestId, aWork({ type: 'chunk', requestId, stream: 'raw', data: new Uint8Array(size) }));
  if (what === 'task') history.step(requestId, aWork({ type: 'task_result', requestId, taskId: `t${size}`, result: { size } }));
  if (what === 'assign')
    history.step(requestId, { type: 'assign', taker: { party: { sessionId: 'provider-1', hubId: 'hub-1' }, acks: false } });
  if (what === 'lost') history.step(requestId, { type: 'give_up', attempt });
  if (what === 'result') history.result(requestId, { size });
  if (what === 'fail') history.step(requestId, { type: 'fail', error: { code: 'broken', message: 'x', retryable: false } });
}

function byId(records: readonly { readonly requestId: string }[]): unknown[] {
  return records.toSorted((one, other) => one.requestId.localeCompare(other.requestId));
}

function sequence(length: number): number[] {
  return Array.from({ length }, (_, index) => index + 1);
}

function pretendRun(dataDir: string, run: { boot: string; isRisky: boolean }): void {
  const db = openDatabase(join(dataDir, 'conduit.db'));
  db.prepare("insert or replace into meta values ('run', ?)").run(JSON.stringify(run));
  db.close();
}

/** Root ignores permissions: only the file system itself can refuse it, where it can. */
function makeReadOnly(folder: string): boolean {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o500);
    onTestFinished(() => chmodSync(folder, 0o700));
    return true;
  }
  try {
    execFileSync('bash', ['-c', 'chattr +i "$0"', folder], { stdio: 'ignore' });
  } catch {
    // No such program or no such attribute here: the test is for machines that have it.
    return false;
  }
  onTestFinished(() => void execFileSync('bash', ['-c', 'chattr -i "$0"', folder]));
  return true;
}
