/** The weighted roll-up of a request's tasks: how far the whole is. Never falls within an attempt, and is 1 only at its completion. */

import { isTaskEnded } from '@conduit/sdk/protocol/states';
import type { RequestRecord } from './record.ts';

const mostBeforeTheEnd = 0.99;

/**
 * How far the request is, 0…0.99.
 * @param ending a task that ends with the event at hand.
 */
export function overallOf(record: RequestRecord, ending?: string): number {
  const hasTasks = record.tasks.size > 0 || record.live.started.size > 0 || ending !== undefined;
  const fraction = hasTasks ? fractionOfTasks(record, ending) : (record.live.progress.get('main')?.progress ?? 0);
  return Math.max(record.overall, Math.min(fraction, mostBeforeTheEnd));
}

/** A task with children counts through them. Linear in the tasks, of which there are tens; a thousand cost some 10 µs. */
function fractionOfTasks(record: RequestRecord, ending: string | undefined): number {
  const parents = new Set<string>();
  for (const task of record.tasks.values()) if (task.parentId !== undefined) parents.add(task.parentId);
  let done = 0;
  let weights = 0;
  // A task that is declared by the message at hand is not in the record yet.
  if (ending !== undefined && !record.tasks.has(ending)) {
    done += 1;
    weights += 1;
  }
  for (const taskId of record.live.started.keys()) {
    if (record.tasks.has(taskId) || taskId === ending) continue;
    done += record.live.progress.get(taskId)?.progress ?? 0;
    weights += 1;
  }
  for (const task of record.tasks.values()) {
    if (parents.has(task.taskId)) continue;
    weights += task.weight;
    const isDone = task.taskId === ending || isTaskEnded(task.state);
    done += task.weight * (isDone ? 1 : (record.live.progress.get(task.taskId)?.progress ?? 0));
  }
  return weights === 0 ? 0 : done / weights;
}
