/** The documents say what is so: codes, limits, links, headings and places. */

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
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test('the protocol names every error code, and no other', () => {
  const section = read('docs/protocol.md').split('## 9. ')[1] ?? '';
  const [sentence = ''] = section.split('One table');
  const named = [...sentence.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code);
  expect(named.sort()).toEqual(Object.keys(errorTable).sort());
});

test('the protocol tells every limit by its name and its value', () => {
  const text = read('docs/protocol.md');
  const limits: Readonly<Record<string, string>> = {
    max_message_bytes: 'message 1 MiB (`',
    max_depth: 'nesting 64 (`',
    max_values: '100,000 values a message (`',
    max_attachments: '10 attachments (`',
    max_tasks: '1,000 tasks (`',
    max_chunk_bytes: '16 MiB of chunks (`',
    max_open_requests: '1,000 open requests a session (`',
    max_waiting: '10,000 waiting a service (`',
  };
  expect(Object.keys(limits).sort()).toEqual(Object.keys(limitsToWire(defaultLimits)).sort());
  for (const [limit, phrase] of Object.entries(limits)) expect(text).toContain(`${phrase}${limit}`);
  expect(defaultLimits).toEqual({
    maxMessageBytes: 1024 ** 2,
    maxDepth: 64,
    maxValues: 100_000,
    maxAttachments: 10,
    maxTasks: 1_000,
    maxChunkBytes: 16 * 1024 ** 2,
    maxOpenRequests: 1_000,
    maxWaiting: 10_000,
  });
});

test('every promise of the README names the test that keeps it', () => {
  const [table = ''] = (read('README.md').split('## What it promises')[1] ?? '').split('\n\nThe simulator');
  const rows = table.trim().split('\n').slice(2);
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) {
    const named = [...row.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, path]) => path as string);
    expect(named.length, row).toBeGreaterThan(0);
    for (const path of named) expect(existsSync(join(root, path)), path).toBe(true);
  }
});

test.each(documents)('%s links only to what is there', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link as string);
  for (const link of links) expect(existsSync(join(root, dirname(document), link)), link).toBe(true);
});

/** As GitHub, and the site, make them of headings; one that comes again gets a number. */
function anchorsOf(path: string): Set<string> {
  const anchors = new Set<string>();
  const counts = new Map<string, number>();
  const text = read(path).replaceAll(/^```.*?^```$/gms, '');
  for (const [, heading = ''] of text.matchAll(/^#+ (.+)$/gm)) {
    const words = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

test.each(documents)('%s links only to headings that are there', (document) => {
  const text = read(document).replaceAll(/^```.*?^```$/gms, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)];
  for (const [link, path = '', anchor = ''] of links) {
    const target = path === '' ? document : join(dirname(document), path);
    if (target.endsWith('.md')) expect(anchorsOf(target), link).toContain(anchor);
  }
});

test('every page stands in the navigation of the site', () => {
  const navigation = read('docs/.vitepress/config.ts');
  const pages = documents.filter((path) => path.startsWith('docs/') && !path.includes('0000-template'));
  for (const page of pages) {
    const link = page.slice('docs/'.length, -'.md'.length);
    expect(navigation, page).toMatch(new RegExp(`^ +(?:${link}|'${link}'): '.+',$`, 'm'));
  }
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
