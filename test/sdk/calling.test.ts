/** What a caller meets: requests that are awaited, looped over, cancelled, followed from elsewhere; failures that say what and where. */

import { isConduitError, ServiceError } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { aConduit, aProvider, aTestHub } from '../support/sdk.ts';

test('a request is awaited for its result', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { double: ({ n }) => ({ twice: 2 * n }) });
  const conduit = await aConduit(hub.url);
  expect(await conduit.request('worker', 'double', { n: 21 })).toEqual({ twice: 42 });
});

test('a loop over a request sees each event in order, and ends with the result', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    async *write(_, ctx) {
      ctx.tasks([{ taskId: 'think', title: 'Think' }, { taskId: 'say' }]);
      ctx.task('think').progress(0.5, 'half way');
      ctx.task('think').done({ thought: true });
      yield 'one ';
      yield 'two';
      ctx.task('say').skip();
      return 'done';
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'write');
  const events = [];
  for await (const event of request) events.push(event);
  const told = events.map(({ type }) => type).filter((type) => type !== 'running');
  expect(told).toEqual(['status', 'tasks', 'progress', 'task_result', 'chunk', 'chunk', 'task_result', 'result']);
  const text = events.flatMap((event) => (event.type === 'chunk' ? [event.data] : [])).join('');
  expect(text).toBe('one two');
  expect(await request).toBe('done');
  expect(events.find((event) => event.type === 'progress')).toMatchObject({
    taskId: 'think',
    progress: 0.5,
    message: 'half way',
  });
});

test('a failure carries code, request, details, and the line of the caller', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    fail: () => {
      throw new ServiceError('no_paper', 'the printer has no paper', { retryable: true, details: { tray: 2 } });
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'fail');
  const error: unknown = await request.catch((thrown: unknown) => thrown);
  expect(isConduitError(error, 'no_paper')).toBe(true);
  expect(error).toMatchObject({ code: 'no_paper', message: 'the printer has no paper', retryable: true, requestId: request.id });
  expect(Reflect.get(Object(error), 'details')).toEqual({ tray: 2 });
  expect(String(Reflect.get(Object(error), 'stack')).split('\n')[1]).toContain('calling.test.ts');
});

test('a service that nobody offers refuses at once', async () => {
  const conduit = await aConduit((await aTestHub()).url);
  const error: unknown = await conduit.request('nobody', 'go').catch((thrown: unknown) => thrown);
  expect(isConduitError(error, 'service_not_found')).toBe(true);
});
