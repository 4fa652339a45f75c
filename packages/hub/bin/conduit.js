#!/usr/bin/env node
/** The command `conduit`. npm links it when it installs, which in a checkout is before anything is built. */

import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli/conduit.js', import.meta.url);
if (existsSync(cli)) await import(cli.href);
else {
  process.stderr.write('conduit: this checkout is not built yet; run: npm run build\n');
  process.exitCode = 70;
}
