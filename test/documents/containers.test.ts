/** The container's files are well made as far as that can be told without an engine to run them: linted, and about what is there. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { variableOf } from '../../packages/hub/src/config.ts';
import { defaults, type SettingName } from '../../packages/hub/src/contract/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const dockerfile = read('Dockerfile');
const compose = parse(read('compose.yaml'));

test('the linters find nothing', () => {
  expect(validate(dockerfile)).toEqual([]);
  const dclint = join(root, 'node_modules/.bin/dclint');
  // It throws, with what it printed, when they do.
  execFileSync(dclint, ['--max-warnings', '0', join(root, 'compose.yaml')], { encoding: 'utf8' });
});

test('the image sets what the hub reads, and shows the port on which it listens', () => {
  const variables = [...(/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').matchAll(/(CONDUIT_\w+)=/g)].map(([, name]) => name);
  const known = (Object.keys(defaults) as SettingName[]).map(variableOf);
  expect(variables).toEqual(['CONDUIT_HOST', 'CONDUIT_DATA_DIR']);
  expect(known).toEqual(expect.arrayContaining(variables));
  expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${defaults.port}$`, 'm'));
  expect(compose.services.hub.ports).toEqual([`127.0.0.1:${defaults.port}:${defaults.port}`]);
  expect(compose.services.hub.volumes).toEqual(['data:/data']);
});

test('what it runs is there: the scripts, the packages and the command', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const [, script = ''] of dockerfile.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script);
  for (const [, name = ''] of dockerfile.matchAll(/-w @conduit\/(\w+)/g)) {
    expect(existsSync(join(root, 'packages', name, 'package.json')), name).toBe(true);
  }
  expect(JSON.parse(read('packages/hub/package.json')).bin).toHaveProperty('conduit');
});

test('nothing that is built here goes into the image', () => {
  const ignored = read('.dockerignore').trim().split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/dist', 'conduit-data']));
});
