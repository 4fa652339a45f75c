/** A folder as somebody has it who stands in a checkout and follows a page: its packages, its Python, its `npx conduit`. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closing } from './closing.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const cli = join(root, 'packages/hub/src/cli/conduit.ts');

interface Checkout {
  readonly folder: string;
  /** Where its `npx`, and a `conduit` as a global installation has it, come first. */
  readonly path: string;
}

/** Everything runs on the sources of this repository. It goes with its test. */
export function aCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'conduit-checkout-'));
  closing(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['node_modules', 'python', 'examples', 'deploy']) symlinkSync(join(root, part), join(folder, part));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const node = `exec '${process.execPath}' --conditions=conduit-src --import '${tsx}'`;
  const npx = `#!/bin/sh\ncase $1 in\nconduit) shift; ${node} '${cli}' "$@";;\ntsx) shift; ${node} "$@";;\nesac\n`;
  writeFileSync(join(bin, 'npx'), npx, { mode: 0o755 });
  writeFileSync(join(bin, 'conduit'), `#!/bin/sh\n${node} '${cli}' "$@"\n`, { mode: 0o755 });
  return { folder, path: `${bin}:/usr/bin:/bin` };
}
