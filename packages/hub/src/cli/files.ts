/** Binary results become files: named by their task, with the ending that their media type or first bytes tell. Nothing is overwritten. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a file begins with, in hexadecimal. */
const beginnings: readonly (readonly [beginning: RegExp, ending: string])[] = [
  [/^89504e47/, 'png'],
  [/^ffd8ff/, 'jpg'],
  [/^47494638/, 'gif'],
  [/^52494646.{8}57454250/, 'webp'],
  [/^25504446/, 'pdf'],
  [/^504b0304/, 'zip'],
  [/^1f8b/, 'gz'],
  [/^52494646.{8}57415645/, 'wav'],
  [/^4f676753/, 'ogg'],
  [/^494433|^fffb|^fff3/, 'mp3'],
  [/^.{8}66747970/, 'mp4'],
  // `<svg`, after an XML declaration or not.
  [/^(?:3c3f786d6c.*)?3c737667/, 'svg'],
];

/** Media types whose ending is not their second half. */
const endings: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'audio/mpeg': 'mp3',
  'text/plain': 'txt',
  'application/gzip': 'gz',
};
const mediaTypeKeys = ['mime', 'mime_type', 'mimeType', 'content_type', 'contentType', 'media_type', 'mediaType', 'type'];

/** So many files of one name at most: beyond it the folder is not meant for this. */
const maxSameName = 10_000;

export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
}

interface Target {
  readonly dir: string;
  readonly name: string;
  readonly mediaType?: string | undefined;
}

/** Binary results on their way to a folder. What can't be written is told at the end: the request goes on meanwhile. */
export class ResultFiles {
  trouble: string | undefined;
  readonly #dir: string | undefined;
  /** Of each value the files it became, in the order in which the values came. */
  readonly #saved: SavedFile[][] = [];
  readonly #saving: Promise<unknown>[] = [];

  /** @param dir undefined: nothing is written. */
  constructor(dir: string | undefined) {
    this.#dir = dir;
  }

  /** The value, with a note in place of each binary part. */
  async save(value: unknown, name: string): Promise<unknown> {
    if (this.#dir === undefined) return withoutBinaries(value);
    const files: SavedFile[] = [];
    this.#saved.push(files);
    const saving = saveBinaries(value, { dir: this.#dir, name }, files).catch((error: Error) => {
      this.trouble ??= error.message;
      return '<binary, not written>';
    });
    this.#saving.push(saving);
    return await saving;
  }

  async all(): Promise<readonly SavedFile[]> {
    await Promise.all(this.#saving);
    return this.#saved.flat();
  }
}

/** Writes every binary part of a value, and gives the value back with a note of each file in its place. */
export async function saveBinaries(value: unknown, target: Target, saved: SavedFile[]): Promise<unknown> {
  if (value instanceof Uint8Array) {
    const path = await write(value, target);
    saved.push({ path, bytes: value.byteLength });
    return `<binary ${sizeText(value.byteLength)} → ${path}>`;
  }
  if (Array.isArray(value)) {
    return await Promise.all(value.map((part, at) => saveBinaries(part, { ...target, name: `${target.name}-${at + 1}` }, saved)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const isOnlyOne = entries.filter(([, part]) => part instanceof Uint8Array).length === 1;
  const mediaType = entries.find(([key, part]) => mediaTypeKeys.includes(key) && typeof part === 'string')?.[1] as
    | string
    | undefined;
  const parts = entries.map(async ([key, part]) => {
    const name = isOnlyOne && part instanceof Uint8Array ? target.name : `${target.name}-${key}`;
    return [key, await saveBinaries(part, { ...target, name, mediaType }, saved)] as const;
  });
  return Object.fromEntries(await Promise.all(parts));
}

export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function withoutBinaries(value: unknown): unknown {
  if (value instanceof Uint8Array) return `<binary ${sizeText(value.byteLength)}, not written: --out names a folder>`;
  if (Array.isArray(value)) return value.map(withoutBinaries);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutBinaries(part)]));
}

/** The names are a service's: it must not replace what stands in the folder, through a link neither. */
async function write(bytes: Uint8Array, { dir, name, mediaType }: Target): Promise<string> {
  const stem =
    name
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 120) || 'result';
  const ending = endingOf(bytes, mediaType);
  await mkdir(dir, { recursive: true });
  for (let count = 1; ; count += 1) {
    const path = join(dir, `${stem}${count === 1 ? '' : `-${count}`}.${ending}`);
    try {
      await writeFile(path, bytes, { flag: 'wx' });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || count >= maxSameName) throw error;
    }
  }
}

function endingOf(bytes: Uint8Array, mediaType: string | undefined): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(256, bytes.byteLength)).toString('hex');
  const known = beginnings.find(([beginning]) => beginning.test(head))?.[1];
  if (known !== undefined) return known;
  const type = mediaType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return endings[type] ?? /^[a-z]+\/([a-z0-9]{1,8})$/.exec(type)?.[1]?.replace('octet', 'bin') ?? 'bin';
}
