/** The worker template, started three times side by side as it stands: the three share the requests, and finish one another's. */

import { links } from '@conduit/example-worker/contract';
import type { Conduit } from '@conduit/sdk';
import { expect, test } from 'vitest';
import type { Program } from '../python/python.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aConduit } from '../support/sdk.ts';
import { aSlowSite, aTemplate } from './started.ts';

async function threeWorkers(url: string): Promise<Program[]> {
  const workers: Program[] = [];
  for (let number = 0; number < 3; number += 1) {
    workers.push(await aTemplate('worker/src/worker.ts', 'is ready', { env: { CONDUIT_URL: url } }));
  }
  return workers;
}

/** Which of the workers has, or had, a request; from 1. */
async function workerOf(conduit: Conduit, requestId: string, workers: readonly Program[]): Promise<number> {
  const { provider } = await conduit.get(requestId);
  return workers.findIndex(({ pid }) => provider?.name === `links worker ${pid}`) + 1;
}

test('three workers share requests 1, 2, 3, 1, and tell which links work', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const workers = await threeWorkers(hub.url);
  const conduit = await aConduit(hub.url);
  const { check } = conduit.use(links);
  const turns: number[] = [];
  for (let number = 0; number < 4; number += 1) {
    const request = check({ urls: [`${site.url}/page`, `${site.url}/nowhere`, 'http://127.0.0.1:9/'] });
    const found = [];
    for await (const event of request) if (event.type === 'chunk') found.push(event.data);
    expect(found).toEqual([
      { url: `${site.url}/page`, works: true, says: '200' },
      { url: `${site.url}/nowhere`, works: false, says: '404' },
      { url: 'http://127.0.0.1:9/', works: false, says: expect.stringMatching(/.../) },
    ]);
    expect(await request).toEqual({ checked: 3, broken: [`${site.url}/nowhere`, 'http://127.0.0.1:9/'] });
    turns.push(await workerOf(conduit, request.id, workers));
  }
  expect(turns).toEqual([1, 2, 3, 1]);
});

test('one that is killed in the middle of a request has it finished by another', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const workers = await threeWorkers(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.use(links).check({ urls: [`${site.url}/page`, `${site.url}/slow`, `${site.url}/nowhere`] });
  const attempts = (async () => {
    const seen: [attempt: number, url: string][] = [];
    for await (const event of request)
      if (event.type === 'chunk') seen.push([event.attempt, event.data.url.slice(site.url.length)]);
    return seen;
  })();
  await site.visited(1);
  expect(await workerOf(conduit, request.id, workers)).toBe(1);
  workers[0]?.kill('SIGKILL');
  await site.visited(2);
  site.open();
  expect(await request).toEqual({ checked: 3, broken: [`${site.url}/nowhere`] });
  expect(await workerOf(conduit, request.id, workers)).toBe(2);
  expect(await attempts).toEqual([
    [1, '/page'],
    [2, '/page'],
    [2, '/slow'],
    [2, '/nowhere'],
  ]);
});

test('one that is told to stop finishes what it holds first', async () => {
  const [hub, site] = await Promise.all([aHubProcess(), aSlowSite()]);
  const worker = await aTemplate('worker/src/worker.ts', 'is ready', { env: { CONDUIT_URL: hub.url } });
  const conduit = await aConduit(hub.url);
  const request = conduit.use(links).check({ urls: [`${site.url}/slow`] });
  await site.visited(1);
  worker.kill('SIGTERM');
  for await (const services of conduit.watchServices()) {
    if (services.every(({ providers }) => providers.every(({ state }) => state === 'draining'))) break;
  }
  site.open();
  expect(await request).toEqual({ checked: 1, broken: [] });
  // By the signal that it was sent, as a supervisor expects.
  expect(await worker.ended()).toBe(null);
});
