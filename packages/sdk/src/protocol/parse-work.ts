/** From the wire to TypeScript: what a provider says of a request it holds. The hottest of the guards. */

import type { WireError } from './errors.ts';
import type { Fields } from './fields.ts';
import * as field from './fields.ts';
import type { WorkMessage, WorkStamp } from './messages.ts';
import { defaultProviderCode, parseTasks } from './parse.ts';

export type WorkType = WorkMessage['type'];

/** Which of a message's members the hub passes on without looking. */
export const opaqueMembers = { chunk: 'data', task_result: 'result', result: 'result' } as const;

const guards: { readonly [Type in WorkType]: (fields: Fields, stamp: WorkStamp) => WorkMessage } = {
  tasks: (fields, stamp) => ({ type: 'tasks', ...stamp, tasks: parseTasks(fields) ?? field.refuse('tasks', 'a list of tasks') }),
  progress: (fields, stamp) => {
    return field.present({
      type: 'progress' as const,
      ...stamp,
      taskId: field.optionalName(fields, 'task_id'),
      progress: fraction(fields),
      current: field.number(fields, 'current'),
      total: field.number(fields, 'total'),
      unit: field.text(fields, 'unit'),
      message: field.text(fields, 'message'),
    });
  },
  chunk: (fields, stamp) => {
    const data = field.own(fields, 'data');
    if (data === undefined) field.refuse('data', 'there');
    return field.present({
      type: 'chunk' as const,
      ...stamp,
      stream: field.optionalName(fields, 'stream'),
      taskId: field.optionalName(fields, 'task_id'),
      mode: field.oneOf(fields, 'mode', ['append', 'replace', 'items']),
      data,
    });
  },
  task_result: (fields, stamp) =>
    field.present({
      type: 'task_result' as const,
      ...stamp,
      taskId: field.name(fields, 'task_id'),
      result: field.own(fields, 'result'),
      skipped: field.flag(fields, 'skipped'),
    }),
  task_error: (fields, stamp) => ({
    type: 'task_error',
    ...stamp,
    taskId: field.name(fields, 'task_id'),
    error: parseError(fields),
  }),
  result: (fields, stamp) => field.present({ type: 'result' as const, ...stamp, result: field.own(fields, 'result') }),
  error: (fields, stamp) => ({ type: 'error', ...stamp, error: parseError(fields) }),
  reject: (fields, stamp) => field.present({ type: 'reject' as const, ...stamp, reason: field.text(fields, 'reason') }),
};

export function isWorkType(event: string): event is WorkType {
  return Object.hasOwn(guards, event);
}

export function parseWork(type: WorkType, body: unknown): WorkMessage {
  const fields = field.fieldsOf(body);
  const stamp = field.present({
    requestId: field.requestId(fields),
    attempt: field.integer(fields, 'attempt', field.count),
    n: field.integer(fields, 'n', field.count),
  });
  return guards[type](fields, stamp);
}

/** What a refused message says of itself, where that much can be read: it still uses up its number. */
export function readStamp(body: unknown): WorkStamp | undefined {
  try {
    const fields = field.fieldsOf(body);
    return field.present({
      requestId: field.requestId(fields),
      attempt: field.integer(fields, 'attempt', field.count),
      n: field.integer(fields, 'n', field.count),
    });
  } catch {
    return undefined; // What can't be read has no number to use up.
  }
}

function fraction(fields: Fields): number | null | undefined {
  const value = field.own(fields, 'progress');
  if (value === undefined || value === null) return value;
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) field.refuse('progress', 'a fraction from 0 to 1, or null');
  return value;
}

function parseError(fields: Fields): WireError {
  const error = field.fieldsOf(field.own(fields, 'error'), 'error');
  return field.present({
    code: field.optionalName(error, 'code', 'error.') ?? defaultProviderCode,
    message: field.text(error, 'message', 'error.') ?? field.refuse('error.message', 'a string'),
    retryable: field.flag(error, 'retryable', 'error.') ?? false,
    details: field.object(error, 'details', 'error.'),
  });
}
