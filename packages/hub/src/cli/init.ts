/** `conduit init`: writes a small project that works as it stands, into a folder where nothing is yet. */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../version.ts';
import { Refusal } from './exit.ts';
import { type Template, templates } from './templates.ts';

export interface InitOptions {
  readonly template: Template;
}

/** Made by `npm run build`, beside what runs from the sources too. */
const source = fileURLToPath(new URL('../../dist/init/', import.meta.url));
const above = fileURLToPath(new URL('../../../../', import.meta.url));
/** Where this runs from one, its own packages are used: they may be newer than any release. */
const checkout = ['packages/sdk/package.json', 'python/pyproject.toml'].every((path) => existsSync(join(above, path)))
  ? above
  : undefined;

/** @returns what to tell whoever asked for it. */
export async function init(folder: string, { template }: InitOptions): Promise<string> {
  const target = resolve(folder);
  const from = join(source, template);
  if (!existsSync(from)) throw new Refusal(`the templates are not built: npm run build, in ${above}`, 'failed');
  await demandEmpty(target);
  const words = wordsFor(nameFor(target));
  const files = await readdir(from, { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile())) {
    const path = join(file.parentPath, file.name).slice(from.length + 1);
    const text = await readFile(join(from, path), 'utf8');
    // npm leaves files of that name out of what it packs.
    const to = join(target, path === 'gitignore' ? '.gitignore' : path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, isOurs(path) ? filled(text, words) : text, { flag: 'wx' });
  }
  return told(folder, template);
}

/** Somebody's files are never mixed with ours. */
async function demandEmpty(target: string): Promise<void> {
  try {
    const [first] = await readdir(target);
    if (first !== undefined) throw new Refusal(`${target} is not empty (it has ${first}): name a new folder`, 'usage');
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'ENOTDIR') throw new Refusal(`${target} is a file: name a new folder`, 'usage');
    if (code !== 'ENOENT') throw error;
  }
}

/** As npm takes it: small letters, digits and dashes. */
function nameFor(target: string): string {
  const name = basename(target)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'conduit-project' : name;
}

function wordsFor(name: string): Readonly<Record<string, string>> {
  return {
    name,
    sdk: checkout === undefined ? `^${version}` : `file:${join(checkout, 'packages/sdk')}`,
    python: checkout === undefined ? `conduit-client==${version}` : join(checkout, 'python'),
  };
}

/** What stands around the code; in the code itself braces are its own. */
function isOurs(path: string): boolean {
  return path === 'package.json' || path === 'README.md' || path === 'requirements.txt';
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, word: string) => words[word] ?? '');
}

function told(folder: string, template: Template): string {
  const { title, next, ask } = templates[template];
  const hub = template === 'page' ? 'demo' : 'start --memory';
  const lines = [
    `${folder} has ${title}.`,
    '',
    ...[`cd ${folder}`, ...next].map((line) => `  ${line}`),
    '',
    `It looks for a hub on this machine. In another terminal${checkout === undefined ? '' : `, in ${checkout}`}:`,
    '',
    ...[hub, ...(ask === undefined ? [] : [ask])].map((line) => `  npx conduit ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
