/** Draws a request on a terminal: a bar for each task, redrawn in place at most ten times a second, never taller than the screen. */

import { styleText } from 'node:util';
import { padded, plain, plainLine } from './plain.ts';
import { durationText, type RequestView, type TaskView } from './view.ts';

const redrawMs = 100;
const barWidth = 24;
/** Of streamed text its latest lines; all of it follows at the end. */
const textLines = 4;

type Style = Parameters<typeof styleText>[0];

/** What drawing needs of a terminal. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  hasColors(): boolean;
  write(text: string): unknown;
}

export class Bars {
  readonly #stream: Terminal;
  readonly #view: RequestView;
  readonly #isColoured: boolean;
  #drawnLines = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Terminal, view: RequestView) {
    this.#stream = stream;
    this.#view = view;
    this.#isColoured = stream.hasColors() && (process.env['NO_COLOR'] ?? '') === '';
  }

  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw(this.#view.latestText(4_000));
    }, redrawMs);
  }

  /** Draws the last state without the text, which follows whole, and leaves it standing. */
  close(): void {
    clearTimeout(this.#timer);
    this.#draw('');
    this.#drawnLines = 0;
  }

  #draw(text: string): void {
    // The last column stays free: some terminals wrap as soon as it is filled.
    const width = Math.max(20, (this.#stream.columns ?? 80) - 1);
    const rows = Math.max(3, (this.#stream.rows ?? 24) - 1);
    const lines = [this.#headline(width), ...this.#bars(width, rows - 1)];
    const room = Math.min(textLines, rows - lines.length);
    const above = room > 0 ? this.#lastLines(text, { width, room }) : [];
    const up = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A` : '';
    this.#stream.write(`${up}\r\u001b[J${[...above, ...lines].join('\n')}\n`);
    this.#drawnLines = above.length + lines.length;
  }

  #headline(width: number): string {
    const { state, note, overall, attempt, tasks, totalMs } = this.#view;
    const percent = tasks.size > 1 && totalMs === undefined ? ` ${Math.round(overall * 100)} %` : '';
    const time = totalMs === undefined ? '' : ` in ${durationText(totalMs)}`;
    const again = attempt > 1 ? `, attempt ${attempt}` : '';
    const words = plainLine(`${state}${percent}${time}${again}${note === '' ? '' : ` · ${note}`}`, width);
    return this.#style(state === 'completed' ? 'green' : state === 'failed' || state === 'expired' ? 'red' : 'bold', words);
  }

  /** Where there are more tasks than rows: those under way first, then those to come; the rest is counted. */
  #bars(width: number, rows: number): string[] {
    const tasks = [...this.#view.tasks.values()];
    const draw = (task: TaskView): string => this.#bar(task, width);
    if (tasks.length <= rows) return tasks.map(draw);
    const shown = new Set(tasks.toSorted((one, other) => urgency[one.state] - urgency[other.state]).slice(0, rows - 1));
    const ended = tasks.filter((task) => isEnded(task)).length;
    const rest = plainLine(`… and ${tasks.length - shown.size} more; ${ended} of ${tasks.length} ended`, width);
    return [...tasks.filter((task) => shown.has(task)).map(draw), this.#style('dim', rest)];
  }

  #bar(task: TaskView, width: number): string {
    const titleWidth = Math.max(8, Math.min(28, width - barWidth - 8));
    const title = padded(plainLine(task.title, titleWidth), titleWidth);
    const length = Math.max(4, Math.min(barWidth, width - titleWidth - 8));
    const filled = Math.round((task.progress ?? 0) * length);
    const bar = this.#style(barStyle(task), '━'.repeat(filled)) + this.#style('dim', '─'.repeat(length - filled));
    const percent = task.progress === undefined || isEnded(task) ? marks[task.state] : `${Math.round(task.progress * 100)} %`;
    const left = width - titleWidth - length - 9;
    const note = left > 8 && task.note !== '' ? `  ${this.#style('dim', plainLine(task.note, left))}` : '';
    return `${title} ${bar} ${percent.padStart(5)}${note}`;
  }

  #lastLines(text: string, { width, room }: { readonly width: number; readonly room: number }): string[] {
    const lines = plain(text)
      .replaceAll('\t', ' ')
      .split('\n')
      .flatMap((line) => wrap(line, width - 2));
    return lines.slice(-room).map((line) => this.#style('dim', `  ${plainLine(line, width - 2)}`));
  }

  #style(style: Style, text: string): string {
    return this.#isColoured && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  }
}

const marks = { pending: '', running: '…', completed: 'done', failed: 'fail', skipped: 'skip', cancelled: 'stop' } as const;
const urgency = { running: 0, failed: 1, pending: 2, cancelled: 3, skipped: 4, completed: 5 } as const;

function isEnded({ state }: TaskView): boolean {
  return state !== 'pending' && state !== 'running';
}

function barStyle({ state }: TaskView): Style {
  if (state === 'failed') return 'red';
  return state === 'completed' ? 'green' : state === 'cancelled' || state === 'skipped' ? 'dim' : 'cyan';
}

function wrap(line: string, width: number): string[] {
  const rows: string[] = [];
  for (let rest = line; rest.length > 0; ) {
    const space = rest.lastIndexOf(' ', width);
    const end = rest.length <= width ? rest.length : space > width / 2 ? space : width;
    rows.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return rows;
}
