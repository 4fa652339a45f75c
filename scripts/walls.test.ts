/** The walls between the rooms hold: what must not be imported is refused, with the reason. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const planted = mkdtempSync(join(tmpdir(), 'conduit-walls-'));
copyFileSync(join(root, 'biome.json'), join(planted, 'biome.json'));
afterAll(() => rmSync(planted, { recursive: true }));

/** What the linter says of such a file in such a place. */
function lint(path: string, text: string): string {
  const file = join(planted, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const biome = join(root, 'node_modules/.bin/biome');
  const { stdout, stderr } = spawnSync(biome, ['lint', '--colors=off', '--vcs-enabled=false', path], {
    cwd: planted,
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
}

const importing = (from: string): string => `import { planted } from '${from}';\n\nexport const used = planted;\n`;

test.each([
  ['packages/sdk/src/protocol/planted.ts', 'node:fs', 'The protocol imports nothing'],
  ['packages/hub/src/routing/planted.ts', '../sessions/session.ts', 'Routing is pure'],
  ['packages/hub/src/routing/planted.ts', 'node:crypto', 'Routing is pure'],
  ['packages/hub/src/access/planted.ts', '../routing/router.ts', 'Access is used by both edges'],
  ['packages/hub/src/sessions/planted.ts', '../ledger/embedded.ts', 'meet in routing'],
  ['packages/hub/src/sessions/planted.ts', '../hub.ts', 'meet in routing'],
  ['packages/hub/src/ledger/planted.ts', '../sessions/session.ts', 'A ledger makes'],
  ['packages/hub/src/http/planted.ts', '../ledger/embedded.ts', 'An edge speaks'],
  ['packages/hub/src/wire/planted.ts', '../sessions/session.ts', 'An edge speaks'],
])('%s may not import %s', (path, from, reason) => {
  expect(lint(path, importing(from))).toContain(reason);
});

test.each(['Date.now()', 'setTimeout(f, 1)', 'process.pid', 'performance.now()'])('routing may not use %s', (text) => {
  expect(lint('packages/hub/src/routing/planted.ts', `export const planted = (f: () => void) => [f, ${text}];\n`)).toContain(
    'noRestrictedGlobals',
  );
});

test('what is allowed is not refused', () => {
  expect(lint('packages/hub/src/routing/planted.ts', importing('@conduit/sdk/protocol/states'))).not.toContain(
    'noRestrictedImports',
  );
  expect(lint('packages/hub/src/ledger/planted.ts', importing('../routing/record.ts'))).not.toContain('noRestrictedImports');
});
