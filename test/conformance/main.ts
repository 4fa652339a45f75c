/** `npm run conformance -- URL`: the whole suite against any hub. Without a URL (or `CONDUIT_URL`) it starts hubs of its own. */

import { startVitest } from 'vitest/node';

const url = process.argv[2] ?? process.env['CONDUIT_URL'];
if (url !== undefined && url !== '') {
  const probe = await fetch(new URL('/socket.io/?EIO=4&transport=polling', url)).catch(() => undefined);
  if (probe?.ok !== true) {
    process.stderr.write(`conformance: no hub answers at ${url}; start one, or leave the URL out\n`);
    process.exit(1);
  }
  process.env['CONDUIT_URL'] = url;
}
const vitest = await startVitest('test', ['test/conformance/'], { watch: false });
await vitest.close();
