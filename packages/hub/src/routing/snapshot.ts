/** The request object: what `get` answers and a snapshot carries. Small results stand in it; large ones say that they are there, and come when asked for. */

import type { RequestObject, Stream, Task } from '@conduit/sdk/protocol/events';
import { present } from '@conduit/sdk/protocol/fields';
import { defaultLimits } from '@conduit/sdk/protocol/limits';
import type { GetInclude } from '@conduit/sdk/protocol/messages';
import type { CurrentTask, RequestSummary } from '@conduit/sdk/protocol/overview';
import type { Body } from './body.ts';
import type { Core } from './core.ts';
import { type LogEvent, type RequestRecord, shownState, silenceOf, type TaskRecord, timingsOf } from './record.ts';

/** What a snapshot carries of a result without being asked. */
const maxInlineBytes = 64 * 1024;

interface SnapshotOptions {
  readonly include?: readonly GetInclude[];
}

/** What a snapshot needs of the log. */
interface Contents {
  readonly results: ReadonlyMap<number, Body>;
  readonly streams: ReadonlyMap<string, { readonly data: Body[]; readonly isTruncated: boolean }>;
  readonly payload: Body | undefined;
}

/** Reads the object as it is committed. The record must be what the ledger's `read` gave, in the same turn. */
export function readObject(
  core: Core,
  record: RequestRecord,
  options: SnapshotOptions,
  then: (object: RequestObject<Body>) => void,
): void {
  readOwn(core, record, options, (object) => {
    core.ledger.children(record.requestId, (children) => then(children.length === 0 ? object : { ...object, children }));
  });
}

function readOwn(core: Core, record: RequestRecord, options: SnapshotOptions, then: (object: RequestObject<Body>) => void): void {
  const include = new Set(options.include);
  const head = headOf(core, record);
  const isBare =
    record.resultSeq === undefined &&
    include.size === 0 &&
    [...record.tasks.values()].every((task) => task.resultSeq === undefined);
  if (isBare) return then({ ...head, tasks: tasksOf(record, new Map()), streams: streamsOf(record, new Map()) });
  const room = core.limits.maxMessageBytes;
  const reader = new ContentsReader(record, { room, isWithStreams: include.has('streams'), isWithResult: include.has('result') });
  readLog(core, record, reader, () => {
    const finish = (payload: Body | undefined): void => then(objectOf(record, head, { ...reader.contents, payload }));
    if (include.has('payload')) core.ledger.payload(record.requestId, finish);
    else finish(undefined);
  });
}

function objectOf(record: RequestRecord, head: ReturnType<typeof headOf>, contents: Contents): RequestObject<Body> {
  const found = record.resultSeq === undefined ? undefined : contents.results.get(record.resultSeq);
  // A message has room for so many attachments only: the payload goes first.
  const result = attachmentsOf(contents.payload) + attachmentsOf(found) > defaultLimits.maxAttachments ? undefined : found;
  return {
    ...head,
    tasks: tasksOf(record, contents.results),
    streams: streamsOf(record, contents.streams),
    ...(contents.payload === undefined ? {} : { payload: contents.payload }),
    ...(record.resultSeq === undefined ? {} : result === undefined ? { resultOmitted: true } : { result }),
  };
}

function attachmentsOf(body: Body | undefined): number {
  return body?.isBinary === true ? body.encode().attachments.length : 0;
}

/** Walks the log once, page by page, and keeps what is asked for and fits. */
class ContentsReader {
  readonly #wanted: Set<number>;
  readonly #resultSeq: number | undefined;
  readonly #options: { readonly isWithStreams: boolean; readonly isWithResult: boolean };
  readonly #results = new Map<number, Body>();
  readonly #streams = new Map<string, { data: Body[]; isTruncated: boolean }>();
  #room: number;

  constructor(record: RequestRecord, options: { room: number; isWithStreams: boolean; isWithResult: boolean }) {
    this.#options = options;
    this.#room = options.room;
    this.#resultSeq = record.resultSeq;
    this.#wanted = new Set([...record.tasks.values()].flatMap((task) => (task.resultSeq === undefined ? [] : [task.resultSeq])));
    if (record.resultSeq !== undefined) this.#wanted.add(record.resultSeq);
  }

  /** The first event that matters; everything before it need not be read. */
  get firstSeq(): number {
    return this.#options.isWithStreams ? 1 : Math.min(...this.#wanted, Number.MAX_SAFE_INTEGER);
  }

