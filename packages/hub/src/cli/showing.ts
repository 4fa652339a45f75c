/** How a command shows the request it follows: bars and growing text on a terminal, a line per event otherwise, JSON lines for machines. */

import type { FollowedEvent } from '@conduit/sdk';
import { Drawing } from './drawing.ts';
import { sizeText } from './files.ts';
import { isScreen, painter } from './paint.ts';
import { plain, plainLine } from './plain.ts';
import { durationText, type RequestView, waitingText } from './view.ts';
import { eventLine } from './wire-lines.ts';

/** A line for people, of events that may carry a megabyte. */
const maxLineColumns = 200;

export interface Showing {
  /** @param name what it is called, where that is not its name on the wire. */
  event(event: FollowedEvent, name?: string): void;
  /** About the connection or the command itself; an empty sentence takes the one before back. */
  note(sentence: string): void;
  /** One more line for people. */
  said(line: string): void;
  result(result: unknown): void;
  failure(error: { readonly code: string; readonly message: string }): void;
  /** Leaves the last state standing; may be called again. */
  close(): void;
}

export interface Shown {
  readonly requestId: string;
  readonly view: RequestView;
  readonly isJson: boolean;
}

export function showing(shown: Shown): Showing {
  if (shown.isJson) return jsonLines(shown);
  return isScreen(process.stderr) ? bars(shown) : lines(shown);
}

function bars(shown: Shown): Showing {
  const drawing = new Drawing(process.stderr, shown.view);
  const after = lines(shown);
  return {
    ...after,
    event: (event, name) => {
      // Bars don't tell it, and who wants to look again, or elsewhere, needs it.
      if (name === 'accepted') drawing.say(`request ${shown.requestId}`);
      drawing.take(event);
    },
    note: (sentence) => drawing.note(sentence),
    said: (line) => (drawing.isClosed ? after.said(line) : drawing.say(line)),
    result: (result) => {
      if (result !== undefined) process.stdout.write(resultText(result));
      // On the same screen the text has been read already.
      else if (!process.stdout.isTTY) process.stdout.write(textOf(shown.view));
    },
    close: () => drawing.close(),
  };
}

function lines({ requestId, view }: Shown): Showing {
  const { stderr, stdout } = process;
  const paint = painter(stderr);
  const say = (line: string): void => void stderr.write(`${line}\n`);
  const progress = new Map<string, string>();
  return {
    event: (event, name) => {
      const line = lineOf(requestId, event, name);
      // What is no news for people: a step says again and again that it goes on.
      if (event.type === 'progress') {
        if (progress.get(event.taskId) === line) return;
        progress.set(event.taskId, line);
      }
      say(line);
    },
    note: (sentence) => {
      if (sentence !== '') say(`conduit: ${sentence}`);
    },
    said: (line) => say(plain(line)),
    result: (result) => {
      // What was streamed is what came of it, where there is no other result.
      (result === undefined ? stdout : stderr).write(textOf(view));
      if (result !== undefined) stdout.write(resultText(result));
    },
    failure: ({ code, message }) => say(`${paint('red', 'conduit:')} ${plain(message)} (${plain(code)})`),
    close: () => undefined,
  };
}

function jsonLines({ requestId }: Shown): Showing {
  const none = (): undefined => undefined;
  return {
    event: (event, name) => process.stdout.write(eventLine(requestId, event, name)),
    note: (sentence) => {
      if (sentence !== '') process.stderr.write(`conduit: ${sentence}\n`);
    },
    said: none,
    result: none,
    failure: none,
    close: none,
  };
}

function lineOf(requestId: string, event: FollowedEvent, name: string = event.type): string {
  const said = wordsOf(requestId, event, name).filter((word) => word !== undefined && word !== '');
  return plainLine(said.join(' '), maxLineColumns);
}

function wordsOf(requestId: string, event: FollowedEvent, name: string): readonly (string | undefined)[] {
  switch (event.type) {
    case 'status':
      return [name, name === 'accepted' ? requestId : '', event.state, waitingText(event), event.provider?.name];
    case 'waiting':
      return [name, waitingText(event)];
    case 'snapshot':
      return ['state', event.request.state, percentText(event.overall)];
    case 'tasks':
      return [name, event.tasks.map(({ taskId }) => taskId).join(' ')];
    case 'progress':
      return [name, event.taskId, percentText(event.progress), event.message];
    case 'chunk':
      return [name, event.stream, dataText(event.data)];
    case 'task_result':
      return [name, event.taskId, event.skipped === true ? 'skipped' : ''];
    case 'task_error':
      return [name, event.taskId, event.error.message];
    case 'stalled':
      return [event.stalled ? 'stalled: the provider has gone quiet' : 'going on'];
    case 'result':
    case 'error':
      return [event.state, 'in', durationText(event.timings.totalMs)];
    case 'running':
      return [name];
  }
}

function textOf({ text }: RequestView): string {
  return text === '' ? '' : `${plain(text)}\n`;
}

function resultText(result: unknown): string {
  return `${plain(JSON.stringify(result, null, 2))}\n`;
}

function percentText(fraction: number | null): string {
  return fraction === null ? '' : `${Math.round(fraction * 100)} %`;
}

function dataText(data: unknown): string {
  if (typeof data === 'string') return data;
  return data instanceof Uint8Array ? sizeText(data.byteLength) : (JSON.stringify(data) ?? '').slice(0, maxLineColumns);
}
