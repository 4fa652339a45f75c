/** What a provider of the SDK says on the wire: against a hub of the test's own, which says exactly what each test needs. */

import { type Provider, serve } from '@conduit/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aScriptedHub, type Received, type ScriptedHub } from '../support/scripted-hub.ts';

let hub: ScriptedHub;
let url: string;
let worker: Provider | undefined;
let logged: string[];
/** The handler waits here, in the middle of its work. */
let goOn: () => void;
let gate: Promise<void>;

beforeEach(async () => {
  logged = [];
  ({ hub, url } = await aScriptedHub());
  gate = new Promise((resolve) => {
    goOn = resolve;
  });
});

afterEach(async () => {
  goOn();
  await worker?.drain();
  await hub.close();
});

async function start(): Promise<Provider> {
  worker = await serve(
    'writer',
    {
      async write(_, ctx) {
        ctx.tasks([{ taskId: 'think' }, { taskId: 'draw' }]);
        ctx.task('think').done('a thought');
        await Promise.race([gate, new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', reject))]);
        await ctx.chunk('written');
        ctx.task('draw').done({ picture: Uint8Array.of(1, 2, 3) });
        return 'done';
      },
    },
    { hub: url, handlesSignals: false, capacity: 4, log: (sentence) => logged.push(sentence) },
  );
  return worker;
}

function of(requestId: string): Received[] {
  return hub.received.filter(({ message }) => message.request_id === requestId);
}

test('it says what it does, under an id that stays when it comes back', async () => {
  await start();
  hub.cut();
  await hub.until(() => hub.registrations.length === 4);
  const [, first, again, second] = hub.registrations;
  expect(first).toMatchObject({
    type: 'service',
    name: 'writer',
    acks: true,
    capacity: 4,
    in_flight: [],
    actions: [{ name: 'write' }],
  });
  expect(again).toMatchObject({ type: 'client', resume: { session_id: 's1' } });
  expect(second?.['instance_id']).toBe(first?.['instance_id']);
});

test('refused for the moment, it says so once and registers again; what it comes back with is the newest token', async () => {
  const full = { code: 'store_unavailable', message: 'the disk is full', retryable: true };
  hub.refusals.push({ ...full, details: { retry_after_ms: 10 } }, full);
  await start();
  expect(hub.registrations.map(({ type }) => type)).toEqual(['client', 'service', 'service', 'service']);
  expect(logged).toEqual(["writer can't be registered yet, and goes on trying: the disk is full"]);
  hub.cut();
  await hub.until(() => hub.registrations.length === 6);
  expect(hub.registrations[4]).toMatchObject({ resume: { session_id: 's1', session_token: 'token 4' } });
});

test('it acknowledges a request at once, and counts its messages from 1 to its result', async () => {
  await start();
  expect(await hub.request('r1', null)).toBe(true);
  goOn();
  await hub.untilReceived('result');
  expect(of('r1').map(({ message }) => message.n)).toEqual(of('r1').map((_, at) => at + 1));
  expect(of('r1').map(({ name }) => name)).toEqual(['tasks', 'task_result', 'chunk', 'task_result', 'result']);
});

test('cut off, it says again exactly what the hub has not got, in order, and nothing before it is asked', async () => {
  await start();
  await hub.request('r1', null);
  await hub.untilReceived('task_result', 'think');
  hub.inFlight = [{ request_id: 'r1', attempt: 1, last_n: 1 }];
  hub.received.length = 0;
  hub.beforeWelcome = async () => {
    goOn();
    // The handler goes on while the hub makes up its mind: nothing of it may arrive yet.
    await new Promise((resolve) => setImmediate(resolve));
    expect(of('r1')).toEqual([]);
  };
  hub.cut();
  await hub.until(() => of('r1').at(-1)?.name === 'result');
  expect(hub.registrations.at(-1)).toMatchObject({ in_flight: [{ request_id: 'r1', attempt: 1 }] });
  expect(of('r1').map(({ message }) => message.n)).toEqual([3, 4, 5]);
});

test("it gives up what is somebody else's by now", async () => {
  const provider = await start();
  await hub.request('r1', null);
  await hub.untilReceived('task_result', 'think');
  hub.received.length = 0;
  hub.send('cancel', { request_id: 'r1', attempt: 1, reason: 'not_assigned', grace_ms: 0 });
  await provider.drain();
  await hub.until(() => hub.isAlone);
  expect(of('r1')).toEqual([]);
});

test('given the same request again, it works on the new attempt only', async () => {
  await start();
  await hub.request('r1', null, 1);
  await hub.untilReceived('task_result', 'think');
  hub.received.length = 0;
  await hub.request('r1', null, 2);
  goOn();
  await hub.untilReceived('result');
  expect(new Set(of('r1').map(({ message }) => message.attempt))).toEqual(new Set([2]));
});

test('told to cancel, it stops and answers with "cancelled"', async () => {
  await start();
  await hub.request('r1', null);
  await hub.untilReceived('task_result', 'think');
  hub.send('cancel', { request_id: 'r1', attempt: 1, reason: 'no longer needed', grace_ms: 10_000 });
  await hub.untilReceived('error');
  expect(of('r1').at(-1)?.message.error?.code).toBe('cancelled');
});

test('told to drain, it finishes what it holds, takes nothing new, and leaves', async () => {
  await start();
  await hub.request('r1', null);
  hub.send('drain', { name: 'writer' });
  await hub.untilReceived('drain');
  await hub.request('r2', null);
  goOn();
  await hub.until(() => hub.isAlone);
  expect(of('r1').at(-1)?.name).toBe('result');
  expect(of('r2').map(({ name }) => name)).toEqual(['reject']);
});

test('a request that was on its way when it began to leave is finished too', async () => {
  let answerDrain = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    hub.onMessage = ({ name }) => {
      if (name !== 'drain') return undefined;
      resolve();
      return new Promise((answer) => {
        answerDrain = () => answer({ ok: true });
      });
    };
  });
  const provider = await start();
  const left = provider.drain();
  await asked;
  expect(await hub.request('r1', null)).toBe(true);
  answerDrain();
  goOn();
  await left;
  expect(of('r1').at(-1)?.name).toBe('result');
});

test('where the hub refuses the result of a step, the step fails with its reason and the work goes on', async () => {
  const error = { code: 'payload_too_large', message: 'at most 1 KiB' };
  hub.onMessage = ({ name, message }) =>
    name === 'task_result' && message.task_id === 'draw' ? { ok: false, error } : undefined;
  await start();
  await hub.request('r1', null);
  goOn();
  await hub.untilReceived('result');
  expect(of('r1').find(({ name }) => name === 'task_error')?.message.error).toMatchObject(error);
});

test('progress that was acknowledged and that the hub has lost has its numbers filled', async () => {
  worker = await serve(
    'writer',
    {
      async write(_, ctx) {
        for (const fraction of [0.1, 0.2, 0.3]) ctx.progress(fraction);
        await gate;
        return 'done';
      },
    },
    { hub: url, handlesSignals: false },
  );
  await hub.request('r1', null);
  await hub.until(() => of('r1').length === 3);
  hub.received.length = 0;
  hub.inFlight = [{ request_id: 'r1', attempt: 1, last_n: 1 }];
  hub.cut();
  await hub.until(() => of('r1').length === 2);
  goOn();
  await hub.untilReceived('result');
  expect(of('r1').map(({ name, message }) => [name, message.n])).toEqual([
    ['progress', 2],
    ['progress', 3],
    ['result', 4],
  ]);
});
