/** The data folder: whether it can be used, who uses it, its format, and how much room there is. */

import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { HubConfig } from '../../config.ts';
import { type FolderLook, lookAtFolder } from '../../ledger/inspection.ts';
import { freeBytes } from '../../ops/metrics/hub-metrics.ts';
import { type Finding, failed, ok, sentenceOf, warning } from './finding.ts';

/** A disk with less takes nothing more within minutes of a busy hub. */
const leastFreeBytes = 64 * 1024 ** 2;

const check = 'data folder';

export async function folderFindings({ memory, dataDir, keepBytes }: HubConfig): Promise<readonly Finding[]> {
  if (memory) return [ok(check, '--memory: nothing is kept, what is open ends with the hub')];
  const path = resolve(dataDir);
  let look: FolderLook;
  try {
    look = lookAtFolder(path);
    accessSync(firstThere(path), constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return [failed(check, sentenceOf(error), `a hub can't use ${path} before that is mended`)];
  }
  return [stateFinding(path, look), await roomFinding(path, keepBytes)];
}

function stateFinding(path: string, { state, pid, format, knownFormat }: FolderLook): Finding {
  if (state === 'missing') return ok(check, `${path} is not there yet; a hub will make it`);
  if (format !== undefined && format > knownFormat) {
    const says = `${path} was written by a newer Conduit (format ${format}, this one knows ${knownFormat})`;
    return failed(check, says, 'update this one, or give another --data-dir');
  }
  if (state === 'held') return ok(check, `${path} is in use by a hub${pid === undefined ? '' : ` (pid ${pid})`}`);
  return ok(check, `${path} is free${format === undefined ? '' : `; format ${format} of ${knownFormat}`}`);
}

async function roomFinding(path: string, keepBytes: number): Promise<Finding> {
  const free = await freeBytes(firstThere(path));
  if (free === undefined) return ok('disk', 'this system does not say how much is free');
  const says = `${inMiB(free)} are free for ${path}`;
  if (free < leastFreeBytes) return failed('disk', says, 'free some space: a hub on a full disk accepts nothing');
  if (free >= keepBytes) return ok('disk', says);
  return warning('disk', `${says}, and up to ${inMiB(keepBytes)} are kept`, 'free some space, or lower --keep-bytes');
}

function inMiB(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2).toLocaleString('en-US')} MiB`;
}

/** The folder, or the one above it in which it would be made. */
function firstThere(path: string): string {
  let there = path;
  while (!existsSync(there) && there !== dirname(there)) there = dirname(there);
  return there;
}
