/** Any language with a Socket.IO client serves: here Debian's python3-socketio, as it comes. */

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aChild } from '../support/child.ts';
import { folded } from '../support/folded.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient } from '../support/peer.ts';

const python = '/usr/bin/python3';
const worker = fileURLToPath(new URL('./python-worker/worker.py', import.meta.url));
const pixels = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 256));
const reversed = Buffer.from([...pixels].reverse());
const payload = { words: ['Grüße', 'aus', 'Python', '🐍'], pixels };

test('a Python worker serves requests with tasks, progress, chunks and binary results', async () => {
  const hub = await aHubProcess();
  await aChild(python, [worker, hub.url, 'painter'], 'registered');
  const client = await aClient(hub.url);
  expect(await client.refusal('request', { to: 'painter', action: 'sing' })).toMatchObject({ code: 'action_not_found' });
  const { request_id } = await client.ok('request', { to: 'painter', action: 'paint', payload });
  const { name, body } = await client.end(request_id);
  expect(name).toBe('result');
  expect(body.result).toEqual({ picture: reversed, text: 'Grüße aus Python 🐍' });
  const fold = folded(client.events(request_id), 'assigned');
  expect(fold.tasks).toEqual({
    read: { state: 'completed', title: 'Reading', weight: 1, result: { words: 4 } },
    paint: { state: 'completed', weight: 3, result: reversed },
  });
  expect(fold.streams).toEqual({
    text: { mode: 'append', chunks: 4, data: ['Grüße ', 'aus ', 'Python ', '🐍 '] },
    pixels: { mode: 'append', chunks: 1, data: [pixels] },
  });
  const progress = client.all('progress', request_id).map(({ body: { task_id, progress: fraction } }) => [task_id, fraction]);
  expect(progress).toContainEqual(['read', 1]);
  expect(progress).toContainEqual(['paint', null]);
});

test('a Python worker fails a request with its own words, and serves the next', async () => {
  const hub = await aHubProcess();
  await aChild(python, [worker, hub.url, 'painter'], 'registered');
  const client = await aClient(hub.url);
  const { name, body } = await client.finish({ to: 'painter', action: 'paint', payload: {} });
  expect(name).toBe('error');
  expect(body).toMatchObject({ state: 'failed', error: { code: 'python_error', message: expect.stringContaining('words') } });
  expect((await client.finish({ to: 'painter', action: 'paint', payload })).body.state).toBe('completed');
});

test('a Python worker finds its way back to a hub that was killed and started again', async () => {
  const hub = await aHubProcess();
  await aChild(python, [worker, hub.url, 'painter'], 'registered');
  await hub.kill('SIGKILL');
  await hub.start();
  const client = await aClient(hub.url);
  // The name is known from before: the request waits for the worker to come back.
  const { body } = await client.finish({ to: 'painter', action: 'paint', payload });
  expect(body).toMatchObject({ state: 'completed', result: { picture: reversed } });
});
