/** Draws a request on a terminal: a bar for each task, redrawn in place at most ten times a second. */

import { stripVTControlCharacters, styleText } from 'node:util';
import { plain, plainLine } from './plain.ts';
import type { RequestView, TaskView } from './view.ts';

const redrawMs = 100;
const barWidth = 24;
/** Of streamed text its latest lines; all of it follows at the end. */
const textLines = 4;

type Style = Parameters<typeof styleText>[0];

export class Bars {
  readonly #stream: NodeJS.WriteStream;
  readonly #view: RequestView;
  readonly #isColoured: boolean;
  #drawnLines = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: NodeJS.WriteStream, view: RequestView) {
    this.#stream = stream;
    this.#view = view;
    this.#isColoured = stream.hasColors() && process.env['NO_COLOR'] === undefined;
  }

  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, redrawMs);
  }

  /** Draws the last state, and leaves it standing. */
  close(): void {
    clearTimeout(this.#timer);
    this.#draw();
    this.#drawnLines = 0;
  }

  #draw(): void {
    const width = Math.max(20, this.#stream.columns ?? 80);
    const lines = [
      ...this.#textLines(width),
      this.#headline(width),
      ...[...this.#view.tasks.values()].map((task) => this.#bar(task, width)),
    ];
    const up = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A` : '';
    this.#stream.write(`${up}\r\u001b[J${lines.join('\n')}\n`);
    this.#drawnLines = lines.length;
  }

  #headline(width: number): string {
    const { state, note, overall, attempt, tasks } = this.#view;
    const percent = tasks.size > 1 || state === 'completed' ? ` ${Math.round(overall * 100)} %` : '';
    const again = attempt > 1 ? `, attempt ${attempt}` : '';
    const words = plainLine(`${state}${percent}${again}${note === '' ? '' : ` · ${note}`}`, width - 2);
    return this.#style(state === 'completed' ? 'green' : state === 'failed' || state === 'expired' ? 'red' : 'bold', words);
  }

  #bar(task: TaskView, width: number): string {
    const titleWidth = Math.min(28, Math.max(12, width - barWidth - 14));
    const title = plainLine(task.title, titleWidth).padEnd(titleWidth);
    const isEnded = task.state !== 'pending' && task.state !== 'running';
    const filled = Math.round((task.progress ?? 0) * barWidth);
    const bar = this.#style(barStyle(task), '━'.repeat(filled)) + this.#style('dim', '─'.repeat(barWidth - filled));
    const percent = isEnded
      ? marks[task.state].padStart(5)
      : task.progress === undefined
        ? '     '
        : `${Math.round(task.progress * 100)} %`.padStart(5);
    const left = width - titleWidth - barWidth - 9;
    const note = left > 8 && task.note !== '' ? `  ${this.#style('dim', plainLine(task.note, left))}` : '';
    return `${title} ${bar} ${percent}${note}`;
  }

  #textLines(width: number): string[] {
    if (this.#view.text === '') return [];
    const lines = plain(this.#view.text)
      .split('\n')
      .flatMap((line) => wrap(line, width - 2));
    return lines.slice(-textLines).map((line) => this.#style('dim', `  ${line}`));
  }

  #style(style: Style, text: string): string {
    return this.#isColoured ? styleText(style, text, { validateStream: false }) : stripVTControlCharacters(text);
  }
}

const marks = { pending: '', running: '', completed: 'done', failed: 'fail', skipped: 'skip', cancelled: 'stop' } as const;

function barStyle({ state }: TaskView): Style {
  if (state === 'failed') return 'red';
  return state === 'completed' ? 'green' : state === 'cancelled' || state === 'skipped' ? 'dim' : 'cyan';
}

function wrap(line: string, width: number): string[] {
  const rows: string[] = [];
  for (let rest = line; rest.length > 0; ) {
    const space = rest.length <= width ? rest.length : Math.max(rest.lastIndexOf(' ', width), Math.floor(width / 2));
    rows.push(rest.slice(0, space));
    rest = rest.slice(space).trimStart();
  }
  return rows;
}
