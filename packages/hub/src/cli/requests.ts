/** `conduit requests`: the requests that a hub keeps, open and ended; once, or as they change. */

import { setTimeout as pause } from 'node:timers/promises';
import { type Fields, isFields } from '@conduit/sdk/protocol/fields';
import { requestFromWire } from '@conduit/sdk/protocol/read';
import { askApi, pages } from './api.ts';
import { giveUpMs, goneText, type HubOptions, unreachable } from './at-hub.ts';
import { exitCodes, Refusal } from './exit.ts';
import { untilInterrupt } from './interrupt.ts';
import { isScreen, painter } from './paint.ts';
import { plainLine } from './plain.ts';
import { type Listed, requestLine, requestTable, stateOf } from './request-lines.ts';
import { Screen } from './screen.ts';
import { serverSentEvents } from './server-sent-events.ts';
import { jsonLine } from './wire-lines.ts';

export interface RequestsOptions extends HubOptions {
  readonly state?: readonly string[];
  readonly service?: string;
  readonly action?: string;
  readonly tag?: string;
  readonly error?: string;
  /** Milliseconds. */
  readonly longerThan?: number;
  /** Wall clock, milliseconds. */
  readonly since?: number;
  readonly limit: number;
  readonly follow?: boolean;
}

/** A page of the API holds no more. */
const pageSize = 200;
/** How soon a hub that went is tried again, milliseconds. */
const retryMs = 1_000;

/** @returns the exit code. */
export async function requests(options: RequestsOptions): Promise<number> {
  if (options.follow === true) return await followRequests(options);
  const { stdout } = process;
  const found = await list(options);
  if (options.json === true) for (const request of found) stdout.write(jsonLine(request));
  else {
    const sheet = { width: stdout.columns ?? Number.POSITIVE_INFINITY, paint: painter(stdout) };
    stdout.write(`${requestTable(found.map(requestFromWire), sheet, Date.now()).join('\n')}\n`);
  }
  return exitCodes.completed.code;
}

/** As the wire has them, newest first. */
async function list(options: RequestsOptions): Promise<readonly Fields[]> {
  const { state, service, action, tag, error, longerThan, since, limit } = options;
  const said = {
    state: state?.join(','),
    service,
    action,
    tag,
    error,
    min_duration_ms: longerThan?.toString(),
    since: since?.toString(),
    limit: String(Math.min(limit, pageSize)),
  };
  const query = new URLSearchParams(Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const found: Fields[] = [];
  for await (const page of pages(options, query)) {
    found.push(...page);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

async function followRequests(options: RequestsOptions): Promise<number> {
  const ending = new AbortController();
  const show = options.json === true ? asJson() : isScreen(process.stdout) ? onScreen(options) : asLines();
  try {
    await untilInterrupt(follow(options, show, ending.signal));
  } finally {
    ending.abort();
    show.close();
  }
  return exitCodes.interrupted.code;
}

interface Following {
  take(requests: readonly Fields[]): void;
  note(sentence: string): void;
  close(): void;
}

/** Over restarts of the hub, until somebody has had enough. */
async function follow(options: RequestsOptions, show: Following, signal: AbortSignal): Promise<never> {
  let goneAt: number | undefined;
  let wasThere = false;
  for (;;) {
    try {
      const response = await askApi(options, '/events?topics=requests', { signal });
      // Listed once the stream is open, so that nothing falls between.
      show.take((await list(options)).toReversed());
      show.note('');
      [wasThere, goneAt] = [true, undefined];
      for await (const { name, data } of serverSentEvents(bytesOf(response))) {
        if (name !== 'requests' || !isFields(data)) continue;
        const changed = Array.isArray(data['requests']) ? data['requests'].filter(isFields) : [];
        show.take(changed.filter((request) => isWanted(requestFromWire(request), options)));
        if (data['gap'] === true) show.take((await list(options)).toReversed());
      }
    } catch (error) {
      if (signal.aborted || !wasThere || (error instanceof Refusal && error.exitCode !== unreachable(options.url).exitCode))
        throw error;
    }
    goneAt ??= performance.now();
    if (performance.now() - goneAt > giveUpMs) throw new Refusal(`no hub answers at ${options.url} any more`, 'unreachable');
    show.note(goneText);
    await pause(retryMs, undefined, { signal });
  }
}

/** What the hub's stream tells is everything: the filters are ours. */
function isWanted(request: Listed, { state, service, action, tag, error, longerThan, since }: RequestsOptions): boolean {
  return (
    (state === undefined || state.includes(stateOf(request)) || state.includes(request.state)) &&
    (service === undefined || request.to === service) &&
    (action === undefined || request.action === action) &&
    (tag === undefined || request.tags?.includes(tag) === true) &&
    (error === undefined || request.error?.code === error) &&
    (longerThan === undefined || request.timings.totalMs >= longerThan) &&
    (since === undefined || request.createdAt >= since)
  );
}

/** The table, newest first, drawn again in place. */
function onScreen({ limit }: RequestsOptions): Following {
  const { stdout } = process;
  const screen = new Screen(stdout);
  const paint = painter(stdout);
  const known = new Map<string, Listed>();
  let note = '';
  const draw = (): void => {
    const { width, height } = screen;
    const newest = [...known.values()].toSorted((one, other) => other.createdAt - one.createdAt).slice(0, limit);
    // Two lines below the table, and its head.
    const rows = newest.slice(0, height - 3);
    const said = note === '' ? 'live; Ctrl-C ends it' : note;
    screen.draw([...requestTable(rows, { width, paint }, Date.now()), '', paint('dim', plainLine(said, width))]);
    for (const { requestId } of [...known.values()].filter((request) => !newest.includes(request))) known.delete(requestId);
  };
  stdout.on('resize', draw);
  // What is under way gets older.
  const ticking = setInterval(draw, 1_000);
  return {
    take: (requests) => {
      for (const request of requests.map(requestFromWire)) known.set(request.requestId, request);
      draw();
    },
    note: (sentence) => {
      note = sentence;
      draw();
    },
    close: () => {
      clearInterval(ticking);
      stdout.off('resize', draw);
      screen.close();
    },
  };
}

function asLines(): Following {
  return changes((request) => `${plainLine(requestLine(requestFromWire(request)), Number.POSITIVE_INFINITY)}\n`);
}

function asJson(): Following {
  return changes(jsonLine);
}

/** A line for each request and for each change of it; the same again, as after a cut, is none. */
function changes(lineOf: (request: Fields) => string): Following {
  const told = new Map<unknown, string>();
  return {
    take: (requests) => {
      for (const request of requests) {
        const line = lineOf(request);
        if (told.get(request['request_id']) !== line) process.stdout.write(line);
        told.delete(request['request_id']);
        told.set(request['request_id'], line);
        const [oldest] = told.keys();
        if (told.size > rememberedLines) told.delete(oldest);
      }
    },
    note: (sentence) => {
      if (sentence !== '') process.stderr.write(`conduit: ${sentence}\n`);
    },
    close: () => undefined,
  };
}

/** Of older ones a line may come twice after a cut. */
const rememberedLines = 10_000;

async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array, undefined, undefined> {
  if (body !== null) for await (const bytes of body) yield bytes;
}
