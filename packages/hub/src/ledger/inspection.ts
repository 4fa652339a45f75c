/** Looks at a data folder from outside, and changes nothing in it: who has it, and which format it is in. */

import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatVersion } from './migrations.ts';
import { type Database, openDatabase } from './sqlite-driver.ts';
import { folderTrouble } from './trouble.ts';

export interface FolderLook {
  /** Nobody has it, a hub does, or there is no such folder yet. */
  readonly state: 'free' | 'held' | 'missing';
  /** Who has it, where that is written. */
  readonly pid?: string;
  /** Of its tables. Undefined while there are none, or only its write-ahead log knows. */
  readonly format?: number;
  /** The format that this hub writes. */
  readonly knownFormat: number;
}

/** @throws FolderTrouble with one sentence for people. */
export function lookAtFolder(path: string): FolderLook {
  const knownFormat = formatVersion;
  try {
    if (!existsSync(path)) return { state: 'missing', knownFormat };
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    const format = formatOf(join(path, 'conduit.db'));
    const state = isLocked(join(path, 'lock.db')) ? 'held' : 'free';
    const pid = state === 'held' ? pidIn(join(path, 'hub.pid')) : undefined;
    return { state, knownFormat, ...(pid === undefined ? {} : { pid }), ...(format === undefined ? {} : { format }) };
  } catch (error) {
    throw folderTrouble(error, path);
  }
}

/** A hub holds a lock of the system on this file for as long as it lives. */
function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  let lock: Database | undefined;
  try {
    lock = openDatabase(file);
    lock.exec('begin exclusive');
    lock.exec('rollback');
    return false;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return true;
    throw error;
  } finally {
    lock?.close();
  }
}

/** As it stands in the head of the file (sqlite.org/fileformat.html, 1.3.18): opening a database makes files beside it. */
function formatOf(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const head = Buffer.alloc(userVersionAt + 4);
  const descriptor = openSync(file, 'r');
  try {
    const isWhole = readSync(descriptor, head, 0, head.length, 0) === head.length;
    const format = isWhole ? head.readUInt32BE(userVersionAt) : 0;
    return format === 0 ? undefined : format;
  } finally {
    closeSync(descriptor);
  }
}

function pidIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const pid = readFileSync(file, 'utf8').trim();
  return pid === '' ? undefined : pid;
}

const userVersionAt = 60;
const sqliteBusy = 5;
