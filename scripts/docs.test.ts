/** The documents say what is so: codes, limits, links and places. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorTable } from '@conduit/sdk/protocol/errors';
import { defaultLimits } from '@conduit/sdk/protocol/limits';
import { limitsToWire } from '@conduit/sdk/protocol/wire';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'bench/RESULTS.md',
  'docs/protocol.md',
  ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
];

test('the protocol names every error code, and no other', () => {
  const section = read('docs/protocol.md').split('## 9. ')[1] ?? '';
  const [sentence = ''] = section.split('One table');
  const named = [...sentence.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code);
  expect(named.sort()).toEqual(Object.keys(errorTable).sort());
});

test('the protocol tells every limit by its value', () => {
  const text = read('docs/protocol.md');
  expect(Object.keys(limitsToWire(defaultLimits))).toHaveLength(8);
  for (const phrase of [
    'message 1 MiB',
    'nesting 64',
    '100,000 values',
    '10 attachments',
    '1,000 tasks',
    '16 MiB of chunks',
    '1,000 open requests',
    '10,000 waiting',
  ]) {
    expect(text).toContain(phrase);
  }
});

test.each(documents)('%s links only to what is there', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link as string);
  for (const link of links) expect(existsSync(join(root, dirname(document), link)), link).toBe(true);
});

test('the architecture names only files that are there', () => {
  const table = read('ARCHITECTURE.md').split('## Where is it?')[1] ?? '';
  const places = [...table.matchAll(/`([a-z]+\/[a-z-]+(?:\/[a-z-]+)*\.ts)`/g)].map(([, path]) => path as string);
  expect(places.length).toBeGreaterThan(20);
  for (const path of places) {
    const roots = ['', 'packages/hub/src/', 'packages/sdk/src/'];
    expect(
      roots.some((base) => existsSync(join(root, base, path))),
      path,
    ).toBe(true);
  }
});
