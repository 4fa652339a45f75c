/** Which step of which attempt asked for which request. Pure. */

import type { RequestSummary } from '../../live/api.ts';
import type { AttemptStory } from './story.ts';

/** By the attempt and, where it was said and is known, by the step. */
export interface Offspring {
  ofStep(attempt: number, taskId: string): readonly RequestSummary[];
  /** Of no step that is shown. */
  ofAttempt(attempt: number): readonly RequestSummary[];
}

export function offspringOf(attempts: readonly AttemptStory[], children: readonly RequestSummary[]): Offspring {
  const placed = children.map((child) => {
    const askedAt = Date.parse(child.created_at);
    const owner = attempts.findLast(({ attempt, beganAt }) => attempt > 0 && beganAt <= askedAt) ?? attempts.at(-1);
    const taskId = child.parent?.task_id;
    return { child, attempt: owner?.attempt, taskId: taskId !== undefined && owner?.tasks.has(taskId) ? taskId : undefined };
  });
  const found = (attempt: number, taskId?: string) =>
    placed
      .filter((one) => one.attempt === attempt && one.taskId === taskId)
      .map(({ child }) => child)
      .toSorted((one, other) => (one.created_at < other.created_at ? -1 : 1));
  return { ofStep: found, ofAttempt: (attempt) => found(attempt) };
}
