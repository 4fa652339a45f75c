/** Cuts, kills and restarts cost a Python worker or caller nothing: the same attempt, the same bytes, every event once. */

import { expect, test } from 'vitest';
import { aCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { folded, joined } from '../support/folded.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aWorker } from '../support/peer.ts';
import { aSeed, randomOf } from '../support/random.ts';
import { aPython, aPythonWorker, type Program } from './python.ts';

const chunks = 2_000;
const cuts = 25;
const numbers = Array.from({ length: chunks }, (_, number) => number);

/** What the worker streams, told from the same rule. */
const expectedText = numbers
  .filter((number) => number % 3 > 0)
  .map((number) => `${number}:${'äx'.repeat((number * 7) % 40)} `)
  .join('');
const expectedBytes = Buffer.concat(
  numbers
    .filter((number) => number % 3 === 0)
    .map((number) => Buffer.from(Array.from({ length: (number * 13) % 120 }, (_, at) => (number * at) % 256))),
);

/** Cuts again and again, anywhere in what is sent next, until told to stop. */
async function cutting(
  proxy: CutProxy,
  direction: 'toHub' | 'toPeer',
  random: () => number,
  ended: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  const over = ended.then(() => {
    isOver = true;
  });
  while (!isOver && proxy.cuts < cuts)
    await Promise.race([over, proxy.cutAfter(4_000 + Math.floor(random() * 12_000), direction)]);
}

test.each(['stream', 'stream-plainly'])(
  'a worker cut again and again while "%s" runs goes on in the same attempt, with the same bytes',
  async (action) => {
    const random = randomOf(aSeed(`cut ${action}`));
    const hub = await aHubProcess();
    const proxy = await aCutProxy(hub.url);
    await aPythonWorker(proxy.url, 'cut');
    const client = await aClient(hub.url);
    const { request_id } = await client.ok('request', { to: 'cut', action, payload: { chunks, pause_s: 0.001 } });
    // Patience for each step, not for the whole.
    const ended = new Promise((resolve) => {
      for (const name of ['result', 'error']) client.socket.on(name, resolve);
    });
    await cutting(proxy, 'toHub', random, ended);
    await ended;
    const auditor = await aClient(hub.url);
    await auditor.ok('watch', { request_id, after_seq: 0 });
    await auditor.end(request_id);
    const fold = folded(auditor.events(request_id), 'assigned');
    process.stdout.write(`${proxy.cuts} cuts\n`);
    expect(proxy.cuts).toBeGreaterThan(action === 'stream' ? cuts / 2 : 3);
    expect(fold).toMatchObject({ state: 'completed', attempt: 1, result: { chunks } });
    expect(joined(fold.streams['text']?.data ?? [])).toBe(expectedText);
    expect(joined(fold.streams['bytes']?.data ?? [])).toEqual(expectedBytes);
    if (action === 'stream') expect(fold.tasks['text']).toMatchObject({ result: { picture: Buffer.from([1, 2, 3]) } });
  },
  120_000,
);

test('a worker and a caller go on when the hub is killed, told to stop and started again, in the same attempt and with the same bytes', async () => {
  const hub = await aHubProcess();
  await aPythonWorker(hub.url, 'steady');
  const caller = aCaller('asyncio', hub.url, ['steady', 'stream', { chunks, pause_s: 0.002 }, {}]);
  for (const [seq, signal] of [
    [400, 'SIGKILL'],
    [800, 'SIGTERM'],
    [1_200, 'SIGKILL'],
  ] as const) {
    await caller.printed(new RegExp(`"type": "chunk", "seq": ${seq},`));
    await hub.kill(signal);
    await hub.start();
  }
  expect(await caller.ended()).toBe(0);
  expectWhole(caller);
}, 120_000);

test('requests that were waiting when the hub was killed are worked on after its return', async () => {
  const hub = await aHubProcess();
  const worker = await aPythonWorker(hub.url, 'steady', { CAPACITY: '1' });
  const client = await aClient(hub.url, { reconnectionDelay: 20, reconnectionDelayMax: 50 });
  const asked = await Promise.all(
    numbers.slice(0, 20).map(async () => await client.ok('request', { to: 'steady', action: 'about' })),
  );
  await hub.kill('SIGKILL');
  await hub.start();
  for (const { request_id } of asked) {
    expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', result: { pid: worker.pid } });
  }
});

test('what a worker finished while no hub was there is told when one is back', async () => {
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  await aPythonWorker(proxy.url, 'steady');
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: 'steady', action: 'block', payload: { seconds: 0.5 } });
  await client.next('progress', { request_id });
  await proxy.cutFor(1_500);
  expect((await client.end(request_id)).body).toMatchObject({ state: 'completed', attempt: 1, result: { slept: 0.5 } });
});

