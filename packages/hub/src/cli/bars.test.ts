import { expect, test, vi } from 'vitest';
import { Bars, type Terminal } from './bars.ts';
import { columns } from './plain.ts';
import { RequestView } from './view.ts';

/** A terminal of so many columns and rows, as far as drawing goes: it keeps what is on its screen. */
class Screen implements Terminal {
  readonly columns: number;
  readonly rows: number;
  lines: string[] = [];
  writes = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  hasColors(): boolean {
    return false;
  }

  write(text: string): boolean {
    this.writes += 1;
    const [before = '', after = ''] = text.split('\r\u001b[J');
    const up = Number(/(\d+)A$/.exec(before)?.[1] ?? 0);
    const drawn = after.split('\n').slice(0, -1);
    this.lines = [...this.lines.slice(0, this.lines.length - up), ...drawn];
    return true;
  }
}

function drawing(view: RequestView, columns: number, rows: number): { screen: Screen; bars: Bars } {
  const screen = new Screen(columns, rows);
  return { screen, bars: new Bars(screen, view) };
}

function aView(taskCount: number, title = 'Step'): RequestView {
  const view = new RequestView();
  view.accepted({ request_id: 'r', state: 'assigned', seq: 1 });
  const tasks = Array.from({ length: taskCount }, (_, at) => ({ task_id: `t${at}`, title: `${title} ${at}` }));
  view.take('tasks', { seq: 2, attempt: 1, overall: 0, tasks });
  view.take('progress', { seq: 2, attempt: 1, overall: 0.25, task_id: 't0', progress: 0.5, message: 'half way' });
  return view;
}

test('a bar a task, and a headline with how far the whole is', () => {
  const { screen, bars } = drawing(aView(2), 80, 24);
  bars.close();
  expect(screen.lines).toEqual([
    'running 25 %',
    `Step 0                       ${'━'.repeat(12)}${'─'.repeat(12)}  50 %  half way`,
    `Step 1                       ${'─'.repeat(24)}      `,
  ]);
});

test('however many changes come, it draws ten times a second at the most, in place', () => {
  vi.useFakeTimers();
  try {
    const view = aView(3);
    const { screen, bars } = drawing(view, 80, 24);
    for (let ms = 0; ms < 1_000; ms += 1) {
      bars.changed();
      vi.advanceTimersByTime(1);
    }
    expect(screen.writes).toBeLessThanOrEqual(10);
    expect(screen.lines).toHaveLength(4);
    bars.close();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('it is never taller than the screen, and shows first what is under way', () => {
  const view = aView(500);
  view.take('chunk', { seq: 3, attempt: 1, stream: 'text', mode: 'append', data: 'line\n'.repeat(50) });
  view.take('task_result', { seq: 4, attempt: 1, task_id: 't1' });
  view.take('progress', { seq: 4, attempt: 1, task_id: 't499', progress: 0.1 });
  const { screen, bars } = drawing(view, 80, 10);
  bars.close();
  expect(screen.lines).toHaveLength(9);
  expect(screen.lines.join('\n')).toContain('Step 499');
  expect(screen.lines.join('\n')).not.toContain('Step 1 ');
  expect(screen.lines.at(-1)).toBe('… and 493 more; 1 of 500 ended');
});

test('no line is wider than the screen, wide titles and narrow screens included', () => {
  for (const width of [20, 33, 47, 60, 80, 200]) {
    const view = aView(3, '日本語のとても長いタイトル \u001b[2J\u009b31m');
    view.take('chunk', { seq: 3, attempt: 1, stream: 'text', mode: 'append', data: `語${'の'.repeat(300)} end` });
    const { screen, bars } = drawing(view, width, 24);
    bars.close();
    for (const line of screen.lines) {
      expect(columns(line), line).toBeLessThan(width);
      expect(line).not.toContain('\u001b');
    }
  }
});
