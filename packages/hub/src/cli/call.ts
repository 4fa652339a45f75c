/** `conduit call`: sends one request and follows it to its end. What came of it goes to standard output, how it goes to standard error. */

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { exitCodes, Refusal } from './exit.ts';
import { type SavedFile, saveBinaries, sizeText } from './files.ts';
import { Following } from './follow.ts';
import { showing } from './showing.ts';
import { type Fields, RequestView } from './view.ts';

interface Call {
  readonly service: string;
  readonly action: string;
  readonly payload: string | undefined;
  readonly options: Fields;
  /** False where files and bars tell enough. */
  readonly showsResult?: boolean;
}

/** @returns the exit code. */
export async function call({ service, action, payload, options, showsResult = true }: Call): Promise<number> {
  const isJson = options['json'] === true;
  const view = new RequestView();
  const show = showing(view, isJson);
  const files = new Files(typeof options['out'] === 'string' ? options['out'] : isJson ? undefined : '.');
  const following = new Following({
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
    onSnapshot: (request) => {
      view.snapshot(request);
      show.event('snapshot', request);
    },
    onConnection: (isUp) => show.note(isUp ? 'connected again' : 'the connection is gone, trying again'),
    onEvent: (name, event) => {
      if (!view.take(name, event)) return;
      if (name === 'task_result') void files.save(event['result'], String(event['task_id']));
      show.event(name, event);
    },
  });
  const interrupts = onInterrupt(() => {
    show.note('cancelling… Ctrl-C again leaves at once');
    following.cancel('interrupted');
  });
  try {
    const { isCompleted, event } = await following.ended;
    const result = await files.save(event['result'], 'result');
    const saved = await files.all();
    show.close();
    for (const { path, bytes } of saved) show.said(`${path}  ${sizeText(bytes)}`);
    if (!isCompleted) show.failure(event);
    else if (showsResult) show.result(result);
    if (files.trouble !== undefined) throw new Refusal(`not everything could be written: ${files.trouble}`, 'failed');
    if (isCompleted) return exitCodes.completed.code;
    return exitCodes[interrupts.count > 0 && event['state'] === 'cancelled' ? 'interrupted' : 'failed'].code;
  } finally {
    show.close();
    interrupts.close();
  }
}

/** Binary results on their way to a folder. What can't be written is told at the end: the request goes on meanwhile. */
class Files {
  trouble: string | undefined;
  readonly #dir: string | undefined;
  readonly #saved: SavedFile[] = [];
  readonly #saving: Promise<unknown>[] = [];

  /** @param dir undefined: nothing is written. */
  constructor(dir: string | undefined) {
    this.#dir = dir;
  }

  /** The value, with a note in place of each binary part. */
  async save(value: unknown, name: string): Promise<unknown> {
    if (this.#dir === undefined) return value;
    const saving = saveBinaries(value, { dir: this.#dir, name }, this.#saved).catch((error: Error) => {
      this.trouble ??= error.message;
      return '<binary, not written>';
    });
    this.#saving.push(saving);
    return await saving;
  }

  async all(): Promise<readonly SavedFile[]> {
    await Promise.all(this.#saving);
    return this.#saved;
  }
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
function onInterrupt(first: () => void): { readonly count: number; close(): void } {
  const interrupts = {
    count: 0,
    close: () => void process.off('SIGINT', listener),
  };
  const listener = (): void => {
    interrupts.count += 1;
    if (interrupts.count > 1) process.exit(exitCodes.interrupted.code);
    first();
  };
  process.on('SIGINT', listener);
  return interrupts;
}
