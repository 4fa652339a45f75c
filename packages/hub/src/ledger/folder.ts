/** A data folder and who owns it: one hub at a time, by a lock that the system lets go of when that hub dies. */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Database, openDatabase } from './sqlite-driver.ts';
import { FolderTrouble, folderTrouble } from './trouble.ts';

export class Folder {
  readonly path: string;
  readonly #lock: Database;

  private constructor(path: string, lock: Database) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes the folder where it is missing and takes it. Waits up to `waitMs` for a hub that is just leaving. */
  static async take(path: string, waitMs: number): Promise<Folder> {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      // SQLite would only say that it can't open the file; the system says why.
      closeSync(openSync(join(path, 'lock.db'), 'a', 0o600));
    } catch (error) {
      throw folderTrouble(error, path);
    }
    const lock = await takeLock(path, waitMs);
    const folder = new Folder(path, lock);
    try {
      writeFileSync(folder.#pidFile, `${process.pid}\n`);
    } catch (error) {
      lock.close();
      throw folderTrouble(error, path);
    }
    return folder;
  }

  get #pidFile(): string {
    return join(this.path, 'hub.pid');
  }

  /** A key of 32 bytes that stays in this folder; made at its first use. */
  secret(): Uint8Array {
    const file = join(this.path, 'secret');
    try {
      const known = readIfThere(file);
      if (known?.length === secretBytes) return new Uint8Array(known);
      if (known !== undefined)
        throw new FolderTrouble(`${file} is damaged; restore it, or delete it and let sessions start anew`);
      return makeSecret(file);
    } catch (error) {
      throw folderTrouble(error, file);
    }
  }

  leave(): void {
    rmSync(this.#pidFile, { force: true });
    this.#lock.close();
  }
}

/** Held in a file of its own, so that the hub's own database stays open to a second reader such as a backup. */
async function takeLock(path: string, waitMs: number): Promise<Database> {
  const until = performance.now() + waitMs;
  for (;;) {
    let lock: Database | undefined;
    try {
      lock = openDatabase(join(path, 'lock.db'));
      lock.exec('begin exclusive');
      return lock;
    } catch (error) {
      lock?.close();
      const trouble = folderTrouble(error, path);
      if (!isBusy(error)) throw trouble;
      if (performance.now() >= until) throw new FolderTrouble(inUse(path), { cause: error });
    }
    await pause(retryMs);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}

function inUse(path: string): string {
  const pid = readIfThere(join(path, 'hub.pid'))?.toString().trim();
  const who = pid === undefined || pid === '' ? 'another hub' : `another hub (pid ${pid})`;
  return `${who} uses ${path}; stop it, or give this one another --data-dir`;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written aside and renamed: a hub that dies in between leaves no half of a key. */
function makeSecret(file: string): Uint8Array {
  const secret = randomBytes(secretBytes);
  const aside = `${file}.new`;
  rmSync(aside, { force: true });
  const descriptor = openSync(aside, 'wx', 0o600);
  try {
    writeFileSync(descriptor, secret);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(aside, file);
  return new Uint8Array(secret);
}

const sqliteBusy = 5;
const secretBytes = 32;
const retryMs = 100;
