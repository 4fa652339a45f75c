/** Runs one brightwrapper worker until it is told to stop. `CONDUIT_URL` says where the hub is. */

import { BrightWorker } from './worker.ts';

const url = process.env['CONDUIT_URL'] ?? 'http://127.0.0.1:9100';
const worker = new BrightWorker(url, process.env['CONDUIT_TOKEN']);
await worker.start();
process.stdout.write(`brightwrapper serves ${url}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void worker.drain());
}
