/** One child request as a task of its parent: its progress is the task's, and its failure. */

import { type FollowedEvent, isConduitError, type ServiceContext, ServiceError } from '@conduit/sdk';
import type { z } from 'zod';

interface Asked<Answer> {
  /** The task it is done for; its failure is called `<taskId>_failed`. */
  readonly taskId: string;
  readonly service: string;
  readonly action: string;
  readonly payload: unknown;
  /** What we need of its result: whoever serves may be of another version, and in another language. */
  readonly answer: z.ZodType<Answer>;
  /** Is given each event, before the next one is read. */
  readonly onEvent?: (event: FollowedEvent) => Promise<void>;
}

interface Answered<Answer> {
  readonly requestId: string;
  readonly answer: Answer;
}

/**
 * Resolves with the child's result.
 * @throws ServiceError what the task was told, as retryable as what it comes from; the signal's reason, once the parent is to stop.
 */
export async function answerOf<Answer>(asked: Asked<Answer>, context: ServiceContext): Promise<Answered<Answer>> {
  const { taskId, service, action, payload, answer, onEvent } = asked;
  const task = context.task(taskId);
  const child = context.request(service, action, payload, { taskId });
  try {
    for await (const event of child) {
      if (event.type === 'progress') task.progress(amountOf(event), event.message);
      else if (event.type === 'waiting') task.progress(null, `waits for "${service}": ${event.reason}`);
      await onEvent?.(event);
    }
    const given = answer.safeParse(await child);
    if (given.success) return { requestId: child.id, answer: given.data };
    throw new ServiceError('unexpected_answer', `its answer has no ${given.error.issues[0]?.path.join('.')} that we understand`);
  } catch (error) {
    context.signal.throwIfAborted();
    const failure = failureOf(error, { taskId, service, action, requestId: child.id });
    task.fail(failure);
    throw failure;
  }
}

/** How far the child is as a whole; what it has counted, while that can't be told. */
function amountOf({
  overall,
  current,
  total,
  unit,
}: Extract<FollowedEvent, { readonly type: 'progress' }>): Parameters<ReturnType<ServiceContext['task']>['progress']>[0] {
  if (overall > 0) return overall;
  if (current === undefined) return null;
  return { current, ...(total === undefined ? {} : { total }), ...(unit === undefined ? {} : { unit }) };
}

function failureOf(
  error: unknown,
  {
    taskId,
    service,
    ...child
  }: { readonly taskId: string; readonly service: string; readonly action: string; readonly requestId: string },
): ServiceError {
  const [code, retryable] = isConduitError(error) ? [error.code, error.retryable] : ['provider_error', false];
  const why = error instanceof Error ? error.message : String(error);
  return new ServiceError(`${taskId}_failed`, `"${service}" failed with ${code}: ${why}`, {
    retryable,
    details: { service, ...child, code },
    cause: error,
  });
}
