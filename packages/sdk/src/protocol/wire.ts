/** From TypeScript to the wire: how the hub spells what it says. The only place where `camelCase` becomes `snake_case`. */

import type {
  EndedTask,
  EventStamp,
  LiveUpdate,
  Party,
  ProviderInfo,
  RequestEvent,
  RequestObject,
  ServiceInfo,
  Stream,
  Task,
  TaskProgress,
  Timings,
} from './events.ts';
import type { Limits } from './limits.ts';
import type { Action, Parent, TaskDeclaration } from './messages.ts';

/** A body of the wire; its members are JSON or binary. */
export type WireBody = Record<string, unknown>;

export interface WireMessage {
  readonly name: string;
  readonly body: WireBody;
}

/** A numbered event of a request, for its requester and watchers. */
export function eventToWire(requestId: string, event: RequestEvent): WireMessage {
  const body: WireBody = {
    request_id: requestId,
    seq: event.seq,
    attempt: event.attempt,
    at: instant(event.at),
    overall: event.overall,
  };
  switch (event.type) {
    case 'status':
      body['state'] = event.state;
      put(body, 'reason', event.reason);
      if (event.provider !== undefined) body['provider'] = partyToWire(event.provider);
      if (event.by !== undefined) body['by'] = partyToWire(event.by);
      break;
    case 'tasks':
      body['tasks'] = event.tasks.map(declarationToWire);
      break;
    case 'chunk':
      body['stream'] = event.stream;
      put(body, 'task_id', event.taskId);
      body['index'] = event.index;
      body['mode'] = event.mode;
      body['data'] = event.data;
      break;
    case 'task_result':
      body['task_id'] = event.taskId;
      put(body, 'result', event.result);
      put(body, 'skipped', event.skipped);
      putInstant(body, 'started_at', event.startedAt);
      break;
    case 'task_error':
      body['task_id'] = event.taskId;
      body['error'] = event.error;
      putInstant(body, 'started_at', event.startedAt);
      break;
    case 'result':
      put(body, 'result', event.result);
      putEnd(body, event);
      break;
    case 'error':
      body['error'] = event.error;
      putEnd(body, event);
      break;
  }
  return { name: event.type, body };
}

/** A live value: it carries the number of the last event before it. */
export function liveToWire(requestId: string, stamp: EventStamp, update: LiveUpdate): WireMessage {
  const body: WireBody = {
    request_id: requestId,
    seq: stamp.seq,
    attempt: stamp.attempt,
    at: instant(stamp.at),
    overall: stamp.overall,
  };
  switch (update.type) {
    case 'progress':
      body['task_id'] = update.taskId;
      putProgress(body, update);
      break;
    case 'waiting':
      body['reason'] = update.reason;
      put(body, 'position', update.position);
      break;
    case 'stalled':
      body['stalled'] = update.stalled;
      body['silent_ms'] = Math.round(update.silentMs);
      break;
    case 'running':
      break;
  }
  return { name: update.type, body };
}

/** What a provider is handed. */
export interface Assignment {
  readonly requestId: string;
  readonly service: string;
  readonly action: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly deadlineAt?: number;
  readonly requester: Party;
  readonly parent?: Parent;
  readonly tags?: readonly string[];
  readonly trace?: Readonly<Record<string, string>>;
}

export function assignmentToWire(assignment: Assignment): WireBody {
  const { requester } = assignment;
  const who: WireBody = {};
  put(who, 'name', requester.name);
  put(who, 'subject', requester.subject);
  const body: WireBody = { request_id: assignment.requestId, service: assignment.service, action: assignment.action };
  put(body, 'payload', assignment.payload);
  body['attempt'] = assignment.attempt;
  putInstant(body, 'deadline_at', assignment.deadlineAt);
  body['requester'] = who;
  if (assignment.parent !== undefined) body['parent'] = parentToWire(assignment.parent);
  put(body, 'tags', assignment.tags);
  put(body, 'trace', assignment.trace);
  return body;
}

/** The request object, its bodies plain values by now. */
export function requestToWire(request: RequestObject): WireBody {
  const body = requestHeadToWire(request);
  body['tasks'] = request.tasks.map(taskToWire);
  body['streams'] = request.streams.map(streamToWire);
  body['live'] = liveStateToWire(request.live);
  put(body, 'payload', request.payload);
  put(body, 'result', request.result);
  put(body, 'result_omitted', request.resultOmitted);
  put(body, 'children', request.children);
  return body;
}

/** What lists and objects say of a request alike. */
export function requestHeadToWire(
  request: Omit<RequestObject, 'tasks' | 'streams' | 'live' | 'payload' | 'result' | 'resultOmitted' | 'children'>,
): WireBody {
  const body: WireBody = {
    request_id: request.requestId,
    to: request.to,
    action: request.action,
    state: request.state,
    attempt: request.attempt,
    overall: request.overall,
    requester: partyToWire(request.requester),
    created_at: instant(request.createdAt),
    timings: timingsToWire(request.timings),
    seq: request.seq,
    work_began: request.workBegan,
  };
  put(body, 'reason', request.reason);
  put(body, 'error', request.error);
  if (request.provider !== undefined) body['provider'] = partyToWire(request.provider);
  if (request.parent !== undefined) body['parent'] = parentToWire(request.parent);
  put(body, 'retry_of', request.retryOf);
  put(body, 'tags', request.tags);
  putInstant(body, 'assigned_at', request.assignedAt);
  putInstant(body, 'started_at', request.startedAt);
  putInstant(body, 'finished_at', request.finishedAt);
  putInstant(body, 'expires_at', request.expiresAt);
  return body;
}

