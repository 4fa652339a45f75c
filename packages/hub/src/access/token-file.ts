/** The tokens of a hub in one file of its own: the command line writes it, whole or not at all, while the hub reads it. */

import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readRecord, type TokenRecord } from './token.ts';

/** What is wrong with the file, in one sentence for people. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
}

/** Another command has the file for milliseconds; after this it has died in the middle. */
const patienceMs = 2_000;
const retryMs = 20;

/** All tokens, expired ones among them; undefined: there is no such file. @throws TokenFileError */
export function readTokens(path: string): readonly TokenRecord[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new TokenFileError(`the tokens in ${path} can't be read: ${reasonOf(error)}`, { cause: error });
  }
  return parse(text, path);
}

/** What tells one version of the file from the next; undefined: there is none. */
export function versionOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? undefined : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
}

/**
 * Replaces what the file holds; two commands at once follow one another. The file that is written aside is the lock, and its
 * renaming gives it back. @throws TokenFileError
 */
export async function changeTokens(
  path: string,
  change: (tokens: readonly TokenRecord[]) => readonly TokenRecord[],
): Promise<void> {
  const aside = `${path}.new`;
  const descriptor = await takeLock(aside);
  try {
    const content = { format: 1, tokens: change(readTokens(path) ?? []) };
    writeFileSync(descriptor, `${JSON.stringify(content, undefined, 2)}\n`);
    fsyncSync(descriptor);
    giveToFolder(aside, dirname(path));
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function takeLock(aside: string): Promise<number> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      mkdirSync(dirname(aside), { recursive: true, mode: 0o700 });
      return openSync(aside, 'wx', 0o600);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw new TokenFileError(`${aside} can't be written: ${reasonOf(error)}`, { cause: error });
      if (performance.now() < until) await pause(retryMs);
      else throw new TokenFileError(`${aside} was left by a command that died; delete it if no other one is running`);
    }
  }
}

/** A file that root made would be closed to the hub that runs as somebody else. */
function giveToFolder(file: string, folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}

function parse(text: string, path: string): readonly TokenRecord[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new TokenFileError(`the tokens in ${path} are damaged: ${reasonOf(error)}`, { cause: error });
  }
  const { format, tokens } = (typeof content === 'object' && content !== null ? content : {}) as Record<string, unknown>;
  if (format !== 1)
    throw new TokenFileError(`${path} holds no tokens that this Conduit can read; was it written by a newer one?`);
  if (!Array.isArray(tokens)) throw new TokenFileError(`${path} is damaged: it has no list of tokens`);
  return tokens.map((value: unknown, at) => {
    const record = readRecord(value);
    if (record === undefined) throw new TokenFileError(`${path} is damaged: its token ${at + 1} can't be read`);
    return record;
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
