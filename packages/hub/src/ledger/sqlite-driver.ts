/** Which SQLite this hub runs on: Node's own where it is safe to use, else the package that brings one. */

import { createRequire } from 'node:module';
import type * as sqlite from '@photostructure/sqlite';

export type Database = InstanceType<typeof sqlite.DatabaseSync>;
export type Statement = ReturnType<Database['prepare']>;
type Driver = Pick<typeof sqlite, 'DatabaseSync'>;

/** Before it, a WAL that is reset while another connection writes can damage the file (sqlite.org/wal.html, "WAL-reset bug"). */
const firstSafeVersion = [3, 51, 3];

/** Opens a file, making it where it is missing. */
export function openDatabase(path: string): Database {
  driver ??= findDriver();
  return new driver.DatabaseSync(path);
}

let driver: Driver | undefined;

/** Node's own prints an ExperimentalWarning on some lines; the command line filters it. */
function findDriver(): Driver {
  const require = createRequire(import.meta.url);
  const found = tryRequire(require, 'node:sqlite');
  if (found !== undefined && isSafe(found)) return found;
  const brought = tryRequire(require, '@photostructure/sqlite');
  if (brought !== undefined) return brought;
  const node = process.version;
  throw new Error(
    `Node ${node} has no SQLite that is safe here and the package @photostructure/sqlite is missing; install it, use Node 24, or start with --memory`,
  );
}

function tryRequire(require: NodeJS.Require, name: string): Driver | undefined {
  try {
    return require(name);
  } catch {
    // Not there, or not for this platform: the next one is tried, and the last refusal says what to do.
    return undefined;
  }
}

function isSafe(found: Driver): boolean {
  const db = new found.DatabaseSync(':memory:');
  const { version } = db.prepare('select sqlite_version() as version').get();
  db.close();
  const parts = String(version).split('.').map(Number);
  for (const [index, least] of firstSafeVersion.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
