/**
 * From the wire to TypeScript: how clients read what a hub says, the counterpart of `wire.ts`. The hub keeps to the protocol, so nothing
 * is checked here; what it did not say reads as undefined, and what people sent (payloads, results, chunks) is passed on untouched.
 */

import { ConduitError, errorTable, isErrorCode } from './errors.ts';
import type { LiveUpdate, Party, RequestEvent, RequestObject, ServiceInfo, Task } from './events.ts';
import { type Fields, isFields } from './fields.ts';
import type { Assignment, WireBody } from './wire.ts';

/** Live state as a watcher receives it: it carries the number of the last event before it. */
export type LiveEvent = {
  readonly seq: number;
  readonly attempt: number;
  readonly at: number;
  readonly overall: number;
} & LiveUpdate;

/** Every event of §6: what a watcher listens for. */
export const requestEventNames = [
  'status',
  'tasks',
  'chunk',
  'task_result',
  'task_error',
  'result',
  'error',
  'progress',
  'running',
  'waiting',
  'stalled',
] as const satisfies readonly (RequestEvent | LiveEvent)['type'][];

/** True for a latest-wins value beside the log, false for what has a number of its own. */
export function isLive(event: { readonly type: string }): event is LiveEvent {
  return event.type === 'progress' || event.type === 'running' || event.type === 'waiting' || event.type === 'stalled';
}

/** True for the one event that is a request's last. */
export function isLast(event: { readonly type: string }): boolean {
  return event.type === 'result' || event.type === 'error';
}

/** One event of a request, as a watcher receives it. */
export function eventFromWire(type: (RequestEvent | LiveEvent)['type'], body: WireBody): RequestEvent | LiveEvent {
  const { requestId: _, ...event } = renamed(body);
  return { type, ...event, ...nested(event) } as unknown as RequestEvent | LiveEvent;
}

export function requestFromWire(body: unknown): RequestObject {
  const request = renamed(fields(body));
  const state = renamed(fields(request['live']));
  const progress = Object.entries(fields(state['progress'])).map(([taskId, value]) => [taskId, renamed(fields(value))]);
  const stalled = state['stalled'] === undefined ? {} : { stalled: renamed(fields(state['stalled'])) };
  return {
    ...request,
    ...nested(request),
    live: { ...state, ...stalled, progress: Object.fromEntries(progress) },
  } as unknown as RequestObject;
}

export function serviceFromWire(body: unknown): ServiceInfo {
  const service = renamed(fields(body));
  const actions = list(service['actions']).map((action) => {
    const read = renamed(action);
    return read['tasks'] === undefined ? read : { ...read, tasks: list(read['tasks']).map(renamed) };
  });
  return { ...service, actions, providers: list(service['providers']).map(renamed) } as unknown as ServiceInfo;
}

/** What a provider is handed. */
export function handedFromWire(body: WireBody): Assignment {
  const handed = renamed(body);
  return { ...handed, ...nested(handed) } as unknown as Assignment;
}

/** An error as a hub or a service said it; `retryable` is what they said. */
export function errorFromWire(value: unknown): ConduitError<string> {
  const said = fields(value);
  const code = typeof said['code'] === 'string' ? said['code'] : 'internal';
  const sentence = isErrorCode(code) ? errorTable[code].sentence : 'The other side gave no reason.';
  return new ConduitError<string>(code, typeof said['message'] === 'string' ? said['message'] : sentence, {
    retryable: said['retryable'] === true,
    ...(isFields(said['details']) ? { details: said['details'] } : {}),
  });
}

/** The members that are objects of the protocol themselves. */
function nested(object: Fields): { tasks?: readonly Task[]; provider?: Party } {
  const read: Record<string, unknown> = {};
  for (const key of ['provider', 'by', 'requester', 'parent', 'timings'])
    if (isFields(object[key])) read[key] = renamed(object[key]);
  for (const key of ['tasks', 'streams']) if (Array.isArray(object[key])) read[key] = list(object[key]).map(renamed);
  return read;
}

/** Own members under their TypeScript names, instants as milliseconds since 1970. What lies below stays as it is. */
function renamed(object: Fields): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const isInstant = (key === 'at' || key.endsWith('_at')) && typeof value === 'string';
    read[key.includes('_') ? camel(key) : key] = isInstant ? Date.parse(value) : value;
  }
  return read;
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}
