/** "Conduit manages reconnections": the protocol's example, unchanged, finishes though its connection is gone for three seconds. */

import { io } from 'socket.io-client';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aWorker } from '../support/peer.ts';
import type { Body } from '../support/wire.ts';

const cutMs = 3_000;

/** What the user's page would show. */
class Page {
  readonly bars = new Map<string, number>();
  readonly results = new Map<string, unknown>();
  finalResults: unknown[] = [];
  onBar: (taskId: string) => void = () => undefined;
  onFinal: () => void = () => undefined;
}

/** The example, word for word but for the address. */
function example(url: string, page: Page): void {
  const updateProgressBar = (taskId: string, progress: number): void => {
    page.bars.set(taskId, progress);
    page.onBar(taskId);
  };
  const displayResult = (taskId: string, result: unknown): void => void page.results.set(taskId, result);
  const showFinalResult = (result: unknown): void => {
    page.finalResults.push(result);
    page.onFinal();
  };
  const socket = io(url);
  closing(() => void socket.close());
  socket.emit('register', { type: 'client' });
  socket.emit('request', {
    to: 'brightwrapper',
    action: 'generate-infographics',
    payload: { url: 'https://example.com/article' },
  });
  socket.on('progress', (data) => updateProgressBar(data.task_id, data.progress));
  socket.on('task_result', (data) => displayResult(data.task_id, data.result));
  socket.on('result', (data) => showFinalResult(data.result));
}

test.each([
  ['the work ends after the connection is back', 'after', 'cleanly'],
  ['the work ends while the connection is gone', 'during', 'cleanly'],
  ['what was on its way is lost with the connection', 'after', 'with losses'],
] as const)('the example finishes unchanged through a cut of 3 s: %s', async (_what, end, how) => {
  const hub = await aHubProcess();
  const proxy = await aCutProxy(hub.url);
  const worker = await aWorker(hub.url, 'brightwrapper');
  const page = new Page();
  const firstBar = new Promise<void>((resolve) => {
    page.onBar = () => resolve();
  });
  const final = new Promise<void>((resolve) => {
    page.onFinal = resolve;
  });
  example(proxy.url, page);
  const { request_id }: Body = await worker.next('request');
  await worker.ok('tasks', { request_id, tasks: [{ task_id: 'before' }, { task_id: 'during' }, { task_id: 'after' }] });
  await worker.ok('progress', { request_id, task_id: 'before', progress: 0.5 });
  await worker.ok('task_result', { request_id, task_id: 'before', result: 'seen' });
  await firstBar;
  if (how === 'with losses') {
    // The hub has sent this, and nobody will ever get it.
    proxy.hold('toPeer');
    await worker.ok('task_result', { request_id, task_id: 'lost', result: 'sent and lost' });
  }
  const cut = proxy.cutFor(cutMs);
  proxy.release('toPeer');
  expect(proxy.cuts).toBe(1);
  await worker.ok('progress', { request_id, task_id: 'during', progress: 0.9 });
  await worker.ok('task_result', { request_id, task_id: 'during', result: Buffer.from('missed') });
  await worker.ok('progress', { request_id, task_id: 'after', progress: 0.25 });
  const finish = async (): Promise<void> => {
    await worker.ok('task_result', { request_id, task_id: 'after', result: 'last' });
    await worker.ok('result', { request_id, result: { pictures: 3 } });
  };
  if (end === 'during') await finish();
  await cut;
  if (end === 'after') {
    await new Promise<void>((resolve) => {
      page.onBar = (taskId) => taskId === 'after' && resolve();
    });
    await finish();
  }
  await final;
  expect(page.results).toEqual(
    new Map<string, unknown>([
      ...(how === 'with losses' ? [['lost', 'sent and lost'] as const] : []),
      ['before', 'seen'],
      ['during', Buffer.from('missed')],
      ['after', 'last'],
    ]),
  );
  expect(page.finalResults).toEqual([{ pictures: 3 }]);
  if (end === 'after') expect(page.bars.get('after')).toBe(0.25);
  expect(worker.all('request')).toHaveLength(1);
  expect(worker.all('cancel')).toEqual([]);
});
