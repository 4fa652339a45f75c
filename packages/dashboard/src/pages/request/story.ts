/** What happened to one request, told by its events: its attempts one after the other, their tasks, and what was streamed. Pure. */

import type { FollowedEvent, RequestState, TaskState } from '@conduit/sdk';

export interface TaskStory {
  readonly taskId: string;
  readonly title?: string;
  readonly state: TaskState;
  /** 0…1; null: it goes on, nobody knows how far it is. */
  readonly progress: number | null;
  readonly message?: string;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly error?: string;
}

export interface AttemptStory {
  /** 0: it waits for its first. */
  readonly attempt: number;
  readonly beganAt: number;
  readonly endedAt?: number;
  /** When its provider began to work, as far as anybody saw. */
  readonly runningAt?: number;
  readonly provider?: string;
  /** Why it was given up. */
  readonly reason?: string;
  readonly tasks: ReadonlyMap<string, TaskStory>;
}

export interface StreamStory {
  readonly mode: 'append' | 'replace' | 'items';
  readonly chunks: readonly unknown[];
  readonly isCut: boolean;
}

export interface Story {
  readonly state?: RequestState;
  readonly overall: number;
  readonly attempts: readonly AttemptStory[];
  readonly streams: ReadonlyMap<string, StreamStory>;
  /** Numbered ones, in order. */
  readonly events: readonly FollowedEvent[];
  readonly waiting?: { readonly reason: string; readonly position?: number };
  /** Its provider has said nothing since, by the clock of whoever looks. */
  readonly silentSince?: number;
  readonly endedAt?: number;
}

/** So much of a stream is kept for showing; the whole is had from the API. */
const maxShownChunks = 20_000;
/** So many more may be there before the oldest go: letting them go one by one would copy all others each time. */
const slackChunks = 5_000;

/** Lists that were made for the events at hand: nobody has seen them yet, so that they may still grow. */
type Unseen = Map<readonly unknown[], unknown[]>;

export const noStory: Story = { overall: 0, attempts: [], streams: new Map(), events: [] };

/**
 * Takes some events in at once: copies are made once for all of them.
 * @param now the clock of whoever looks, milliseconds: how long a silence is, is told as of now, and the hub's clock may be another.
 */
export function told(story: Story, events: readonly FollowedEvent[], now: number): Story {
  const unseen: Unseen = new Map();
  const begun: Story = { ...story, events: [...story.events, ...events.filter(isNumbered)] };
  return events.reduce<Story>((before, event) => taken(before, event, { unseen, now }), begun);
}

function isNumbered({ type }: FollowedEvent): boolean {
  return !['progress', 'running', 'waiting', 'stalled'].includes(type);
}

function taken(before: Story, event: FollowedEvent, { unseen, now }: { readonly unseen: Unseen; readonly now: number }): Story {
  const { overall, attempt } = event;
  const story = attempt > (before.attempts.at(-1)?.attempt ?? -1) ? withAttempt(before, event) : { ...before, overall };
  switch (event.type) {
    case 'status':
      return withStatus(story, event);
    case 'running':
      return { ...inAttempt(story, ({ runningAt = event.at }) => ({ runningAt })), state: 'running' };
    case 'waiting':
      return {
        ...story,
        waiting: { reason: event.reason, ...(event.position === undefined ? {} : { position: event.position }) },
      };
    case 'stalled':
      return event.stalled ? { ...story, silentSince: now - event.silentMs } : without(story, 'silentSince');
    case 'tasks':
      return inAttempt(story, ({ tasks }) => ({ tasks: declared(tasks, event.tasks) }));
    case 'progress': {
      const { taskId, progress, message, at } = event;
      const running = without({ ...story, state: 'running' as const }, 'silentSince');
      return inTask(
        running,
        taskId,
        ({ startedAt = at }) => ({
          ...{ state: 'running', progress, startedAt },
          ...(message === undefined ? {} : { message }),
        }),
        at,
      );
    }
    case 'chunk':
      return { ...inAttempt(story, ({ runningAt = event.at }) => ({ runningAt })), streams: withChunk(story, event, unseen) };
    case 'task_result': {
      const { taskId, at, startedAt, skipped } = event;
      return inTask(
        story,
        taskId,
        (task) => {
          const began = startedAt ?? task.startedAt;
          if (skipped === true) return { state: 'skipped', ...(began === undefined ? {} : { startedAt: began, finishedAt: at }) };
          return { state: 'completed', progress: 1, finishedAt: at, startedAt: began ?? at };
        },
        at,
      );
    }
    case 'task_error': {
      const { taskId, at, startedAt, error } = event;
      return inTask(
        story,
        taskId,
        (task) => ({
          ...{ state: 'failed', finishedAt: at, startedAt: startedAt ?? task.startedAt ?? at, error: error.message },
        }),
        at,
      );
    }
    case 'result':
    case 'error':
      return ended(story, event);
    case 'snapshot':
      return fromSnapshot(story, event);
  }
}

function withAttempt(story: Story, { attempt, at, overall }: FollowedEvent): Story {
  const last = story.attempts.at(-1);
  const closed =
    last === undefined || last.endedAt !== undefined
      ? story.attempts
      : [...story.attempts.slice(0, -1), { ...last, endedAt: at }];
  return { ...story, overall, streams: new Map(), attempts: [...closed, { attempt, beganAt: at, tasks: new Map() }] };
}

