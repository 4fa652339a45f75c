/** From the wire to TypeScript: one guard for each event towards the hub. The only place where `snake_case` becomes `camelCase`. */

import type { ErrorCode } from './errors.ts';
import type { Fields } from './fields.ts';
import * as field from './fields.ts';
import {
  maxActions,
  maxAttemptsBound,
  maxCapacity,
  maxInFlight,
  maxMetadataBytes,
  maxPriority,
  maxTags,
  maxTextLength,
  minPriority,
} from './limits.ts';
import { utf8Length } from './measure.ts';
import type {
  Action,
  Cancel,
  Get,
  InFlight,
  Leave,
  Parent,
  Register,
  RequestMessage,
  Resume,
  Services,
  TaskDeclaration,
  Unwatch,
  Watch,
} from './messages.ts';

/** More tasks than any limit in one message are no list of tasks. */
const maxListed = 10_000;

export function parseRegister(body: unknown): Register {
  const fields = field.fieldsOf(body);
  const resume = parseResume(fields);
  const type = field.oneOf(fields, 'type', ['client', 'service']) ?? field.refuse('type', "'client' or 'service'");
  if (type === 'client') return field.present({ type, name: field.text(fields, 'name'), resume });
  return field.present({
    type,
    name: field.name(fields, 'name'),
    actions: field.list(fields, 'actions', maxActions)?.map(parseAction),
    capacity: field.integer(fields, 'capacity', [1, maxCapacity]),
    instanceId: field.optionalName(fields, 'instance_id'),
    acks: field.flag(fields, 'acks'),
    metadata: parseMetadata(fields),
    resume,
    inFlight: field.list(fields, 'in_flight', maxInFlight)?.map(parseInFlight),
  });
}

export function parseRequest(body: unknown): RequestMessage {
  const fields = field.fieldsOf(body);
  return field.present({
    to: field.name(fields, 'to'),
    action: field.name(fields, 'action'),
    payload: field.own(fields, 'payload'),
    requestId: field.optionalRequestId(fields),
    timeoutMs: field.duration(fields, 'timeout_ms'),
    startTimeoutMs: field.duration(fields, 'start_timeout_ms'),
    maxAttempts: field.integer(fields, 'max_attempts', [1, maxAttemptsBound]),
    priority: field.integer(fields, 'priority', [minPriority, maxPriority]),
    onRequesterGone: field.oneOf(fields, 'on_requester_gone', ['continue', 'cancel']),
    parent: parseParent(fields),
    tags: field.list(fields, 'tags', maxTags)?.map(parseTag),
    trace: parseTrace(fields),
  });
}

export function parseCancel(body: unknown): Cancel {
  const fields = field.fieldsOf(body);
  return field.present({ requestId: field.requestId(fields), reason: field.text(fields, 'reason') });
}

export function parseWatch(body: unknown): Watch {
  const fields = field.fieldsOf(body);
  return field.present({
    requestId: field.requestId(fields),
    afterSeq: field.integer(fields, 'after_seq', field.fromZero),
    epoch: field.text(fields, 'epoch'),
  });
}

export function parseUnwatch(body: unknown): Unwatch {
  return { requestId: field.requestId(field.fieldsOf(body)) };
}

export function parseGet(body: unknown): Get {
  const fields = field.fieldsOf(body);
  const include = field.list(fields, 'include', 3)?.map((one, at) => {
    const words = ['payload', 'result', 'streams'] as const;
    return words.find((word) => word === one) ?? field.refuse(`include[${at}]`, `one of ${words.join(', ')}`);
  });
  return field.present({ requestId: field.requestId(fields), include });
}

export function parseServices(body: unknown): Services {
  return field.present({ watch: field.flag(field.fieldsOf(body), 'watch') });
}

export function parseLeave(body: unknown): Leave {
  return field.present({ name: field.optionalName(field.fieldsOf(body), 'name') });
}

export function parseTask(task: unknown, path: string): TaskDeclaration {
  const fields = field.fieldsOf(task, path);
  const prefix = `${path}.`;
  const weight = field.number(fields, 'weight', prefix);
  if (weight !== undefined && weight <= 0) field.refuse(`${prefix}weight`, 'greater than 0');
  return field.present({
    taskId: field.name(fields, 'task_id', prefix),
    title: field.text(fields, 'title', prefix),
    weight,
    parentId: field.optionalName(fields, 'parent_id', prefix),
  });
}

export function parseTasks(fields: Fields, prefix = ''): TaskDeclaration[] | undefined {
  return field.list(fields, 'tasks', maxListed, prefix)?.map((task, at) => parseTask(task, `${prefix}tasks[${at}]`));
}

function parseResume(fields: Fields): Resume | undefined {
  const resume = field.object(fields, 'resume');
  if (resume === undefined) return undefined;
  return {
    sessionId: field.text(resume, 'session_id', 'resume.') ?? field.refuse('resume.session_id', 'a string'),
    sessionToken: field.text(resume, 'session_token', 'resume.') ?? field.refuse('resume.session_token', 'a string'),
  };
}

/** An action is a name, or an object that says more. */
function parseAction(action: unknown, at: number): Action {
  if (typeof action === 'string') return { name: field.name({ [`actions[${at}]`]: action }, `actions[${at}]`) };
  const prefix = `actions[${at}].`;
  const fields = field.fieldsOf(action, `actions[${at}]`);
  return field.present({
    name: field.name(fields, 'name', prefix),
    description: field.text(fields, 'description', prefix),
    input: field.object(fields, 'input', prefix),
    output: field.object(fields, 'output', prefix),
    tasks: parseTasks(fields, prefix),
    idempotent: field.flag(fields, 'idempotent', prefix),
    timeoutMs: field.duration(fields, 'timeout_ms', prefix),
  });
}

function parseMetadata(fields: Fields): Fields | undefined {
  const metadata = field.object(fields, 'metadata');
  if (metadata !== undefined && utf8Length(JSON.stringify(metadata)) > maxMetadataBytes) {
    field.refuse('metadata', `an object of at most ${maxMetadataBytes} bytes of JSON`);
  }
  return metadata;
}

function parseInFlight(one: unknown, at: number): InFlight {
  const prefix = `in_flight[${at}].`;
  const fields = field.fieldsOf(one, `in_flight[${at}]`);
  const attempt =
    field.integer(fields, 'attempt', field.count, prefix) ?? field.refuse(`${prefix}attempt`, 'a whole number from 1');
  return { requestId: field.requestId(fields, 'request_id', prefix), attempt };
}

function parseParent(fields: Fields): Parent | undefined {
  const parent = field.object(fields, 'parent');
  if (parent === undefined) return undefined;
  return field.present({
    requestId: field.requestId(parent, 'request_id', 'parent.'),
    taskId: field.optionalName(parent, 'task_id', 'parent.'),
  });
}

function parseTag(tag: unknown, at: number): string {
  if (typeof tag === 'string' && tag.length <= maxTextLength) return tag;
  return field.refuse(`tags[${at}]`, `a string of at most ${maxTextLength} characters`);
}

/** W3C trace context and baggage: a few short texts. */
function parseTrace(fields: Fields): Record<string, string> | undefined {
  const trace = field.object(fields, 'trace');
  if (trace === undefined) return undefined;
  const entries = Object.keys(trace).map((key) => [key, field.text(trace, key, 'trace.')] as const);
  if (entries.length > 8 || entries.some(([key, value]) => value === undefined || key.length > 64)) {
    field.refuse('trace', 'an object of at most 8 strings');
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What a service's error is called when it does not say. */
export const defaultProviderCode: ErrorCode = 'provider_error';
