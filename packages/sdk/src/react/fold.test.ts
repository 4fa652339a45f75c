import { expect, test } from 'vitest';
import type { AnyEvent } from '../client/events.ts';
import { failed, viewAfter } from './fold.ts';
import { opening, type RequestView } from './view.ts';

const stamp = { at: 5, attempt: 1, overall: 0 };
const keptBytes = 1_000;

/** Events as the hub tells them, numbered from 1 on. */
function told(...events: readonly object[]): AnyEvent[] {
  return events.map((event, at) => ({ ...stamp, seq: at + 1, ...event })) as AnyEvent[];
}

function after(events: readonly AnyEvent[], view: RequestView = opening('r1')): RequestView {
  return viewAfter(view, events, keptBytes);
}

const assigned = { type: 'status', state: 'assigned', provider: { name: 'w1' } };
const chunk = (index: number, data: unknown, more: object = {}) => ({
  ...{ type: 'chunk', stream: 'text', mode: 'append', index, data },
  ...more,
});

test('a request goes from opening to its result, and says who has it and why it waits', () => {
  const waiting = after(told({ type: 'status', state: 'queued', reason: 'no_provider' }));
  expect(waiting).toMatchObject({ state: 'queued', reason: 'no_provider', isOpen: true });
  const running = after(told({ type: 'status', state: 'queued' }, assigned, { type: 'running', seq: 2 }));
  expect(running).toMatchObject({ state: 'running', reason: undefined, provider: { name: 'w1' } });
  const timings = { queuedMs: 1, runningMs: 2, totalMs: 3 };
  const end = { type: 'result', seq: 3, state: 'completed', overall: 1, result: { ok: true }, timings };
  expect(after(told(end), running)).toMatchObject({
    state: 'completed',
    isOpen: false,
    result: { ok: true },
    overall: 1,
    timings,
  });
});

test('what stands in it already, and what comes after its end, changes nothing', () => {
  const events = told(assigned, chunk(0, 'a'), chunk(1, 'b'));
  const view = after(events);
  expect(after(events, view)).toBe(view);
  const ended = after(
    told({ type: 'error', seq: 4, state: 'failed', error: { code: 'no_ink', message: 'no', retryable: false } }),
    view,
  );
  expect(ended.error).toMatchObject({ code: 'no_ink', requestId: 'r1' });
  expect(after(told({ ...chunk(2, 'c'), seq: 5 }), ended)).toBe(ended);
});

test('tasks keep their order; what one says touches no other', () => {
  const declared = after(told(assigned, { type: 'tasks', tasks: [{ taskId: 'read', weight: 2 }, { taskId: 'draw' }] }));
  const said = after(told({ type: 'progress', seq: 2, taskId: 'draw', progress: 0.5, message: 'half' }), declared);
  expect(said.tasks).toMatchObject([
    { taskId: 'read', weight: 2, state: 'pending', progress: 0 },
    { taskId: 'draw', state: 'running', progress: 0.5, message: 'half' },
  ]);
  expect(said.tasks[0]).toBe(declared.tasks[0]);
  const done = after(told({ type: 'task_result', seq: 3, taskId: 'draw', result: 7 }), said);
  expect(done.tasks[1]).toMatchObject({ state: 'completed', progress: 1, result: 7 });
});

test('a new attempt begins without the tasks and chunks of the one that was lost', () => {
  const first = after(told(assigned, { type: 'tasks', tasks: [{ taskId: 'read' }] }, chunk(0, 'half a')));
  const again = after(told({ ...chunk(0, 'whole'), seq: 5, attempt: 2 }), first);
  expect(again).toMatchObject({ attempt: 2, tasks: [], chunks: ['whole'] });
});

test('of each stream the latest is kept, and told how much is not', () => {
  const many = Array.from({ length: 1_000 }, (_, at) => chunk(at, `word ${at}`));
  const { streams, chunks } = after(told(assigned, ...many));
  expect(chunks.at(-1)).toBe('word 999');
  expect(chunks.length).toBeLessThan(25);
  expect(streams[0]).toMatchObject({ chunks: 1_000, dropped: 1_000 - chunks.length });
  const replaced = after(told(assigned, chunk(0, 'old', { mode: 'replace' }), chunk(1, 'new', { mode: 'replace' })));
  expect(replaced.streams[0]).toMatchObject({ data: ['new'], chunks: 2, dropped: 0 });
});

test('what can not be sent has failed; what is followed no more keeps what is known of it', () => {
  const lost = new Error('the connection was closed');
  expect(failed(opening('r1'), lost)).toMatchObject({ state: 'failed', isOpen: false, error: { message: lost.message } });
  expect(failed(after(told(assigned, chunk(0, 'a'))), lost)).toMatchObject({ state: 'running', chunks: ['a'], isOpen: false });
});

const snapshot = {
  type: 'snapshot',
  request: {
    ...{ state: 'completed', attempt: 1, overall: 1, seq: 4, live: { progress: {} } },
    streams: [{ stream: 'text', mode: 'append', chunks: 3 }],
    tasks: [{ taskId: 'read', state: 'completed' }],
  },
};

test('a snapshot stands for the events before it; of one that has ended the end comes under the same number', () => {
  const seen = after(told({ ...snapshot, seq: 4 }));
  expect(seen).toMatchObject({ state: 'completed', isOpen: true, tasks: [{ taskId: 'read', progress: 1 }] });
  expect(seen.streams).toMatchObject([{ chunks: 3, dropped: 3, data: [] }]);
  const end = { type: 'result', seq: 4, state: 'completed', overall: 1, result: 7 };
  expect(after(told(end), seen)).toMatchObject({ isOpen: false, result: 7 });
});

test('a flood of chunks among progress is folded in one go', () => {
  const events = told(
    assigned,
    ...Array.from({ length: 40_000 }, (_, at) => {
      if (at % 2 === 0) return { ...chunk(at / 2, 'x'.repeat(50)), seq: at / 2 + 2 };
      return { type: 'progress', taskId: 'read', progress: at / 40_000, seq: (at - 1) / 2 + 2 };
    }),
  );
  const startedAt = performance.now();
  const view = viewAfter(opening('r1'), events, 1024 ** 2);
  // Copied for each chunk it took 4 s.
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(view.streams).toMatchObject([{ chunks: 20_000 }]);
  expect(view.tasks).toMatchObject([{ taskId: 'read', state: 'running' }]);
});
