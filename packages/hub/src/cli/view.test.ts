import { expect, test } from 'vitest';
import { RequestView } from './view.ts';

function aView(): RequestView {
  const view = new RequestView();
  view.accepted({ ok: true, request_id: 'r', state: 'assigned', seq: 1 });
  return view;
}

test('an event that comes again after a cut counts once', () => {
  const view = aView();
  const chunk = { seq: 2, attempt: 1, stream: 'text', mode: 'append', data: 'once' };
  expect(view.take('chunk', chunk)).toBe(true);
  expect(view.take('chunk', chunk)).toBe(false);
  expect(view.text).toBe('once');
});

test('a new attempt starts over', () => {
  const view = aView();
  view.take('tasks', { seq: 2, attempt: 1, tasks: [{ task_id: 'read', title: 'Read' }] });
  view.take('chunk', { seq: 3, attempt: 1, stream: 'text', mode: 'append', data: 'lost' });
  view.take('status', { seq: 4, attempt: 2, state: 'assigned' });
  expect([view.tasks.size, view.text, view.attempt]).toEqual([0, '', 2]);
});

test('the task that stands for the whole request goes when others are declared', () => {
  const view = aView();
  view.take('progress', { seq: 1, attempt: 1, task_id: 'main', progress: 0.5 });
  expect([...view.tasks.keys()]).toEqual(['main']);
  view.take('tasks', { seq: 2, attempt: 1, tasks: [{ task_id: 'read', title: 'Read the page' }] });
  expect([...view.tasks.values()]).toMatchObject([{ id: 'read', title: 'Read the page', state: 'pending' }]);
});

test('it says why a request waits and where in the line', () => {
  const view = new RequestView();
  view.accepted({ ok: true, request_id: 'r', state: 'queued', seq: 1, reason: 'at_capacity', position: 7 });
  expect([view.state, view.note]).toEqual(['queued', 'at capacity, place 7']);
  view.take('waiting', { seq: 1, attempt: 0, reason: 'no_provider' });
  expect(view.note).toBe('no provider');
  view.take('status', { seq: 2, attempt: 1, state: 'assigned' });
  view.take('running', { seq: 2, attempt: 1 });
  expect([view.state, view.note]).toEqual(['running', '']);
});

test('streams stand apart, each in its mode', () => {
  const view = aView();
  const chunks = [
    { stream: 'log', mode: 'items', data: 'one' },
    { stream: 'draft', mode: 'replace', data: 'first try' },
    { stream: 'log', mode: 'items', data: 'two' },
    { stream: 'draft', mode: 'replace', data: 'second try' },
    { stream: 'sound', mode: 'append', data: new Uint8Array(3) },
  ];
  for (const [at, chunk] of chunks.entries()) view.take('chunk', { seq: at + 2, attempt: 1, ...chunk });
  expect(view.text).toBe('log:\none\ntwo\n\ndraft:\nsecond try');
  expect(view.latestText(6)).toBe('nd try');
});

test('a snapshot stands for every event before it, whatever was seen', () => {
  const view = aView();
  view.take('tasks', { seq: 90, attempt: 3, tasks: [{ task_id: 'gone' }] });
  view.snapshot({
    request_id: 'r',
    state: 'running',
    attempt: 1,
    seq: 5,
    overall: 0.4,
    tasks: [
      { task_id: 'read', title: 'Read', state: 'completed' },
      { task_id: 'draw', state: 'running' },
    ],
    live: { running: true, progress: { draw: { progress: 0.25, message: 'sketch' } } },
    timings: { total_ms: 10 },
  });
  expect([...view.tasks.values()]).toEqual([
    { id: 'read', title: 'Read', state: 'completed', progress: 1, note: '' },
    { id: 'draw', title: 'draw', state: 'running', progress: 0.25, note: 'sketch' },
  ]);
  expect([view.attempt, view.totalMs]).toEqual([1, undefined]);
  expect(view.take('status', { seq: 6, attempt: 1, state: 'cancelling' })).toBe(true);
});
