/** How `conduit call` shows what it sees: bars on a terminal, a line per event otherwise, JSON lines for machines. */

import { Bars } from './bars.ts';
import { sizeText } from './files.ts';
import { plain, plainLine } from './plain.ts';
import { durationText, type Fields, fieldsOf, type RequestView, waitingText } from './view.ts';

/** A line for people, of events that may carry a megabyte. */
const maxLineColumns = 200;

interface Showing {
  event(name: string, event: Fields): void;
  /** About the connection or the call itself. */
  note(sentence: string): void;
  /** One more line, after the end. */
  said(line: string): void;
  result(result: unknown): void;
  failure(event: Fields): void;
  /** Leaves the last state standing; may be called again. */
  close(): void;
}

export function showing(view: RequestView, isJson: boolean): Showing {
  if (isJson) return jsonLines();
  const { stderr } = process;
  return stderr.isTTY && process.env['TERM'] !== 'dumb' ? bars(view) : lines(view);
}

function bars(view: RequestView): Showing {
  const drawn = new Bars(process.stderr, view);
  let isClosed = false;
  return {
    ...lines(view),
    event: () => drawn.changed(),
    note: (sentence) => {
      view.note = sentence;
      drawn.changed();
    },
    close: () => {
      if (!isClosed) drawn.close();
      isClosed = true;
    },
  };
}

function lines(view: RequestView): Showing {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    event: (name, event) => say(lineOf(name, event)),
    note: (sentence) => say(`conduit: ${sentence}`),
    said: (line) => say(plain(line)),
    result: (result) => {
      // What was streamed is what came of it, where there is no other result.
      if (view.text !== '') (result === undefined ? process.stdout : process.stderr).write(`${plain(view.text)}\n`);
      if (result !== undefined) process.stdout.write(`${plain(JSON.stringify(result, null, 2))}\n`);
    },
    failure: (event) => {
      const error = fieldsOf(event['error']);
      say(`conduit: ${plain(String(error['message']))} (${plain(String(error['code']))})`);
    },
    close: () => undefined,
  };
}

/** One object a line on standard output; binary parts as base64, so that nothing is lost. */
function jsonLines(): Showing {
  function withoutBuffers(this: Fields, key: string, value: unknown): unknown {
    // Buffers have become numbers by the time they come as `value`.
    const own = this[key];
    return own instanceof Uint8Array ? { base64: Buffer.from(own).toString('base64') } : value;
  }
  const none = (): undefined => undefined;
  return {
    event: (name, event) => process.stdout.write(`${plain(JSON.stringify({ event: name, ...event }, withoutBuffers))}\n`),
    note: (sentence) => process.stderr.write(`conduit: ${sentence}\n`),
    said: none,
    result: none,
    failure: none,
    close: none,
  };
}

function lineOf(name: string, event: Fields): string {
  const said = wordsOf(name, event)
    .filter((word) => typeof word === 'string' && word !== '')
    .join(' ');
  return plainLine(said, maxLineColumns);
}

function wordsOf(name: string, event: Fields): readonly unknown[] {
  const { task_id: task, state } = event;
  switch (name) {
    case 'accepted':
      return ['accepted', event['request_id'], state, waitingText(event)];
    case 'snapshot':
      return ['state', state, percentText(event['overall'])];
    case 'status':
    case 'waiting':
      return [name, state, waitingText(event), fieldsOf(event['provider'])['name']];
    case 'tasks':
      return ['tasks', Array.isArray(event['tasks']) ? event['tasks'].map((one) => fieldsOf(one)['task_id']).join(' ') : ''];
    case 'progress':
      return ['progress', task, percentText(event['progress']), event['message']];
    case 'chunk':
      return ['chunk', event['stream'], dataText(event['data'])];
    case 'task_result':
      return ['task_result', task, event['skipped'] === true ? 'skipped' : ''];
    case 'task_error':
      return ['task_error', task, fieldsOf(event['error'])['message']];
    case 'stalled':
      return [event['stalled'] === true ? 'stalled: the provider has gone quiet' : 'going on'];
    case 'result':
    case 'error':
      return [state, 'in', durationText(Number(fieldsOf(event['timings'])['total_ms']))];
    default:
      return [name];
  }
}

function percentText(fraction: unknown): string {
  return typeof fraction === 'number' ? `${Math.round(fraction * 100)} %` : '';
}

function dataText(data: unknown): string {
  if (typeof data === 'string') return data;
  return data instanceof Uint8Array ? sizeText(data.byteLength) : (JSON.stringify(data) ?? '').slice(0, maxLineColumns);
}
