/** The worker template, started three times side by side as it stands: the three share the requests, and finish one another's. */

import { expect, test } from 'vitest';
import { folded } from '../support/folded.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, type Peer } from '../support/peer.ts';
import { aPython, type Program } from './python.ts';

const patient = { prompt: Array.from({ length: 20 }, (_, at) => `word${at}`).join(' ') };

async function threeWorkers(url: string): Promise<Program[]> {
  const workers: Program[] = [];
  for (let number = 0; number < 3; number += 1) {
    const worker = aPython(['worker.py'], { cwd: 'examples/python-worker', env: { CONDUIT_URL: url } });
    await worker.printed(`llm serves ${url}`);
    workers.push(worker);
  }
  return workers;
}

/** Which of the workers a request was handed to, from 1. */
async function workerOf(client: Peer, request_id: string, workers: readonly Program[]): Promise<number> {
  const { request } = await client.ok('get', { request_id });
  return workers.findIndex(({ pid }) => request.provider?.name === `llm worker ${pid}`) + 1;
}

test('three worker.py as "llm" share requests 1, 2, 3, 1', async () => {
  const hub = await aHubProcess();
  const workers = await threeWorkers(hub.url);
  const client = await aClient(hub.url);
  const turns: number[] = [];
  for (let number = 0; number < 4; number += 1) {
    const { request_id } = await client.ok('request', { to: 'llm', action: 'chat', payload: { prompt: `number ${number}` } });
    turns.push(await workerOf(client, request_id, workers));
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: { words: 4 } });
  }
  expect(turns).toEqual([1, 2, 3, 1]);
});

test('one that is killed in the middle of a request has it finished by another', async () => {
  const hub = await aHubProcess();
  const workers = await threeWorkers(hub.url);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: 'llm', action: 'chat', payload: patient });
  await client.next('chunk', { request_id });
  expect(await workerOf(client, request_id, workers)).toBe(1);
  workers[0]?.kill('SIGKILL');
  const { body } = await client.end(request_id);
  expect(body).toMatchObject({ state: 'completed', attempt: 2, result: { words: 22 } });
  expect(await workerOf(client, request_id, workers)).toBe(2);
  const log = folded(client.events(request_id), 'assigned');
  expect(log.streams['text']?.data.join('')).toBe(`You said: ${patient.prompt} `);
});
