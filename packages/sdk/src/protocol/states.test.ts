/** The tables of states hold together. */

import { expect, test } from 'vitest';
import {
  isTaskEnded,
  isTerminal,
  mayFollow,
  nextRequestStates,
  nextTaskStates,
  type RequestState,
  type TaskState,
} from './states.ts';

test('every state of a request can be reached from the first, and an end from every state', () => {
  const reach = (from: RequestState, seen = new Set<RequestState>()): Set<RequestState> => {
    for (const next of nextRequestStates[from]) if (!seen.has(next)) reach(next, seen.add(next));
    return seen;
  };
  const states = Object.keys(nextRequestStates) as RequestState[];
  expect([...reach('queued'), 'queued']).toEqual(expect.arrayContaining(states));
  for (const state of states.filter((one) => !isTerminal(one))) expect([...reach(state)].some(isTerminal)).toBe(true);
});

test('an end is an end', () => {
  const ends = (Object.keys(nextRequestStates) as RequestState[]).filter(isTerminal);
  expect(ends).toEqual(['completed', 'failed', 'cancelled', 'expired']);
  expect(mayFollow('completed', 'queued')).toBe(false);
  expect((Object.keys(nextTaskStates) as TaskState[]).filter(isTaskEnded)).toEqual([
    'completed',
    'failed',
    'skipped',
    'cancelled',
  ]);
});
