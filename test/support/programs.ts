/** Programs of a document: taken out of it as they stand, and run. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closing } from './closing.ts';
import { spawnDependent } from './dependent.ts';
import { aConduit } from './sdk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(path: string): readonly Block[] {
  const document = readFileSync(join(root, path), 'utf8');
  return [...document.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** Writes each block that begins with `// name.ts` or the like into a folder of its own, from where packages are found. */
export function aFolderOf(path: string): { readonly dir: string; readonly names: readonly string[] } {
  const dir = mkdtempSync(join(tmpdir(), 'conduit-programs-'));
  closing(() => rmSync(dir, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const names: string[] = [];
  for (const { text } of blocksOf(path)) {
    const name = /^\/\/ ([\w-]+\.(?:ts|mjs))\b/.exec(text)?.[1];
    if (name === undefined) continue;
    writeFileSync(join(dir, name), text);
    names.push(name);
  }
  return { dir, names };
}

/** Runs a program on the sources of this repository; `printed` is all of its standard output, once it has ended without an error. */
export function aProgram(path: string, env: Readonly<Record<string, string>> = {}): { readonly printed: Promise<string> } {
  const child = spawnDependent(process.execPath, ['--conditions=conduit-src', '--import', tsx, path], {
    env: { ...process.env, ...env },
  });
  const ended = new Promise<string>((resolve, reject) => {
    let out = '';
    let error = '';
    child.stdout?.on('data', (data) => {
      out += String(data);
    });
    child.stderr?.on('data', (data) => {
      error += String(data);
    });
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${path} ended with ${code}: ${error}`))));
  });
  // Only whoever waits for its end is told how it ended.
  ended.catch(() => undefined);
  closing(async () => {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  });
  return { printed: ended };
}

/** Resolves once somebody provides the service. */
export async function offered(url: string, service: string): Promise<void> {
  const conduit = await aConduit(url);
  for await (const services of conduit.watchServices()) {
    if (services.some(({ name, providers }) => name === service && providers.length > 0)) return;
  }
}

/** A folder for TypeScript that stands in documents: the compiler is as strict there as here, and finds our sources and packages. */
export function aFolderForTypeScript(): string {
  const dir = mkdtempSync(join(tmpdir(), 'conduit-typescript-'));
  closing(() => rmSync(dir, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    customConditions: ['conduit-src'],
    types: ['node'],
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  return dir;
}

/** @returns what the compiler complains of; nothing where it compiles. */
export function complaintsOfCompiler(dir: string): string {
  return spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', dir], { encoding: 'utf8' }).stdout;
}
