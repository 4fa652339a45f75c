import type { FollowedEvent } from '@conduit/sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { told } from '../testing/told.ts';
import { Window } from '../testing/window.ts';
import { Drawing } from './drawing.ts';
import { columns } from './plain.ts';
import { RequestView } from './view.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  // What is left would keep a command from ending.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A request drawn in a window; `take` gives it an event and waits until it is drawn. */
function aDrawing(window: Window): { readonly drawing: Drawing; take(...events: FollowedEvent[]): void } {
  const view = new RequestView();
  const drawing = new Drawing(window, view);
  const take = (...events: FollowedEvent[]): void => {
    for (const event of events) {
      view.take(event);
      drawing.take(event);
    }
    vi.advanceTimersByTime(100);
  };
  return { drawing, take };
}

const said = (data: unknown, stream = 'text', mode: 'append' | 'items' | 'replace' = 'append', attempt = 1) =>
  told('chunk', { stream, mode, index: 0, data, attempt });
const assigned = told('status', { state: 'assigned' });

test('text grows in place, goes up when a row is full, and is whole at the end', () => {
  const window = new Window(31, 12);
  const { drawing, take } = aDrawing(window);
  take(assigned, said('The quick brown '));
  expect(window.lines).toEqual(['The quick brown ', '', 'running']);
  take(said('fox jumps over the lazy dog.\nAnd '));
  expect(window.lines).toEqual(['The quick brown fox jumps over', 'the lazy dog.', 'And ', '', 'running']);
  take(said('rests'), told('result', { state: 'completed', result: 1, timings: { queuedMs: 0, totalMs: 1_500 } }));
  drawing.close();
  expect(window.lines).toEqual(['The quick brown fox jumps over', 'the lazy dog.', 'And rests', '', 'completed in 1.5 s']);
});

test('a new attempt says so, and its text begins again below', () => {
  const window = new Window(60, 20);
  const { drawing, take } = aDrawing(window);
  take(assigned, told('tasks', { tasks: [{ taskId: 'write' }] }), said('Once upon'));
  take(told('status', { attempt: 2, state: 'assigned' }));
  take(said('Once upon a time', 'text', 'append', 2));
  drawing.close();
  expect(window.lines).toEqual([
    'Once upon',
    '── attempt 2, from the beginning ──',
    'Once upon a time',
    '',
    'running · attempt 2',
  ]);
});

test('streams that speak in turn are told apart, and what is replaced passes once', () => {
  const window = new Window(60, 20);
  const { drawing, take } = aDrawing(window);
  take(assigned, said('thinking', 'thoughts', 'items'), said('a draft', 'draft', 'replace'), said('hello ', 'text'));
  take(said('a better draft', 'draft', 'replace'), said({ n: 1 }, 'thoughts', 'items'));
  expect(window.lines).toEqual(['thinking', 'text:', 'hello ', 'thoughts:', '{"n":1}', 'a better draft', '', 'running']);
  drawing.close();
  expect(window.lines.at(-4)).toBe('draft:');
  expect(window.lines.at(-3)).toBe('a better draft');
});

test('however many changes come, it draws ten times a second at the most, and not at all when nothing changed', () => {
  const window = new Window(80, 24);
  const { drawing, take } = aDrawing(window);
  take(assigned);
  const before = window.writes;
  for (let ms = 0; ms < 1_000; ms += 1) {
    drawing.take(told('progress', { taskId: 't', progress: ms / 1_000 }));
    drawing.note(`note ${ms}`);
    vi.advanceTimersByTime(1);
  }
  expect(window.writes - before).toBeLessThanOrEqual(10);
  drawing.note('');
  vi.advanceTimersByTime(200);
  const { writes } = window;
  drawing.note('');
  vi.advanceTimersByTime(200);
  expect(window.writes).toBe(writes);
  drawing.close();
});

test('it fits the window, however much streams and however many tasks there are, and a narrower one too', () => {
  const window = new Window(60, 10);
  const { drawing, take } = aDrawing(window);
  take(assigned, told('tasks', { tasks: Array.from({ length: 50 }, (_, at) => ({ taskId: `step-${at}` })) }));
  take(said('line of a draft\n'.repeat(50), 'draft', 'replace'), said('語'.repeat(200)));
  window.resize(24);
  vi.advanceTimersByTime(100);
  take(said('\u001b[2Jevil\tthing', 'draft', 'replace'));
  drawing.close();
  for (const line of window.lines) expect(columns(line), line).toBeLessThan(60);
  expect(window.lines.filter((line) => line.startsWith('running'))).toHaveLength(1);
  expect(window.lines.join('\n')).toContain('\\u001b[2Jevil    thing');
});
