/** Three workers take turns; one is killed and the other two share what follows, to the request. */

import { expect, test } from 'vitest';
import { aWorkerProcess } from '../support/child.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient } from '../support/peer.ts';

test('requests go 1, 2, 3, 1; after one is killed the next 1,000 go to the other two, differing by at most one, none lost', async () => {
  const hub = await aHubProcess();
  await aWorkerProcess(hub.url, 'llm', 'one');
  const two = await aWorkerProcess(hub.url, 'llm', 'two');
  await aWorkerProcess(hub.url, 'llm', 'three');
  const client = await aClient(hub.url);
  const workers: unknown[] = [];
  for (let number = 0; number < 4; number += 1) {
    workers.push((await client.finish({ to: 'llm', action: 'generate', payload: number })).body.result);
  }
  expect(workers).toEqual([
    { worker: 'one', payload: 0 },
    { worker: 'two', payload: 1 },
    { worker: 'three', payload: 2 },
    { worker: 'one', payload: 3 },
  ]);
  two.kill('SIGKILL');
  // At once: what still goes to the dead one comes back and goes to the others in their turn.
  const count = 1_000;
  const asked = await Promise.all(
    Array.from({ length: count }, async (_, payload) => await client.ok('request', { to: 'llm', action: 'generate', payload })),
  );
  const ends = await Promise.all(asked.map(async ({ request_id }) => await client.end(request_id)));
  expect(new Set(ends.map(({ name }) => name))).toEqual(new Set(['result']));
  const results = ends.map(({ body }) => body.result as { worker: string; payload: number });
  expect(results.map(({ payload }) => payload).toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
  const share = (name: string): number => results.filter(({ worker }) => worker === name).length;
  expect(share('two')).toBe(0);
  expect(share('one') + share('three')).toBe(count);
  expect(Math.abs(share('one') - share('three'))).toBeLessThanOrEqual(1);
  expect(client.all(['result', 'error'])).toHaveLength(count + 4);
});
