/** What is wrong with a data folder, in one sentence that says what to do. */

/** The sentence for whoever started the hub. `cause` is what was thrown first. */
export class FolderTrouble extends Error {
  override readonly name = 'FolderTrouble';
}

type Kind = 'busy' | 'read-only' | 'broken' | 'damaged' | 'full' | 'closed' | 'no-folder';

const sentences: Readonly<Record<Kind, (what: string) => string>> = {
  busy: (what) => `${what} is in use by another program; stop that, or give this hub another --data-dir`,
  'read-only': (what) => `${what} is read-only for this user; make it writable, or give another --data-dir`,
  broken: (what) => `${what} can't be read or written (input/output error); look at the disk`,
  damaged: (what) => `${what} is damaged; restore it from a backup, or move it away to start with an empty one`,
  full: (what) => `the disk is full: ${what} takes nothing more; free some space, and a running hub goes on by itself`,
  closed: (what) => `${what} can't be opened; look at its owner and permissions, or give another --data-dir`,
  'no-folder': (what) => `${what} is not a folder; move that file away, or give another --data-dir`,
};

/** The few of SQLite's result codes that a person can do something about. */
const ofSqlite: Readonly<Record<number, Kind>> = {
  5: 'busy',
  8: 'read-only',
  10: 'broken',
  11: 'damaged',
  13: 'full',
  14: 'closed',
  26: 'damaged',
};

const ofSystem: Readonly<Record<string, Kind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
  EIO: 'broken',
  ENOTDIR: 'no-folder',
  EEXIST: 'no-folder',
};

/** @param what the file or folder, as the user named it. */
export function folderTrouble(thrown: unknown, what: string): FolderTrouble {
  if (thrown instanceof FolderTrouble) return thrown;
  const kind = kindOf(thrown);
  const sentence =
    kind === undefined
      ? `${what} can't be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`
      : sentences[kind](what);
  return new FolderTrouble(sentence, { cause: thrown });
}

function kindOf(thrown: unknown): Kind | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('errcode' in thrown && typeof thrown.errcode === 'number') return ofSqlite[thrown.errcode & 0xff];
  return 'code' in thrown && typeof thrown.code === 'string' ? ofSystem[thrown.code] : undefined;
}
