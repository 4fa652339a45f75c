/** Runs one brightwrapper worker until it is told to stop. `CONDUIT_URL` says where the hub is, `CONDUIT_TOKEN` who this is. */

import { BrightWorker } from './worker.ts';

const url = process.env['CONDUIT_URL'] ?? 'http://127.0.0.1:9100';
const log = (sentence: string): void => void process.stderr.write(`brightwrapper: ${sentence}\n`);
const worker = new BrightWorker({ url, token: process.env['CONDUIT_TOKEN'], log });

// The first signal lets it finish; a second one, having no listener, ends it at once.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void worker.drain());

try {
  await worker.start();
  process.stdout.write(`brightwrapper serves ${url}\n`);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