function withStatus(story: Story, event: Extract<FollowedEvent, { type: 'status' }>): Story {
  const { state, reason, provider, at } = event;
  const next = without({ ...story, state }, 'waiting');
  if (state === 'assigned' && provider !== undefined) {
    return inAttempt(next, () => ({ provider: provider.name ?? provider.instanceId ?? provider.sessionId }));
  }
  if (state === 'queued') {
    const why = reason === undefined ? {} : { reason };
    const waiting = reason === undefined ? next : { ...next, waiting: { reason } };
    return event.attempt === 0 ? waiting : inAttempt(waiting, () => ({ endedAt: at, ...why }));
  }
  return next;
}

function ended(story: Story, event: Extract<FollowedEvent, { type: 'result' | 'error' }>): Story {
  const { state, at, overall, tasks: decided = [] } = event;
  const closed = inAttempt(story, ({ tasks, endedAt = at }) => {
    const now = new Map(tasks);
    for (const { taskId, state: end, startedAt } of decided) {
      const task = now.get(taskId) ?? newTask(taskId);
      const began = startedAt ?? task.startedAt;
      now.set(taskId, {
        ...task,
        state: end,
        progress: end === 'completed' ? 1 : task.progress,
        ...(began === undefined ? {} : { startedAt: began, finishedAt: at }),
      });
    }
    return { tasks: now, endedAt };
  });
  return without(without({ ...closed, state, overall, endedAt: at }, 'waiting'), 'silentSince');
}

/** The log was trimmed: what came before is known by its outcome only. */
function fromSnapshot(story: Story, { request, at }: Extract<FollowedEvent, { type: 'snapshot' }>): Story {
  const { state, overall, attempt, tasks, streams, createdAt, assignedAt, startedAt, finishedAt, provider } = request;
  const shown = tasks.map((task): [string, TaskStory] => [
    task.taskId,
    {
      ...newTask(task.taskId),
      ...(task.title === undefined ? {} : { title: task.title }),
      state: task.state,
      progress: task.state === 'completed' ? 1 : (request.live.progress[task.taskId]?.progress ?? 0),
      ...(task.startedAt === undefined ? {} : { startedAt: task.startedAt }),
      ...(task.finishedAt === undefined ? {} : { finishedAt: task.finishedAt }),
    },
  ]);
  const last: AttemptStory = {
    attempt,
    beganAt: assignedAt ?? createdAt,
    tasks: new Map(shown),
    ...(startedAt === undefined ? {} : { runningAt: startedAt }),
    ...(finishedAt === undefined ? {} : { endedAt: finishedAt }),
    ...(provider === undefined ? {} : { provider: provider.name ?? provider.instanceId ?? provider.sessionId }),
  };
  const known = streams.map(({ stream, mode, data = [] }): [string, StreamStory] => [
    stream,
    { mode, chunks: data, isCut: true },
  ]);
  return {
    ...story,
    ...{ state, overall, attempts: [...story.attempts.filter((one) => one.attempt < attempt), last], streams: new Map(known) },
    ...(finishedAt === undefined ? {} : { endedAt: finishedAt ?? at }),
  };
}

function inAttempt(story: Story, change: (attempt: AttemptStory) => Partial<AttemptStory>): Story {
  const last = story.attempts.at(-1);
  if (last === undefined) return story;
  return { ...story, attempts: [...story.attempts.slice(0, -1), { ...last, ...change(last) }] };
}

function inTask(story: Story, taskId: string, change: (task: TaskStory) => Partial<TaskStory>, at: number): Story {
  return inAttempt(story, ({ tasks, runningAt = at }) => {
    const task = tasks.get(taskId) ?? newTask(taskId);
    return { tasks: new Map(tasks).set(taskId, { ...task, ...change(task) }), runningAt };
  });
}

function declared(
  before: ReadonlyMap<string, TaskStory>,
  tasks: readonly { readonly taskId: string; readonly title?: string }[],
): ReadonlyMap<string, TaskStory> {
  return new Map(
    tasks.map(({ taskId, title }) => [
      taskId,
      { ...(before.get(taskId) ?? newTask(taskId)), ...(title === undefined ? {} : { title }) },
    ]),
  );
}

function newTask(taskId: string): TaskStory {
  return { taskId, state: 'pending', progress: 0 };
}

function withChunk(
  { streams }: Story,
  { stream, mode, data }: Extract<FollowedEvent, { type: 'chunk' }>,
  unseen: Unseen,
): ReadonlyMap<string, StreamStory> {
  const { chunks = [], isCut = false } = streams.get(stream) ?? {};
  if (mode === 'replace') return new Map(streams).set(stream, { mode, chunks: [data], isCut: false });
  const isFull = chunks.length >= maxShownChunks + slackChunks;
  const growing = unseen.get(chunks);
  if (growing !== undefined && !isFull) {
    growing.push(data);
    return streams;
  }
  const all = [...(isFull ? chunks.slice(1 - maxShownChunks) : chunks), data];
  unseen.set(all, all);
  return new Map(streams).set(stream, { mode, chunks: all, isCut: isCut || isFull });
}

function without<From extends object, Name extends keyof From>(from: From, name: Name): Omit<From, Name> & Partial<From> {
  const { [name]: _, ...rest } = from;
  return rest as Omit<From, Name> & Partial<From>;
}
