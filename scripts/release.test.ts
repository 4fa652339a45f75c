/** A release is one version: of every package, and of what they ask of each other. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = (path: string): Readonly<Record<string, unknown>> => JSON.parse(read(path));
const workspaces = ['packages', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`))
  .filter((path) => {
    try {
      return manifest(path) !== undefined;
    } catch {
      // A folder of the examples that is no package.
      return false;
    }
  });
const { version } = manifest('packages/sdk/package.json');

test('all packages have one version, and ask for it of each other', () => {
  expect(workspaces.length).toBeGreaterThan(8);
  for (const path of workspaces) {
    const { dependencies = {}, devDependencies = {}, ...own } = manifest(path);
    expect(own['version'], path).toBe(version);
    for (const [name, range] of Object.entries({ ...(dependencies as object), ...(devDependencies as object) })) {
      if (name.startsWith('@conduit/')) expect(range, `${path}: ${name}`).toBe(version);
    }
  }
  expect(/^version = "(.*)"$/m.exec(read('python/pyproject.toml'))?.[1]).toBe(version);
});

test('what is published has a changelog that begins with its version', () => {
  for (const name of ['sdk', 'hub']) {
    expect(read(`packages/${name}/CHANGELOG.md`)).toMatch(new RegExp(`^# @conduit/${name}\n\n## ${String(version)}\n`));
  }
});

test('the forms for issues are such as the host reads', () => {
  const folder = join(root, '.github/ISSUE_TEMPLATE');
  const forms = readdirSync(folder).filter((name) => name !== 'config.yml');
  expect(forms).toHaveLength(2);
  for (const form of forms) {
    const { name, description, body } = parse(readFileSync(join(folder, form), 'utf8'));
    expect([typeof name, typeof description]).toEqual(['string', 'string']);
    const ids = (body as { id: string; type: string; attributes: { label: string } }[]).map(({ id, type, attributes }) => {
      expect(['textarea', 'input']).toContain(type);
      expect(attributes.label).not.toBe('');
      return id;
    });
    expect(new Set(ids).size).toBe(ids.length);
  }
});
