/** The Integration Guide says what is so: its code is that of the templates, and its commands are theirs. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const guide = read('docs/integration-guide.md');
const sections = guide.split(/^## /m).slice(1);

interface Piece {
  readonly path: string;
  readonly text: string;
}

/** What is named by its file, and stands below it. */
const pieces: readonly Piece[] = [...guide.matchAll(/^\[`(.+?)`\]\(\.\.\/(.+?)\)\n\n```\w+\n(.*?)^```$/gms)].map(
  ([, name = '', path = '', text = '']) => {
    expect(path).toBe(name);
    return { path, text };
  },
);

test('every block of code stands in the file that it names, line for line', () => {
  const blocks = [...guide.matchAll(/^```(\w+)/gm)].filter(([, language]) => language !== 'sh');
  expect(pieces).toHaveLength(blocks.length);
  expect(pieces.length).toBeGreaterThan(10);
  for (const { path, text } of pieces) expect(read(path), path).toContain(text);
});

/** The commands of a text: each has a block, and a terminal, of its own. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```sh(?: stays)?\n(.*?)^```$/gms)].map(([, command = '']) => command.trimEnd());
}

test('every template has code, commands that its own page names too, one a block, and a page of one screen', () => {
  expect(sections.length).toBeGreaterThan(10);
  for (const section of sections) {
    const [, path = ''] = /\(\.\.\/(examples\/[^/]+\/README\.md)\)/.exec(section) ?? [];
    const commands = commandsOf(section);
    expect(commands.length, section).toBeGreaterThan(0);
    const page = read(path);
    for (const command of commands) {
      expect(command).not.toContain('\n');
      expect(page, path).toContain(command);
    }
    // Which hub it is for.
    expect(section).toMatch(/^Beside `(?:npx conduit start|npm run demo)`/m);
    expect(page.split('\n').length, path).toBeLessThan(40);
    expect(section).toMatch(/^\[`/m);
  }
});

test('the scripts and programs of the commands are there', () => {
  const commands = commandsOf(guide).join('\n');
  const scripts = [...commands.matchAll(/npm (?:run )?([a-z]+) -w (\S+)/g)];
  const programs = [...commands.matchAll(/(?<=node )examples\/\S+/g)];
  expect(scripts.length).toBeGreaterThan(5);
  expect(programs.length).toBeGreaterThan(1);
  for (const [, script = '', folder = ''] of scripts) {
    expect(JSON.parse(read(`${folder}/package.json`)).scripts, folder).toHaveProperty(script);
  }
  for (const [program] of programs) expect(existsSync(join(root, program)), program).toBe(true);
});

test('every template of the repository is in the table, and every link of the table leads somewhere', () => {
  const headings = sections.map((section) => `#${(section.split('\n')[0] ?? '').toLowerCase().replaceAll(' ', '-')}`);
  const table = guide.slice(0, guide.indexOf('\n## '));
  for (const [, target = ''] of table.matchAll(/\]\((#[^)]+)\)/g)) expect(headings).toContain(target);
  const folders = JSON.parse(read('package-lock.json')).packages;
  const templates = Object.keys(folders).flatMap((path) => /^examples\/([^/]+)$/.exec(path)?.[1] ?? []);
  // The one that the others show: a service whose work is its own matter.
  for (const name of templates.filter((name) => name !== 'brightwrapper')) expect(guide, name).toContain(`examples/${name}/`);
});

test('the links of the templates’ own pages lead somewhere', () => {
  const pages = [...guide.matchAll(/\((\.\.\/examples\/[^)]+README\.md)\)/g)].map(([, path = '']) => path.slice(3));
  for (const page of new Set(pages)) {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = '']) => link);
    for (const link of links) expect(existsSync(join(root, page, '..', link)), `${page}: ${link}`).toBe(true);
  }
});
