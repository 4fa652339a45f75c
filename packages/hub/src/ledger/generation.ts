/** Whether committed data may have been lost since the last hub: then the folder gets a new epoch, and old cursors mean nothing. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Database } from './sqlite-driver.ts';

export type Durability = 'process' | 'power';

/**
 * Opens a run and answers its epoch. A hub that was killed has lost nothing: the system still had its writes. Only one that
 * did not stop cleanly, did not wait for the disk, and whose machine has started anew since may have lost some.
 */
export function beginRun(db: Database, durability: Durability): string {
  const boot = bootId();
  const isRisky = durability === 'process';
  const former = readMeta(db, 'run');
  const known = readMeta(db, 'epoch');
  const run: { boot: string; isRisky: boolean } | undefined = former === undefined ? undefined : JSON.parse(former);
  const mayHaveLost = run?.isRisky === true && run.boot !== boot;
  const epoch = known === undefined || mayHaveLost ? randomUUID() : known;
  durably(db, () => {
    writeMeta(db, 'epoch', epoch);
    writeMeta(db, 'run', JSON.stringify({ boot, isRisky }));
  });
  return epoch;
}

/** Says that this run stopped cleanly: everything it committed is on the disk. */
export function endRun(db: Database): void {
  durably(db, () => {
    db.prepare("delete from meta where key = 'run'").run();
  });
}

export function readMeta(db: Database, key: string): string | undefined {
  return db.prepare('select value from meta where key = ?').get(key)?.value;
}

function writeMeta(db: Database, key: string, value: string): void {
  db.prepare('insert or replace into meta values (?, ?)').run(key, value);
}

/** A mark that the loss of power could take back would be worth nothing. */
function durably(db: Database, write: () => void): void {
  const { synchronous } = db.prepare('pragma synchronous').get();
  db.exec('pragma synchronous = full; begin immediate');
  write();
  db.exec(`commit; pragma synchronous = ${synchronous}`);
}

/** Names this start of the machine. Where the system has no name for it, the minute of the start must do. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux. A minute's rounding may take one start for two: that costs the watchers a snapshot, nothing else.
    return `up since ${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
  }
}
