/** The view of a request that its events give: written from the protocol's text alone, so that it can judge the hub's own. */

import { isDeepStrictEqual } from 'node:util';
import type { Heard } from './peer.ts';
import type { Task, WireError } from './wire.ts';

export interface Folded {
  readonly seq: number;
  readonly state: string;
  readonly attempt: number;
  readonly overall: number;
  readonly tasks: Readonly<Record<string, Pick<Task, 'state' | 'weight' | 'title' | 'result' | 'error'>>>;
  /** Of each stream what `append` joins, or the list of its data. */
  readonly streams: Readonly<
    Record<string, { readonly mode: string; readonly chunks: number; readonly data: readonly unknown[] }>
  >;
  readonly result?: unknown;
  readonly error?: WireError;
}

type MutableTask = { state: string; weight: number; title?: string; result?: unknown; error?: WireError };

/** Folds numbered events in the order of their numbers. @throws Error on a hole, a repetition or anything after the end. */
export function folded(events: readonly Heard[], firstState = 'queued'): Folded {
  let seq = (events[0]?.body.seq ?? 1) - 1;
  let state = firstState;
  let attempt = 0;
  let overall = 0;
  let hasEnded = false;
  let end: { result?: unknown; error?: WireError } = {};
  let tasks: Record<string, MutableTask> = {};
  let streams: Record<string, { mode: string; chunks: number; data: unknown[] }> = {};
  for (const { name, body } of events) {
    if (body.seq !== seq + 1) throw new Error(`event ${body.seq} (${name}) came after event ${seq}`);
    if (hasEnded) throw new Error(`${name} came after the end`);
    if (body.attempt < attempt) throw new Error(`attempt ${body.attempt} came after attempt ${attempt}`);
    if (body.attempt === attempt && body.overall < overall) throw new Error(`overall fell to ${body.overall}`);
    if (body.attempt > attempt) {
      tasks = {};
      streams = {};
    }
    ({ seq, attempt, overall } = body);
    const task = tasks[body.task_id ?? ''];
    switch (name) {
      case 'status':
        state = body.state ?? state;
        break;
      case 'tasks':
        for (const declared of body.tasks ?? []) {
          const { task_id, title, weight } = declared;
          tasks[task_id] = { state: 'pending', ...tasks[task_id], weight, ...(title === undefined ? {} : { title }) };
        }
        break;
      case 'chunk': {
        const stream = streams[body.stream ?? ''] ?? { mode: body.mode ?? '', chunks: 0, data: [] };
        if (body.index !== stream.chunks)
          throw new Error(`chunk ${body.index} of ${body.stream} came after ${stream.chunks} chunks`);
        stream.chunks += 1;
        stream.data.push(body.data);
        streams[body.stream ?? ''] = stream;
        break;
      }
      case 'task_result':
        if (task === undefined) throw new Error(`a result of "${body.task_id}", which was never declared`);
        task.state = body.skipped === true ? 'skipped' : 'completed';
        if (body.result !== undefined) task.result = body.result;
        break;
      case 'task_error':
        if (task === undefined) throw new Error(`an error of "${body.task_id}", which was never declared`);
        task.state = 'failed';
        if (body.error !== undefined) task.error = body.error;
        break;
      default:
        hasEnded = true;
        state = body.state ?? '';
        for (const ended of body.tasks ?? []) {
          const known = tasks[ended.task_id];
          if (known !== undefined) known.state = ended.state;
        }
        end = body.error === undefined ? { result: body.result } : { error: body.error };
    }
  }
  return { seq, state, attempt, overall, tasks, streams, ...end };
}

/** Events in the order of their numbers; what came again must be what it was. @throws Error if it is not. */
export function oncePerNumber(events: readonly Heard[]): Heard[] {
  const known = new Map<number, Heard>();
  for (const event of events) {
    const before = known.get(event.body.seq);
    if (before === undefined) known.set(event.body.seq, event);
    else if (!isDeepStrictEqual(event.body, before.body)) throw new Error(`event ${event.body.seq} came again as another`);
  }
  return [...known.values()].sort((one, other) => one.body.seq - other.body.seq);
}

/** What the chunks of an `append` stream join to. */
export function joined(data: readonly unknown[]): string | Buffer {
  if (data.every((one) => typeof one === 'string')) return data.join('');
  return Buffer.concat(data as Uint8Array[]);
}