  take(event: LogEvent, attempt: number): void {
    if (event.type === 'chunk' && event.attempt === attempt && this.#options.isWithStreams) return this.#takeChunk(event);
    if ((event.type !== 'result' && event.type !== 'task_result') || event.result === undefined || !this.#wanted.has(event.seq))
      return;
    const isAskedFor = this.#options.isWithResult && event.seq === this.#resultSeq;
    const isSmall = event.result.bytes <= maxInlineBytes && !event.result.isBinary;
    if ((isAskedFor || isSmall) && event.result.bytes <= this.#room) {
      this.#room -= event.result.bytes;
      this.#results.set(event.seq, event.result);
    }
  }

  get contents(): Omit<Contents, 'payload'> {
    return { results: this.#results, streams: this.#streams };
  }

  #takeChunk(event: LogEvent & { type: 'chunk' }): void {
    const stream = this.#streams.get(event.stream) ?? { data: [], isTruncated: false };
    this.#streams.set(event.stream, stream);
    if (event.data.isBinary || event.data.bytes > this.#room) stream.isTruncated = true;
    if (stream.isTruncated) return;
    this.#room -= event.data.bytes;
    stream.data.push(event.data);
  }
}

function readLog(core: Core, record: RequestRecord, reader: ContentsReader, then: () => void): void {
  const { requestId, seq, attempt } = record;
  const readFrom = (afterSeq: number): void => {
    core.ledger.events(requestId, afterSeq, core.limits.maxMessageBytes, (page) => {
      for (const event of page.events) if (event.seq <= seq) reader.take(event, attempt);
      const last = page.events.at(-1)?.seq ?? seq;
      if (page.hasMore && last < seq) readFrom(last);
      else then();
    });
  };
  readFrom(Math.min(reader.firstSeq, seq) - 1);
}

/** What a list shows of a request: nothing of it grows with the work. The record must be what the ledger gave, in the same turn. */
export function summaryOf(core: Core, record: RequestRecord): RequestSummary {
  const { live, ...head } = headOf(core, record);
  const { progress, ...shown } = live;
  const task = currentTask(record);
  return { ...head, live: task === undefined ? shown : { ...shown, task } };
}

/** Linear in the tasks under way, which are few. */
function currentTask({ tasks, live }: RequestRecord): CurrentTask | undefined {
  const taskId = [...live.started.keys()].at(-1);
  if (taskId === undefined) return undefined;
  const title = tasks.get(taskId)?.title;
  const message = live.progress.get(taskId)?.message;
  return { taskId, ...present({ title, message }) };
}

function headOf(core: Core, record: RequestRecord): Omit<RequestObject<Body>, 'tasks' | 'streams' | 'payload' | 'result'> {
  const { live } = record;
  const expiresAt = core.ledger.expiresAt(record);
  const waiting = record.state === 'queued' ? live.waiting : undefined;
  const stalled = silenceOf(record, core.clock.elapsed());
  return {
    requestId: record.requestId,
    to: record.to,
    action: record.action,
    state: shownState(record),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    attempt: record.attempt,
    overall: record.overall,
    ...(record.error === undefined ? {} : { error: record.error }),
    requester: record.requester,
    ...(record.provider === undefined ? {} : { provider: record.provider }),
    ...(record.parent === undefined ? {} : { parent: record.parent }),
    ...(record.retryOf === undefined ? {} : { retryOf: record.retryOf }),
    ...(record.tags === undefined ? {} : { tags: record.tags }),
    createdAt: record.createdAt,
    ...(record.assignedAt === undefined ? {} : { assignedAt: record.assignedAt }),
    ...(record.startedAt === undefined ? {} : { startedAt: record.startedAt }),
    ...(record.finishedAt === undefined ? {} : { finishedAt: record.finishedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    timings: record.timings ?? timingsOf(record, core.clock.elapsed()),
    seq: record.seq,
    live: {
      ...(live.running ? { running: true } : {}),
      progress: Object.fromEntries(live.progress),
      ...(waiting === undefined ? {} : { waiting }),
      ...(stalled === undefined ? {} : { stalled }),
    },
    workBegan: record.workBegan,
  };
}

function tasksOf(record: RequestRecord, results: ReadonlyMap<number, Body>): Task<Body>[] {
  return [...record.tasks.values()].map((task) => taskOf(record, task, results));
}

function taskOf(record: RequestRecord, task: TaskRecord, results: ReadonlyMap<number, Body>): Task<Body> {
  const liveSince = record.live.started.get(task.taskId);
  const startedAt = task.startedAt ?? liveSince;
  const result = task.resultSeq === undefined ? undefined : results.get(task.resultSeq);
  return {
    taskId: task.taskId,
    weight: task.weight,
    state: liveSince === undefined ? task.state : 'running',
    ...(task.title === undefined ? {} : { title: task.title }),
    ...(task.parentId === undefined ? {} : { parentId: task.parentId }),
    ...(task.error === undefined ? {} : { error: task.error }),
    ...(task.resultSeq === undefined ? {} : result === undefined ? { resultOmitted: true } : { result }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(task.finishedAt === undefined ? {} : { finishedAt: task.finishedAt }),
  };
}

function streamsOf(record: RequestRecord, contents: Contents['streams']): Stream<Body>[] {
  return [...record.streams].map(([stream, { mode, chunks, bytes }]) => {
    const kept = contents.get(stream);
    const data = kept === undefined ? {} : { data: kept.data, ...(kept.isTruncated ? { truncated: true as const } : {}) };
    return { stream, mode, chunks, bytes, ...data };
  });
}
