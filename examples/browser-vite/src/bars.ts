/** A bar for each step, in the order of the plan. */

import { element } from './element.ts';

interface Bar {
  readonly row: HTMLLIElement;
  readonly name: HTMLSpanElement;
  readonly bar: HTMLProgressElement;
  readonly percent: HTMLSpanElement;
}

const list = element('tasks', HTMLUListElement);
const bars = new Map<string, Bar>();

export function declare(tasks: readonly { readonly taskId: string; readonly title?: string }[]): void {
  for (const { taskId, title = taskId } of tasks) {
    const { name, bar } = barOf(taskId);
    name.textContent = title;
    bar.setAttribute('aria-label', title);
  }
}

/** @param progress 0…1, null while it can't be told. */
export function setProgress(taskId: string, progress: number | null): void {
  const { row, bar, percent } = barOf(taskId);
  if (row.dataset['state'] === 'done') return;
  row.dataset['state'] = 'running';
  if (progress === null) bar.removeAttribute('value');
  else bar.value = progress;
  percent.textContent = progress === null ? '…' : `${Math.round(progress * 100)} %`;
}

export function complete(taskId: string): void {
  const { row, bar, percent } = barOf(taskId);
  row.dataset['state'] = 'done';
  bar.value = 1;
  percent.textContent = 'done';
}

export function fail(taskId: string, message: string): void {
  const { row, bar, percent } = barOf(taskId);
  row.dataset['state'] = 'failed';
  row.title = message;
  bar.value = 0;
  percent.textContent = 'failed';
}

/** A bar that could not tell how far it is must not go on moving when nobody works any more. */
export function settle(): void {
  for (const { bar, percent } of bars.values()) {
    if (bar.hasAttribute('value')) continue;
    bar.value = 0;
    percent.textContent = '–';
  }
}

export function clear(): void {
  list.replaceChildren();
  bars.clear();
}

function barOf(taskId: string): Bar {
  const known = bars.get(taskId);
  if (known !== undefined) return known;
  const made: Bar = {
    row: document.createElement('li'),
    name: document.createElement('span'),
    bar: document.createElement('progress'),
    percent: document.createElement('span'),
  };
  const { row, name, bar, percent } = made;
  name.textContent = taskId;
  bar.value = 0;
  bar.setAttribute('aria-label', taskId);
  row.append(name, bar, percent);
  list.append(row);
  bars.set(taskId, made);
  return made;
}
