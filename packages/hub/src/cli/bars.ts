/** A request as lines for a terminal: a headline, and a bar for each task; never more than fit, never wider. */

import type { TaskState } from '@conduit/sdk';
import type { Paint, Style } from './paint.ts';
import { columns, padded, plainLine } from './plain.ts';
import { durationText, type RequestView, type TaskView, wholeSeconds } from './view.ts';

export interface Place {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

interface Columns extends Place {
  readonly titles: number;
  readonly bars: number;
}

/** How wide at the most. */
const longestTitle = 28;
const longestBar = 24;
/** Of a narrow window so much goes to titles, and to bars. */
const titleShare = 0.35;
const barShare = 0.27;
/** Blanks between the columns, and the percents. */
const otherColumns = 7;

/** @param now wall clock, milliseconds: how long it has been under way. */
export function requestLines(
  view: RequestView,
  place: Place,
  { note, now }: { readonly note: string; readonly now: number },
): string[] {
  return [headline(view, place, { note, now }), ...bars(view, place)];
}

function headline(
  view: RequestView,
  { width, paint }: Place,
  { note, now }: { readonly note: string; readonly now: number },
): string {
  const { state, overall, attempt, tasks, totalMs, startedAt } = view;
  const percent = tasks.size > 1 && totalMs === undefined ? ` ${Math.round(overall * 100)} %` : '';
  const seconds = startedAt === undefined || totalMs !== undefined ? 0 : Math.floor((now - startedAt) / 1_000);
  const parts = [
    `${state}${percent}${totalMs === undefined ? '' : ` in ${durationText(totalMs)}`}`,
    attempt > 1 ? `attempt ${attempt}` : '',
    // What takes no second needs no clock.
    seconds > 0 ? wholeSeconds(seconds) : '',
    note === '' ? view.note : note,
  ];
  return paint(headStyle(state), plainLine(parts.filter((part) => part !== '').join(' · '), width));
}

/** Where there are more tasks than rows: those under way first, then those to come; the rest is counted. */
function bars(view: RequestView, place: Place): string[] {
  const { width, height, paint } = place;
  const rows = height - 1;
  const tasks = [...view.tasks.values()];
  const longest = Math.max(0, ...tasks.map((task) => columns(titleOf(view, task, longestTitle))));
  const sizes = {
    ...place,
    titles: Math.max(8, Math.min(longest, Math.floor(width * titleShare))),
    bars: Math.max(4, Math.min(longestBar, Math.floor(width * barShare))),
  };
  const draw = (task: TaskView): string => bar(view, task, sizes);
  if (tasks.length <= rows) return tasks.map(draw);
  const shown = new Set(tasks.toSorted((one, other) => urgency[one.state] - urgency[other.state]).slice(0, rows - 1));
  const ended = tasks.filter((task) => isEnded(task)).length;
  const rest = plainLine(`… and ${tasks.length - shown.size} more; ${ended} of ${tasks.length} ended`, width);
  return [...tasks.filter((task) => shown.has(task)).map(draw), paint('dim', rest)];
}

function bar(view: RequestView, task: TaskView, { width, paint, titles, bars }: Columns): string {
  const filled = Math.round((task.progress ?? 0) * bars);
  const drawn = paint(barStyle(task), '━'.repeat(filled)) + paint('dim', '─'.repeat(bars - filled));
  const isTold = task.progress !== undefined && !isEnded(task);
  const told = (isTold ? `${Math.round((task.progress ?? 0) * 100)} %` : marks[task.state]).padStart(5);
  const left = width - titles - bars - otherColumns - 2;
  const note = left > 8 && task.note !== '' ? `  ${paint('dim', plainLine(task.note, left))}` : '';
  const line = `${padded(titleOf(view, task, titles), titles)} ${drawn} ${paint(markStyle(task), told)}${note}`;
  return line;
}

/** A part of another task stands a little to the right of it. */
function titleOf(view: RequestView, task: TaskView, width: number): string {
  const indent = '  '.repeat(Math.min(3, depthOf(view, task)));
  return `${indent}${plainLine(task.title, width - indent.length)}`;
}

function depthOf(view: RequestView, task: TaskView): number {
  const seen = new Set<TaskView>();
  for (let above: TaskView | undefined = task; above !== undefined && !seen.has(above); ) {
    seen.add(above);
    above = above.parentId === undefined ? undefined : view.tasks.get(above.parentId);
  }
  return seen.size - 1;
}

const marks = { pending: '', running: '…', completed: 'done', failed: 'fail', skipped: 'skip', cancelled: 'stop' } as const;
const urgency = { running: 0, failed: 1, pending: 2, cancelled: 3, skipped: 4, completed: 5 } as const satisfies Record<
  TaskState,
  number
>;

function isEnded({ state }: TaskView): boolean {
  return state !== 'pending' && state !== 'running';
}

function barStyle({ state }: TaskView): Style {
  if (state === 'failed') return 'red';
  return state === 'completed' ? 'green' : state === 'cancelled' || state === 'skipped' ? 'dim' : 'cyan';
}

function markStyle({ state }: TaskView): Style {
  return state === 'failed' ? 'red' : state === 'running' || state === 'pending' ? 'reset' : 'dim';
}

function headStyle(state: string): Style {
  if (state === 'completed') return 'green';
  if (state === 'failed' || state === 'expired') return 'red';
  return state === 'cancelled' || state === 'cancelling' || state === 'queued' ? 'yellow' : 'bold';
}
