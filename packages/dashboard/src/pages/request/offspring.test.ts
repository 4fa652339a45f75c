import { expect, test } from 'vitest';
import type { RequestSummary } from '../../live/api.ts';
import { offspringOf } from './offspring.ts';
import { noStory, told } from './story.ts';

function aChild(id: string, atMs: number, taskId?: string): RequestSummary {
  const at = new Date(atMs).toISOString();
  const parent = { request_id: 'parent', ...(taskId === undefined ? {} : { task_id: taskId }) };
  return {
    ...{ request_id: id, to: 'llm', action: 'chat', state: 'running', attempt: 1, overall: 0, seq: 1, work_began: true },
    ...{ parent, created_at: at, requester: { session_id: 's', hub_id: 'h' }, timings: { queued_ms: 0, total_ms: 0 }, live: {} },
  };
}

const stamp = { overall: 0 } as const;
const { attempts } = told(
  noStory,
  [
    { ...stamp, type: 'status', seq: 1, at: 1_000, attempt: 1, state: 'assigned' },
    { ...stamp, type: 'tasks', seq: 2, at: 1_001, attempt: 1, tasks: [{ taskId: 'ask' }, { taskId: 'gather' }] },
    { ...stamp, type: 'status', seq: 3, at: 5_000, attempt: 1, state: 'queued', reason: 'provider_lost' },
    { ...stamp, type: 'status', seq: 4, at: 6_000, attempt: 2, state: 'assigned' },
    { ...stamp, type: 'tasks', seq: 5, at: 6_001, attempt: 2, tasks: [{ taskId: 'ask' }, { taskId: 'gather' }] },
  ],
  0,
);

test('a child stands below the step that asked for it, in the attempt that it was asked in, the earliest first', () => {
  const all = [
    aChild('late', 7_000, 'ask'),
    aChild('second', 3_000, 'ask'),
    aChild('first', 2_000, 'ask'),
    aChild('other', 2_500, 'gather'),
  ];
  const { ofStep } = offspringOf(attempts, all);
  const idsOf = (attempt: number, taskId: string) => ofStep(attempt, taskId).map(({ request_id }) => request_id);
  expect([idsOf(1, 'ask'), idsOf(1, 'gather'), idsOf(2, 'ask'), idsOf(2, 'gather')]).toEqual([
    ['first', 'second'],
    ['other'],
    ['late'],
    [],
  ]);
});

test('one of no step, or of one that nobody declared, stands below the attempt', () => {
  const { ofStep, ofAttempt } = offspringOf(attempts, [aChild('plain', 2_000), aChild('strange', 6_500, 'unheard-of')]);
  expect([1, 2].map((attempt) => ofAttempt(attempt).map(({ request_id }) => request_id))).toEqual([['plain'], ['strange']]);
  expect(ofStep(1, 'ask')).toEqual([]);
});
