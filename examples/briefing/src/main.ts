/** Runs one worker until it is told to stop. `CONDUIT_URL` says where the hub is, `CONDUIT_TOKEN` who this is. */

import { serveBriefing } from './service.ts';

const url = process.env['CONDUIT_URL'] ?? 'http://127.0.0.1:9100';

try {
  await serveBriefing({ hub: url });
  process.stdout.write(`briefing serves ${url}\n`);
} catch (error) {
  process.stderr.write(`briefing: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
