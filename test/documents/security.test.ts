/** The page on security says what is so: each attack names a test that is there, and no attack that is tested is left out. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const page = fileURLToPath(new URL('../../docs/security.md', import.meta.url));
const attacks = fileURLToPath(new URL('../attacks', import.meta.url));

interface Shown {
  readonly row: string;
  readonly path: string;
  readonly title: string;
}

/** What each row of a table of attacks is shown by; a row that says “the same” is shown by what was named before it. */
function shownBy(text: string): Shown[] {
  const [, tables = ''] = text.split('## Attacks, and how they end');
  let last: Shown | undefined;
  return tables.split('\n').flatMap((row) => {
    const cell = /^\| .* \| (.*) \|$/.exec(row)?.[1];
    if (cell === undefined || cell === 'shown by') return [];
    let path: string | undefined;
    const shown: Shown[] = [];
    for (const [, link, title] of cell.matchAll(/\]\(([^)]+)\)|“([^”]+)”/g)) {
      if (link !== undefined) path = join(dirname(page), link);
      else if (path !== undefined || last !== undefined) shown.push({ row, path: path ?? last?.path ?? '', title: title ?? '' });
    }
    if (shown.length === 0 && last !== undefined && cell.startsWith('the same')) shown.push({ ...last, row });
    last = shown[0] ?? last;
    return shown.length === 0 ? [{ row, path: '', title: '' }] : shown;
  });
}

/** A title of a test as it stands in its source, where … in the page is anything. */
function titled(title: string): RegExp {
  const parts = title.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`['"\`]${parts.join('[^\\n]*')}['"\`]`);
}

const rows = shownBy(readFileSync(page, 'utf8'));

test('every attack names a test that is there', () => {
  expect(rows.length).toBeGreaterThan(40);
  for (const { row, path, title } of rows) {
    expect(path, `${row} names no test`).not.toBe('');
    expect(readFileSync(path, 'utf8'), row).toMatch(titled(title));
  }
});

test('every test of an attack stands in the page', () => {
  for (const name of readdirSync(attacks).filter((file) => file.endsWith('.test.ts'))) {
    const titles = [...readFileSync(join(attacks, name), 'utf8').matchAll(/\(\s*'((?:[^'\\]|\\.)+)',\s*async \(/g)].map(
      ([, title]) => title ?? '',
    );
    expect(titles.length, name).toBeGreaterThan(0);
    const known = rows.filter(({ path }) => path.endsWith(`/attacks/${name}`)).map(({ title }) => titled(title));
    for (const title of titles)
      expect(
        known.some((pattern) => pattern.test(`'${title}'`)),
        `${name}: ${title}`,
      ).toBe(true);
  }
});
