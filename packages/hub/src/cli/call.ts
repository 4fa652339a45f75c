/** `conduit call`: sends one request and shows it: bars on a terminal, a line per event otherwise, JSON lines for machines. */

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Bars } from './bars.ts';
import { exitCodes, Refusal } from './exit.ts';
import { type SavedFile, saveBinaries, sizeText } from './files.ts';
import { follow } from './follow.ts';
import { plain, plainLine } from './plain.ts';
import { type Fields, RequestView } from './view.ts';

interface Call {
  readonly service: string;
  readonly action: string;
  readonly payload: string | undefined;
  readonly options: Fields;
}

/** Follows the request to its end. @returns the exit code. */
export async function call({ service, action, payload, options }: Call): Promise<number> {
  const view = new RequestView();
  const show = showing(view, options['json'] === true);
  const saved: SavedFile[] = [];
  const saving: Promise<unknown>[] = [];
  const dir = String(options['out'] ?? '.');
  const save = async (value: unknown, name: string): Promise<unknown> => await saveBinaries(value, { dir, name }, saved);
  const following = follow({
    url: String(options['url']),
    message: {
      to: service,
      action,
      ...(payload === undefined ? {} : { payload: await readPayload(payload) }),
      ...limitsOf(options),
    },
    lastSeq: () => view.seq,
    onAccepted: (answer) => {
      view.accepted(answer);
      show.event('accepted', answer);
    },
    onConnection: (isUp) => show.note(isUp ? 'connected again' : 'the connection is gone, trying again'),
    onEvent: (name, event) => {
      if (!view.take(name, event)) return;
      if (name === 'task_result') saving.push(save(event['result'], String(event['task_id'])));
      show.event(name, event);
    },
  });
  const stopListening = onInterrupt(() => {
    show.note('cancelling; Ctrl-C again leaves at once');
    following.cancel('interrupted');
  });
  try {
    const { name, event } = await following.ended;
    await Promise.all(saving);
    const result = await save(event['result'], 'result');
    show.close();
    if (name === 'result') show.result(result, saved);
    else show.failure(event);
    return exitCodes[name === 'result' ? 'completed' : 'failed'].code;
  } finally {
    show.close();
    stopListening();
  }
}

interface Showing {
  event(name: string, event: Fields): void;
  note(sentence: string): void;
  result(result: unknown, saved: readonly SavedFile[]): void;
  failure(event: Fields): void;
  close(): void;
}

function showing(view: RequestView, isJson: boolean): Showing {
  if (isJson) return jsonLines();
  const { stdout, stderr } = process;
  const bars = stdout.isTTY ? new Bars(stdout, view) : undefined;
  let isClosed = false;
  return {
    event: (name, event) => (bars === undefined ? stdout.write(`${lineOf(name, event)}\n`) : bars.changed()),
    note: (sentence) => {
      view.note = sentence;
      if (bars === undefined) stderr.write(`conduit: ${sentence}\n`);
      else bars.changed();
    },
    result: (result, saved) => {
      if (bars !== undefined && view.text !== '') stdout.write(`\n${plain(view.text)}\n`);
      for (const { path, bytes } of saved) stdout.write(`${path}  ${sizeText(bytes)}\n`);
      if (result !== undefined) stdout.write(`${plain(JSON.stringify(result, null, 2))}\n`);
    },
    failure: (event) => {
      const error = event['error'] as Fields;
      stderr.write(`conduit: ${plain(String(error['message']))} (${plain(String(error['code']))})\n`);
    },
    close: () => {
      if (!isClosed) bars?.close();
      isClosed = true;
    },
  };
}

/** One object a line; binary parts as base64, so that nothing is lost. */
function jsonLines(): Showing {
  const write = (line: object): void => {
    process.stdout.write(
      `${JSON.stringify(line, (_key, value: unknown) => (isBuffered(value) ? { base64: Buffer.from(value.data).toString('base64') } : value))}\n`,
    );
  };
  return {
    event: (name, event) => write({ event: name, ...event }),
    note: (sentence) => process.stderr.write(`conduit: ${sentence}\n`),
    result: () => undefined,
    failure: () => undefined,
    close: () => undefined,
  };
}

function isBuffered(value: unknown): value is { data: number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value &&
    Array.isArray(value.data)
  );
}

function lineOf(name: string, event: Fields): string {
  const task = typeof event['task_id'] === 'string' ? ` ${event['task_id']}` : '';
  const percent = typeof event['progress'] === 'number' ? ` ${Math.round(event['progress'] * 100)} %` : '';
  const words = [
    event['state'],
    event['reason'],
    event['message'],
    typeof event['data'] === 'string' ? event['data'] : undefined,
  ];
  const said = words.filter((word) => typeof word === 'string').join(' ');
  return plainLine(`${name}${task}${percent}${said === '' ? '' : ` ${said}`}`, 200);
}

async function readPayload(payload: string): Promise<unknown> {
  const source =
    payload === '-' ? await text(process.stdin) : payload.startsWith('@') ? await readFileOrRefuse(payload.slice(1)) : payload;
  try {
    return JSON.parse(source) as unknown;
  } catch (error) {
    throw new Refusal(`the payload is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'usage');
  }
}

async function readFileOrRefuse(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: Error) => {
    throw new Refusal(`the payload can't be read: ${error.message}`, 'usage');
  });
}

function limitsOf(options: Fields): Fields {
  const names = { timeoutMs: 'timeout_ms', startTimeoutMs: 'start_timeout_ms', priority: 'priority' } as const;
  const said = Object.entries(names).filter(([name]) => options[name] !== undefined);
  return Object.fromEntries(said.map(([name, field]) => [field, options[name]]));
}

/** The first Ctrl-C asks politely, the second leaves at once. */
function onInterrupt(first: () => void): () => void {
  let count = 0;
  const listener = (): void => {
    count += 1;
    if (count > 1) process.exit(exitCodes.interrupted.code);
    first();
  };
  process.on('SIGINT', listener);
  return () => process.off('SIGINT', listener);
}
