/** Hubs and workers as processes that are killed: every promise of a caller settles, once, with the right value. */

import { fileURLToPath } from 'node:url';
import { connect } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { aChild } from '../support/child.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aSeed, randomOf } from '../support/random.ts';
import { aConduit } from '../support/sdk.ts';

const worker = fileURLToPath(new URL('sdk-worker.ts', import.meta.url));
const moments = process.env['CONDUIT_LONG'] === '1' ? 50 : 8;
const concurrent = 200;
const restartMs = 60_000;

async function aWorkerProcess(hub: string) {
  return await aChild(process.execPath, ['--conditions=conduit-src', '--import', 'tsx', worker, hub, 'worker'], 'registered');
}

test(`hub and workers killed at ${moments} random moments under ${concurrent} concurrent requests: every promise settles once, with its value`, {
  timeout: moments * restartMs,
}, async () => {
  const random = randomOf(aSeed('restarts'));
  const hub = await aHubProcess();
  const workers = [await aWorkerProcess(hub.url), await aWorkerProcess(hub.url)];
  const conduit = await aConduit(hub.url);
  let isOver = false;
  let asked = 0;
  let settled = 0;
  const settles: number[] = [];
  const caller = async (): Promise<void> => {
    while (!isOver) {
      const payload = asked++;
      const job = { payload, takesMs: Math.floor(random() * 50) };
      // Nothing here may be lost to a worker's death: each attempt that began counts.
      const request = conduit.request('worker', 'work', job, { maxAttempts: 100, startTimeoutMs: 600_000 });
      settles[payload] = 0;
      const result = await request.finally(() => {
        settles[payload] = Number(settles[payload]) + 1;
      });
      expect(result).toMatchObject({ payload });
      settled += 1;
      progress();
    }
  };
  let progress = (): void => undefined;
  const callers = Array.from({ length: concurrent }, caller);
  for (let moment = 0; moment < moments; moment += 1) {
    // The moment: when so many more have settled.
    const until = settled + 20 + Math.floor(random() * 300);
    await new Promise<void>((resolve) => {
      progress = () => settled >= until && resolve();
    });
    if (random() < 0.5) {
      await hub.kill('SIGKILL');
      await hub.start();
    } else {
      const at = Math.floor(random() * workers.length);
      workers[at]?.kill('SIGKILL');
      workers[at] = await aWorkerProcess(hub.url);
    }
  }
  isOver = true;
  await Promise.all(callers);
  expect(settles).toEqual(Array.from({ length: asked }, () => 1));
  process.stdout.write(`${asked} requests through ${moments} deaths\n`);
});

test('a worker killed in the middle of a stream: its caller sees the next attempt begin and finish, without an error', async () => {
  const hub = await aHubProcess();
  const first = await aWorkerProcess(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'tell', { words: 50, paceMs: 10 });
  const texts = new Map<number, string>();
  const states: string[] = [];
  for await (const event of request) {
    if (event.type === 'status') states.push(event.reason ?? event.state);
    if (event.type !== 'chunk') continue;
    texts.set(event.attempt, (texts.get(event.attempt) ?? '') + String(event.data));
    if (event.attempt === 1 && first.exitCode === null && texts.get(1)?.includes('word 10 ') === true) {
      first.kill('SIGKILL');
      await aWorkerProcess(hub.url);
    }
  }
  expect(await request).toEqual({ words: 50, attempt: 2 });
  expect(texts.get(2)).toBe(Array.from({ length: 50 }, (_, at) => `word ${at} `).join(''));
  expect(states).toContain('provider_lost');
});

test('a hub killed in the middle of a stream and started again: the caller goes on where it was, and the work is not done again', async () => {
  const hub = await aHubProcess();
  await aWorkerProcess(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'tell', { words: 50, paceMs: 10 });
  let text = '';
  let hasRestarted = false;
  for await (const event of request) {
    if (event.type !== 'chunk') continue;
    text += String(event.data);
    if (hasRestarted || !text.includes('word 10 ')) continue;
    hasRestarted = true;
    await hub.kill('SIGKILL');
    await hub.start();
  }
  expect(await request).toEqual({ words: 50, attempt: 1 });
  expect(text).toBe(Array.from({ length: 50 }, (_, at) => `word ${at} `).join(''));
});

test('a worker that is told to stop finishes what it holds, then its process ends as the signal says', async () => {
  const hub = await aHubProcess();
  const process1 = await aWorkerProcess(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'tell', { words: 20, paceMs: 10 });
  const ended = new Promise<string | null>((resolve) => process1.once('exit', (_code, signal) => resolve(signal)));
  for await (const event of request) if (event.type === 'chunk') break;
  process1.kill('SIGTERM');
  expect(await request).toEqual({ words: 20, attempt: 1 });
  expect(await ended).toBe('SIGTERM');
});

test('a request is followed from another connection, during it and after it', async () => {
  const hub = await aHubProcess();
  await aWorkerProcess(hub.url);
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'tell', { words: 30, paceMs: 5 });
  for await (const event of request) if (event.type === 'chunk') break;
  const other = await connect(hub.url);
  closing(() => other.close());
  let text = '';
  for await (const event of other.follow(request.id)) if (event.type === 'chunk') text += String(event.data);
  expect(text).toBe(Array.from({ length: 30 }, (_, at) => `word ${at} `).join(''));
  expect(await other.follow(request.id)).toEqual({ words: 30, attempt: 1 });
  await expect(other.follow('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'request_not_found' });
});
