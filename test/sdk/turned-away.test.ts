/** A worker whose hub is not there, or wants it no more, says so: nothing else would show it. */

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { run } from '../support/command.ts';
import { spawnDependent } from '../support/dependent.ts';
import { aFreePort, aHubProcess } from '../support/hub-process.ts';
import { aProvider, aTestHub } from '../support/sdk.ts';

test('a process whose token is revoked says what the hub said, and ends as a failure', { timeout: 90_000 }, async () => {
  const hub = await aHubProcess();
  const made = await run(['token', 'create', 'worker', '--scope', 'provide:*', '--data-dir', hub.dataDir]);
  const token = made.stdout.trim();
  const program = `import { serve } from '@conduit/sdk';
    await serve('echo', { say: (payload) => payload });
    console.log('serving');`;
  const worker = spawnDependent(
    process.execPath,
    ['--conditions=conduit-src', '--import', 'tsx', '--input-type=module', '--eval', program],
    {
      env: { ...process.env, CONDUIT_URL: hub.url, CONDUIT_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said = text(worker.stderr ?? process.stdin);
  const ended = once(worker, 'exit');
  if (worker.stdout !== null) await once(worker.stdout, 'data');
  await run(['token', 'revoke', token.split('_')[1] ?? '', '--data-dir', hub.dataDir]);
  expect(await ended).toEqual([1, null]);
  expect(await said).toMatch(/^the hub at http:\S+ takes no more of echo: .+ \(unauthenticated\)\n$/);
});

test('a service that finds no hub says that it waits, once, and when one is there', async () => {
  const port = await aFreePort();
  const said: string[] = [];
  const serving = aProvider(`http://127.0.0.1:${port}`, { go: () => 1 }, { log: (sentence) => said.push(sentence) });
  await expect.poll(() => said, { timeout: 10_000 }).toEqual([`no hub answers at http://127.0.0.1:${port}; waiting for one`]);
  await aTestHub({ port });
  await serving;
  expect(said).toEqual([`no hub answers at http://127.0.0.1:${port}; waiting for one`, `connected to http://127.0.0.1:${port}`]);
});