test('a worker that is gone too long finds its work given away, and stops it', async () => {
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  const cutOff = await aPythonWorker(proxy.url, 'fickle');
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: 'fickle', action: 'wait-plainly' });
  await client.next('progress', { request_id });
  const other = await aWorker(hub.url, 'fickle');
  await proxy.cutFor(6_000);
  const handed = await other.next('request', { request_id });
  expect(handed.attempt).toBe(2);
  await cutOff.printed('wait-plainly was cancelled: not_assigned');
  await other.ok('result', { request_id, attempt: 2, result: 'by another' });
  expect((await client.end(request_id)).body).toMatchObject({ result: 'by another', attempt: 2 });
});

test.each(['asyncio', 'plain'] as const)(
  'a caller (%s) loops through cuts and sees every event once',
  async (flavour) => {
    const random = randomOf(aSeed(`cut caller ${flavour}`));
    const hub = await aHubProcess();
    const proxy = await aCutProxy(hub.url);
    await aPythonWorker(hub.url, 'steady');
    const caller = aCaller(flavour, proxy.url, ['steady', 'stream', { chunks, pause_s: 0.001 }, { timeout_ms: 60_000 }]);
    await cutting(proxy, 'toPeer', random, caller.ended());
    expect(await caller.ended()).toBe(0);
    process.stdout.write(`${proxy.cuts} cuts\n`);
    expect(proxy.cuts).toBeGreaterThan(cuts / 2);
    expectWhole(caller);
  },
  120_000,
);

test('a request whose answer was lost is sent again under its id, and runs once', async () => {
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  const worker = await aWorker(hub.url, 'once');
  const program = `import signal
from conduit import plain

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCONT])
with plain.connect() as hub:
    print("connected")
    signal.sigwait([signal.SIGCONT])
    print(hub.request("once", "go", "payload").result())`;
  const caller = aPython(['-c', program], { env: { CONDUIT_URL: proxy.url } });
  await caller.printed('connected');
  // The hub gets the request, and its answer never arrives.
  proxy.hold('toPeer');
  caller.kill('SIGCONT');
  const { request_id } = await worker.next('request');
  const cut = proxy.cutFor(300);
  proxy.release('toPeer');
  await cut;
  await worker.ok('result', { request_id, result: 'done once' });
  expect(await caller.ended()).toBe(0);
  expect(caller.output).toContain('done once');
  expect(proxy.cuts).toBe(1);
  expect(worker.all('request')).toHaveLength(1);
});

function aCaller(
  flavour: 'asyncio' | 'plain',
  url: string,
  [service, action, payload, options]: readonly [string, string, unknown, object],
): Program {
  const args = [flavour, service, action, JSON.stringify(payload), JSON.stringify(options)];
  return aPython(['test/python/client.py', ...args], { env: { CONDUIT_URL: url } });
}

/** The caller saw all of the stream: every number once and in order, one attempt, the same bytes, the result. */
function expectWhole(caller: Program): void {
  const events = caller.said.filter((said) => said['type'] !== undefined);
  const numbered = events.filter((event) => !['progress', 'running', 'waiting', 'stalled'].includes(String(event['type'])));
  expect(numbered.map((event) => event['seq'])).toEqual(numbered.map((_, at) => at + 1));
  expect(new Set(events.map((event) => event['attempt']))).toEqual(new Set([1]));
  const streamed = numbered.filter((event) => event['type'] === 'chunk').map((event) => event['data']);
  expect(streamed.filter((data) => typeof data === 'string').join('')).toBe(expectedText);
  const hex = streamed.filter((data) => typeof data === 'object').map((data) => String(Reflect.get(data as object, 'bytes')));
  expect(Buffer.from(hex.join(''), 'hex')).toEqual(expectedBytes);
  expect(numbered.at(-1)).toMatchObject({ type: 'result', result: { chunks } });
  expect(caller.said.at(-1)).toEqual({ final: { chunks } });
}
