import type { FollowedEvent } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { told } from '../testing/told.ts';
import { RequestView } from './view.ts';

function aView(...events: FollowedEvent[]): RequestView {
  const view = new RequestView();
  view.take(told('status', { state: 'assigned' }));
  for (const event of events) view.take(event);
  return view;
}

test('a new attempt starts over', () => {
  const view = aView(
    told('tasks', { tasks: [{ taskId: 'read', title: 'Read' }] }),
    told('chunk', { stream: 'text', mode: 'append', index: 0, data: 'lost' }),
    told('status', { attempt: 2, state: 'assigned' }),
  );
  expect([view.tasks.size, view.text, view.attempt]).toEqual([0, '', 2]);
});

test('the task that stands for the whole request goes when others are declared', () => {
  const view = aView(told('progress', { taskId: 'main', progress: 0.5 }));
  expect([...view.tasks.keys()]).toEqual(['main']);
  view.take(told('tasks', { tasks: [{ taskId: 'read', title: 'Read the page' }] }));
  expect([...view.tasks.values()]).toMatchObject([{ id: 'read', title: 'Read the page', state: 'pending' }]);
});

test('it says why a request waits and where in the line', () => {
  const view = new RequestView();
  view.take(told('status', { attempt: 0, state: 'queued', reason: 'at_capacity' }));
  view.take(told('waiting', { attempt: 0, reason: 'at_capacity', position: 7 }));
  expect([view.state, view.note]).toEqual(['queued', 'at capacity, place 7']);
  view.take(told('waiting', { attempt: 0, reason: 'no_provider' }));
  expect(view.note).toBe('no provider');
  view.take(told('status', { state: 'assigned' }));
  view.take(told('running', {}));
  expect([view.state, view.note]).toEqual(['running', '']);
  view.take(told('status', { state: 'assigned', reason: 'provider_lost' }));
  expect([view.state, view.note]).toEqual(['running', 'provider lost']);
});

test('streams stand apart, each in its mode, and what is no text is JSON', () => {
  const view = aView(
    told('chunk', { stream: 'log', mode: 'items', index: 0, data: 'one' }),
    told('chunk', { stream: 'draft', mode: 'replace', index: 0, data: 'first try' }),
    told('chunk', { stream: 'log', mode: 'items', index: 1, data: { two: 2 } }),
    told('chunk', { stream: 'draft', mode: 'replace', index: 1, data: 'second try' }),
    told('chunk', { stream: 'sound', mode: 'append', index: 0, data: new Uint8Array(3) }),
  );
  expect(view.text).toBe('log:\none\n{"two":2}\n\ndraft:\nsecond try');
});

test('the end says what became of the tasks that were open', () => {
  const view = aView(
    told('tasks', { tasks: [{ taskId: 'read' }, { taskId: 'draw' }] }),
    told('task_error', { taskId: 'read', error: { code: 'gone', message: 'no such page', retryable: false } }),
    told('result', {
      state: 'completed',
      result: undefined,
      timings: { queuedMs: 0, totalMs: 12 },
      tasks: [{ taskId: 'draw', state: 'skipped' }],
    }),
  );
  expect([...view.tasks.values()]).toMatchObject([{ state: 'failed', note: 'no such page' }, { state: 'skipped' }]);
  expect([view.state, view.totalMs]).toEqual(['completed', 12]);
});

test('a snapshot stands for every event before it, whatever was seen', () => {
  const view = aView(told('tasks', { attempt: 3, tasks: [{ taskId: 'gone' }] }));
  const request = {
    requestId: 'r',
    to: 'brush',
    action: 'draw',
    state: 'running',
    attempt: 1,
    seq: 5,
    overall: 0.4,
    tasks: [
      { taskId: 'read', title: 'Read', weight: 1, state: 'completed' },
      { taskId: 'draw', weight: 1, state: 'running' },
    ],
    streams: [],
    requester: { sessionId: 's', hubId: 'h' },
    createdAt: 0,
    live: { running: true, progress: { draw: { progress: 0.25, message: 'sketch' } } },
    timings: { queuedMs: 0, totalMs: 10 },
    workBegan: true,
  } as const;
  view.take(told('snapshot', { seq: 5, request }));
  expect([...view.tasks.values()]).toMatchObject([
    { id: 'read', title: 'Read', state: 'completed', progress: 1, note: '' },
    { id: 'draw', title: 'draw', state: 'running', progress: 0.25, note: 'sketch' },
  ]);
  expect([view.attempt, view.totalMs]).toEqual([1, undefined]);
});
