/** What stands between the hub and whoever connects, and the oldest version of each that the hub is safe on. An older one keeps it from starting. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Part {
  readonly name: string;
  /** Who loads it. */
  readonly of: 'hub' | 'socket.io';
  readonly minimum: string;
  /** What older ones do. */
  readonly why: string;
}

const mended = 'older ones have holes that were mended since';

const parts: readonly Part[] = [
  { name: 'engine.io', of: 'socket.io', minimum: '6.6.10', why: mended },
  { name: 'socket.io-parser', of: 'hub', minimum: '4.2.7', why: mended },
  { name: 'ws', of: 'hub', minimum: '8.23.0', why: 'older ones queue their answers to pings without bound' },
];

export interface InstalledPart extends Part {
  readonly version: string;
  readonly isSafe: boolean;
}

/** @param from the file that loads Socket.IO. */
export function installedParts(from: string = import.meta.url): readonly InstalledPart[] {
  const loaders = { hub: from, 'socket.io': createRequire(from).resolve('socket.io') };
  return parts.map((part) => {
    const version = versionAt(createRequire(loaders[part.of]).resolve(part.name), part.name);
    return { ...part, version, isSafe: isAtLeast(version, part.minimum) };
  });
}

/** @throws Error with one sentence for people. */
export function refuseOldParts(from?: string): void {
  const [old] = installedParts(from).filter(({ isSafe }) => !isSafe);
  if (old !== undefined) throw new Error(sentenceOf(old));
}

/** Why a version is refused, and what now. */
export function sentenceOf({ name, version, minimum, why }: InstalledPart): string {
  return `${name} ${version} is installed, and ${why}: npm install ${name}@^${minimum}, or set it under "overrides" in package.json`;
}

/** Its package.json stands in the folder that is called so; those within it have no name. */
function versionAt(file: string, name: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const found = readPackage(join(folder, 'package.json'));
    if (found?.name === name) return found.version;
  }
  throw new Error(`the package of ${name} can't be found beside ${file}; install the hub anew`);
}

function readPackage(path: string): { readonly name?: string; readonly version: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Not in this folder: the one above is next, and whoever finds none says so.
    return undefined;
  }
}

/** A version before its release is older than it. */
function isAtLeast(version: string, minimum: string): boolean {
  const [release = '', suffix] = version.split('-');
  const [found, least] = [release, minimum].map((text) => text.split('.').map(Number));
  for (const [at, wanted] of (least ?? []).entries()) {
    const part = found?.[at] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return suffix === undefined;
}
