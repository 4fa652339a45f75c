/** Tells on what a target streams: the protocol's own events as what they are, anything else as chunks. */

import { isConduitError, type ServiceContext, ServiceError } from '@conduit/sdk';
import { isFields, present } from '@conduit/sdk/protocol/fields';
import type { Progress, WorkMessage } from '@conduit/sdk/protocol/messages';
import { isWorkType, parseWork } from '@conduit/sdk/protocol/parse-work';
import type { Said } from './lines.ts';

type Amount = Parameters<ServiceContext['progress']>[0];

/** Resolves with the result, at once when it is said, or with nothing at the end. @throws ServiceError what the target says, or nonsense. */
export async function tellOn(said: AsyncIterable<Said>, context: ServiceContext): Promise<unknown> {
  for await (const one of said) {
    const message = messageOf(one, context.requestId);
    if (message === undefined) {
      await context.chunk(one.value);
      continue;
    }
    switch (message.type) {
      case 'tasks':
        context.tasks(message.tasks);
        break;
      case 'progress':
        (message.taskId === undefined ? context : context.task(message.taskId)).progress(amountOf(message), message.message);
        break;
      case 'chunk': {
        const { data, stream, mode, taskId } = message;
        await context.chunk(data, present({ stream, mode, taskId }));
        break;
      }
      case 'task_result':
        if (message.skipped === true) context.task(message.taskId).skip();
        else context.task(message.taskId).done(message.result);
        break;
      case 'task_error':
        context.task(message.taskId).fail(new ServiceError(message.error.code, message.error.message));
        break;
      case 'result':
        return message.result;
      case 'error': {
        const { code, message: sentence, ...extras } = message.error;
        throw new ServiceError(code, sentence, extras);
      }
      case 'reject':
        throw new ServiceError('overloaded', message.reason ?? 'the target does not take it now', { retryable: true });
    }
  }
  return undefined;
}

/** Undefined for what is no event. */
function messageOf({ value, name }: Said, requestId: string): WorkMessage | undefined {
  if (!isFields(value)) return undefined;
  const type = value['type'] ?? name;
  if (typeof type !== 'string' || !isWorkType(type)) return undefined;
  try {
    return parseWork(type, { ...value, request_id: requestId, attempt: 1, n: 1 });
  } catch (error) {
    if (!isConduitError(error)) throw error;
    throw new ServiceError('target_nonsense', `the answer has a "${type}" that is none: ${error.message}`);
  }
}

function amountOf({ progress, current, total, unit }: Progress): Amount {
  return current === undefined ? (progress ?? null) : present({ current, total, unit });
}
