/** `kill -9` of the hub: every request it acknowledged is there after its restart and finishes, exactly once. */

import { expect, test } from 'vitest';
import { aCarefulWorker } from '../support/careful-worker.ts';
import { folded } from '../support/folded.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aPeer, aWorker, echo } from '../support/peer.ts';
import { aSeed, randomOf } from '../support/random.ts';

const count = 1_000;
const rounds = process.env['CONDUIT_LONG'] === '1' ? 20 : 3;
/** Two workers of this many each: a fifth of the requests is at work, the others wait. */
const capacity = 100;
/** Work takes some time, so that at any moment some is under way. */
const longestWorkMs = 100;

test(
  `${count} acknowledged requests, queued and running, all finish exactly once after the hub was killed (${rounds} random moments)`,
  async () => {
    const seed = aSeed('killed hub');
    const random = randomOf(seed);
    for (let round = 0; round < rounds; round += 1) await killOnce(random);
  },
  rounds * 60_000,
);

test('a service whose registration was answered is known to the next hub: a request waits for it', async () => {
  const hub = await aHubProcess();
  const worker = await aWorker(hub.url, 'known', { register: { actions: ['go'] } });
  await hub.kill('SIGKILL');
  worker.close();
  await hub.start();
  const client = await aClient(hub.url);
  expect(await client.refusal('request', { to: 'known', action: 'stay' })).toMatchObject({ code: 'action_not_found' });
  const { request_id, state } = await client.ok('request', { to: 'known', action: 'go', payload: 'patience' });
  expect(state).toBe('queued');
  await aWorker(hub.url, 'known', { work: echo });
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: 'patience' });
});

async function killOnce(random: () => number): Promise<void> {
  const hub = await aHubProcess();
  const service = 'patient';
  // The moment: when so many results were sent.
  const killAfter = Math.floor(random() * count * 0.95);
  let results = 0;
  let tellMoment: () => void = () => undefined;
  const moment = new Promise<void>((resolve) => {
    tellMoment = resolve;
  });
  let mayWork: () => void = () => undefined;
  const allAcknowledged = new Promise<void>((resolve) => {
    mayWork = resolve;
  });
  const workers = await Promise.all(
    [1, 2].map(
      async () =>
        await aCarefulWorker(hub.url, service, {
          register: { capacity },
          work: (job) => {
            const workMs = random() * longestWorkMs;
            const finish = (): void => {
              job.say('progress', { progress: 0.5 });
              job.say('result', { result: job.handed.payload });
              results += 1;
              if (results >= killAfter) tellMoment();
            };
            void allAcknowledged.then(() => setTimeout(finish, workMs));
          },
        }),
    ),
  );
  const client = await aClient(hub.url, { reconnectionDelay: 20, reconnectionDelayMax: 50 });
  const asked = await Promise.all(
    Array.from({ length: count }, async (_, payload) => await client.ok('request', { to: service, action: 'go', payload })),
  );
  const states = new Set(asked.map(({ state }) => state));
  expect(states).toEqual(new Set(['assigned', 'queued']));
  mayWork();
  await moment;
  await hub.kill('SIGKILL');
  const endedBefore = client.all('result').length;
  await hub.start();
  // The requester never noticed: it comes back by itself and hears every end.
  const ends = await Promise.all(asked.map(async ({ request_id }) => await client.end(request_id)));
  for (const [payload, { name, body }] of ends.entries()) {
    expect(name).toBe('result');
    expect(body).toMatchObject({ result: payload, state: 'completed', overall: 1 });
  }
  // And so does anybody who looks at the whole of each log: one end, no hole, no number twice.
  const auditor = aPeer(hub.url);
  for (const { request_id } of asked) auditor.say('watch', { request_id, after_seq: 0 });
  for (const [payload, { request_id }] of asked.entries()) {
    await auditor.end(request_id);
    const log = auditor.events(request_id);
    expect(folded(log)).toMatchObject({ state: 'completed', result: payload });
    // What the requester heard, before and after, is what the log says under the same numbers.
    for (const { name, body } of client.events(request_id)) expect(log[body.seq - 1]).toMatchObject({ name, body });
  }
  const handed = workers.flatMap((worker) => worker.handed).length;
  process.stdout.write(`killed after ${killAfter} results (${endedBefore} heard); ${handed} hand-overs of ${count} requests\n`);
  expect(endedBefore).toBeLessThan(count);
}
