/** Binary results become files: named by their task, with the ending that their first bytes tell. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const endings: readonly (readonly [bytes: readonly number[], ending: string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'png'],
  [[0xff, 0xd8, 0xff], 'jpg'],
  [[0x47, 0x49, 0x46, 0x38], 'gif'],
  [[0x25, 0x50, 0x44, 0x46], 'pdf'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
];

export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Writes every binary part of a value, and gives the value back with a note of each file in its place. */
export async function saveBinaries(
  value: unknown,
  target: { readonly dir: string; readonly name: string },
  saved: SavedFile[],
): Promise<unknown> {
  if (value instanceof Uint8Array) {
    const stem = target.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'result';
    const path = join(target.dir, `${stem}.${endingOf(value)}`);
    await mkdir(target.dir, { recursive: true });
    await writeFile(path, value);
    saved.push({ path, bytes: value.byteLength });
    return `<binary ${sizeText(value.byteLength)} → ${path}>`;
  }
  if (Array.isArray(value)) {
    return await Promise.all(value.map((part, at) => saveBinaries(part, { ...target, name: `${target.name}-${at + 1}` }, saved)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const isOnlyOne = entries.filter(([, part]) => part instanceof Uint8Array).length === 1;
  const parts = entries.map(async ([key, part]) => {
    const name = isOnlyOne && part instanceof Uint8Array ? target.name : `${target.name}-${key}`;
    return [key, await saveBinaries(part, { ...target, name }, saved)] as const;
  });
  return Object.fromEntries(await Promise.all(parts));
}

export function sizeText(bytes: number): string {
  return bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function endingOf(bytes: Uint8Array): string {
  return endings.find(([start]) => start.every((byte, at) => bytes[at] === byte))?.[1] ?? 'bin';
}