export function serviceToWire(service: ServiceInfo): WireBody {
  const body: WireBody = {
    name: service.name,
    actions: service.actions.map(actionToWire),
    providers: service.providers.map((provider) => {
      const body: WireBody = { session_id: provider.sessionId, ...providerToWire(provider) };
      put(body, 'name', provider.name);
      return body;
    }),
    waiting: service.waiting,
    paused: service.paused,
  };
  if (service.unprovidedMs !== undefined) body['unprovided_ms'] = Math.round(service.unprovidedMs);
  return body;
}

/** What a provider offers of one service, and how much of it is taken. */
export function providerToWire(provider: Omit<ProviderInfo, 'sessionId' | 'name'>): WireBody {
  const body: WireBody = { state: provider.state, held: provider.held, capacity: provider.capacity, served: provider.served };
  put(body, 'instance_id', provider.instanceId);
  body['joined_at'] = instant(provider.joinedAt);
  return body;
}

export function partyToWire(party: Party): WireBody {
  const body: WireBody = { session_id: party.sessionId };
  put(body, 'name', party.name);
  put(body, 'subject', party.subject);
  put(body, 'instance_id', party.instanceId);
  body['hub_id'] = party.hubId;
  return body;
}

export function timingsToWire(timings: Timings): WireBody {
  const body: WireBody = { queued_ms: Math.round(timings.queuedMs) };
  if (timings.assignedMs !== undefined) body['assigned_ms'] = Math.round(timings.assignedMs);
  if (timings.runningMs !== undefined) body['running_ms'] = Math.round(timings.runningMs);
  body['total_ms'] = Math.round(timings.totalMs);
  return body;
}

/** The bounds of this hub, as `register` is answered. */
export function limitsToWire(limits: Limits): WireBody {
  return {
    max_message_bytes: limits.maxMessageBytes,
    max_depth: limits.maxDepth,
    max_values: limits.maxValues,
    max_attachments: limits.maxAttachments,
    max_tasks: limits.maxTasks,
    max_chunk_bytes: limits.maxChunkBytes,
    max_open_requests: limits.maxOpenRequests,
    max_waiting: limits.maxWaiting,
  };
}

/** An instant of the wire. Many events share a millisecond, and to spell one costs as much as the rest of an event. */
function instant(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastInstant = new Date(ms).toISOString();
  }
  return lastInstant;
}

let lastMs = 0;
let lastInstant = '1970-01-01T00:00:00.000Z';

function put(body: WireBody, key: string, value: unknown): void {
  if (value !== undefined) body[key] = value;
}

function putInstant(body: WireBody, key: string, ms: number | undefined): void {
  if (ms !== undefined) body[key] = instant(ms);
}

function putEnd(body: WireBody, event: { state: string; timings: Timings; tasks?: readonly EndedTask[] }): void {
  body['state'] = event.state;
  body['timings'] = timingsToWire(event.timings);
  if (event.tasks === undefined) return;
  body['tasks'] = event.tasks.map((task) => {
    const ended: WireBody = { task_id: task.taskId, state: task.state };
    putInstant(ended, 'started_at', task.startedAt);
    return ended;
  });
}

function putProgress(body: WireBody, progress: TaskProgress): void {
  body['progress'] = progress.progress;
  put(body, 'current', progress.current);
  put(body, 'total', progress.total);
  put(body, 'unit', progress.unit);
  put(body, 'message', progress.message);
}

function declarationToWire(task: TaskDeclaration): WireBody {
  const body: WireBody = { task_id: task.taskId };
  put(body, 'title', task.title);
  put(body, 'weight', task.weight);
  put(body, 'parent_id', task.parentId);
  return body;
}

function taskToWire(task: Task): WireBody {
  const body = declarationToWire(task);
  body['state'] = task.state;
  put(body, 'result', task.result);
  put(body, 'result_omitted', task.resultOmitted);
  put(body, 'error', task.error);
  putInstant(body, 'started_at', task.startedAt);
  putInstant(body, 'finished_at', task.finishedAt);
  return body;
}

function streamToWire(stream: Stream): WireBody {
  const body: WireBody = { stream: stream.stream, mode: stream.mode, chunks: stream.chunks, bytes: stream.bytes };
  put(body, 'data', stream.data);
  put(body, 'truncated', stream.truncated);
  return body;
}

function liveStateToWire(live: RequestObject['live']): WireBody {
  const progress: WireBody = {};
  for (const [taskId, value] of Object.entries(live.progress)) {
    const one: WireBody = {};
    putProgress(one, value);
    progress[taskId] = one;
  }
  const body: WireBody = { progress };
  put(body, 'running', live.running);
  put(body, 'waiting', live.waiting);
  if (live.stalled !== undefined) body['stalled'] = { silent_ms: Math.round(live.stalled.silentMs) };
  return body;
}

function parentToWire(parent: Parent): WireBody {
  const body: WireBody = { request_id: parent.requestId };
  put(body, 'task_id', parent.taskId);
  return body;
}

function actionToWire(action: Action): WireBody {
  const body: WireBody = { name: action.name };
  put(body, 'description', action.description);
  put(body, 'input', action.input);
  put(body, 'output', action.output);
  if (action.tasks !== undefined) body['tasks'] = action.tasks.map(declarationToWire);
  put(body, 'idempotent', action.idempotent);
  put(body, 'timeout_ms', action.timeoutMs);
  return body;
}
