/** Protocol, section 2: the example that must always work, unchanged. A cut in its middle is a scenario of its own. */

import { io, type ManagerOptions } from 'socket.io-client';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aName, aWorker } from '../support/peer.ts';

const hub = aHubForThisFile();

test.each<[string, Partial<ManagerOptions>]>([
  ['as it stands', {}],
  ['by polling alone', { transports: ['polling'] }],
  ['by WebSocket alone', { transports: ['websocket'] }],
])('the example shows every step and the result, %s', async (_how, options) => {
  const brightwrapper = aName('brightwrapper');
  await aWorker(hub.url, brightwrapper, {
    work: ({ request_id, payload }, worker) => {
      worker.say('tasks', { request_id, tasks: [{ task_id: 'fetch' }, { task_id: 'draw' }] });
      worker.say('progress', { request_id, task_id: 'fetch', progress: 0.5 });
      worker.say('task_result', { request_id, task_id: 'fetch', result: { bytes: 12 } });
      worker.say('progress', { request_id, task_id: 'draw', progress: 0.25 });
      worker.say('task_result', { request_id, task_id: 'draw', result: Buffer.from('png') });
      worker.say('result', { request_id, result: payload });
    },
  });
  const progress: unknown[] = [];
  const tasks: unknown[] = [];
  const socket = io(hub.url, { forceNew: true, ...options });
  closing(() => void socket.close());
  const result = new Promise((showFinalResult) => {
    socket.emit('register', { type: 'client' });
    socket.emit('request', {
      to: brightwrapper,
      action: 'generate-infographics',
      payload: { url: 'https://example.com/article' },
    });
    socket.on('progress', (data) => progress.push([data.task_id, data.progress]));
    socket.on('task_result', (data) => tasks.push([data.task_id, data.result]));
    socket.on('result', (data) => showFinalResult(data.result));
  });
  expect(await result).toEqual({ url: 'https://example.com/article' });
  expect(progress).toEqual([
    ['fetch', 0.5],
    ['draw', 0.25],
  ]);
  expect(tasks).toEqual([
    ['fetch', { bytes: 12 }],
    ['draw', Buffer.from('png')],
  ]);
});
