/** Runs one brightwrapper worker until it is told to stop. `CONDUIT_URL` says where the hub is, `CONDUIT_TOKEN` who this is. */

import { serveBrightwrapper } from './service.ts';

try {
  const provider = await serveBrightwrapper({});
  process.stdout.write(`brightwrapper serves ${provider.hub}\n`);
} catch (error) {
  process.stderr.write(`brightwrapper: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
