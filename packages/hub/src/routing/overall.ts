/** The weighted roll-up of a request's tasks: how far the whole is. Never falls within an attempt, and is 1 only at its completion. */

import { isTaskEnded } from '@conduit/sdk/protocol/states';
import type { RequestRecord } from './record.ts';

const mostBeforeTheEnd = 0.99;

/**
 * How far the request is, 0…0.99.
 * @param ending a task that ends with the event at hand.
 */
export function overallOf(record: RequestRecord, ending?: string): number {
  const hasTasks = record.tasks.size > 0 || ending !== undefined;
  const fraction = hasTasks ? fractionOfTasks(record, ending) : (record.live.progress.get('main')?.progress ?? 0);
  return Math.max(record.overall, Math.min(fraction, mostBeforeTheEnd));
}

/** A task with children counts through them. Linear in the tasks, of which there are tens; a thousand cost some 10 µs. */
function fractionOfTasks(record: RequestRecord, ending: string | undefined): number {
  const parents = new Set<string>();
  for (const task of record.tasks.values()) if (task.parentId !== undefined) parents.add(task.parentId);
  // A task that ends in the message that declares it is not in the record yet.
  const isUndeclared = ending !== undefined && !record.tasks.has(ending);
  let done = isUndeclared ? 1 : 0;
  let weights = done;
  for (const task of record.tasks.values()) {
    if (parents.has(task.taskId)) continue;
    weights += task.weight;
    const isDone = task.taskId === ending || isTaskEnded(task.state);
    done += task.weight * (isDone ? 1 : (record.live.progress.get(task.taskId)?.progress ?? 0));
  }
  return weights === 0 ? 0 : done / weights;
}
