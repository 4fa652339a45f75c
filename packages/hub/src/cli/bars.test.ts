import { expect, test } from 'vitest';
import { told } from '../testing/told.ts';
import { requestLines } from './bars.ts';
import { columns } from './plain.ts';
import { RequestView } from './view.ts';

const plainly = (_style: unknown, text: string): string => text;

function drawn(view: RequestView, width: number, { height = 24, note = '', now = 0 } = {}): string[] {
  return requestLines(view, { width, height, paint: plainly }, { note, now });
}

function aView(taskCount: number, title = 'Step'): RequestView {
  const view = new RequestView();
  view.take(told('status', { state: 'assigned' }));
  const tasks = Array.from({ length: taskCount }, (_, at) => ({ taskId: `t${at}`, title: `${title} ${at}` }));
  view.take(told('tasks', { tasks }));
  view.take(told('progress', { overall: 0.25, taskId: 't0', progress: 0.5, message: 'half way' }));
  return view;
}

test('a bar a task, and a headline with how far the whole is and for how long', () => {
  expect(drawn(aView(2), 80, { now: 65_400 })).toEqual([
    'running 25 % · 1 min 5 s',
    `Step 0   ${'━'.repeat(11)}${'─'.repeat(10)}  50 %  half way`,
    `Step 1   ${'─'.repeat(21)}      `,
  ]);
});

test('in a narrow window bars give way to what is said', () => {
  const [, bar = ''] = drawn(aView(2, 'A title that is too long for it'), 59);
  expect(bar).toBe(`A title that is too… ${'━'.repeat(8)}${'─'.repeat(7)}  50 %  half way`);
});

test('a later attempt says so, and what is to be known at once stands behind it', () => {
  const view = aView(2);
  view.take(told('status', { attempt: 2, state: 'assigned' }));
  expect(drawn(view, 80, { note: 'the connection is gone' })).toEqual(['assigned · attempt 2 · the connection is gone']);
});

test('a part of a task stands below it, a little to the right', () => {
  const view = new RequestView();
  const tasks = [{ taskId: 'book' }, { taskId: 'page', parentId: 'book' }, { taskId: 'line', parentId: 'page' }];
  view.take(told('tasks', { tasks }));
  expect(drawn(view, 80).map((line) => line.slice(0, 8))).toEqual(['assigned', 'book    ', '  page  ', '    line']);
});

test('it is never taller than it may be, and shows first what is under way', () => {
  const view = aView(500);
  view.take(told('task_result', { taskId: 't1' }));
  view.take(told('progress', { taskId: 't499', progress: 0.1 }));
  const lines = drawn(view, 80, { height: 9 });
  expect(lines).toHaveLength(9);
  expect(lines.join('\n')).toContain('Step 499');
  expect(lines.join('\n')).not.toContain('Step 1 ');
  expect(lines.at(-1)).toBe('… and 493 more; 1 of 500 ended');
});

test('no line is wider than the window, wide titles and narrow windows included', () => {
  for (const width of [20, 33, 47, 60, 80, 200]) {
    const view = aView(3, '日本語のとても長いタイトル \u001b[2J\u009b31m');
    for (const line of drawn(view, width, { note: `語${'の'.repeat(300)}` })) {
      expect(columns(line), line).toBeLessThanOrEqual(width);
      expect(line).not.toContain('\u001b');
    }
  }
});
