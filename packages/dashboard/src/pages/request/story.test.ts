import type { FollowedEvent } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { noStory, told } from './story.ts';

const at = 1_700_000_000_000;
const assigned = { type: 'status', seq: 1, at, attempt: 1, overall: 0, state: 'assigned', reason: 'dispatched' } as const;

function chunk(index: number, data: unknown, mode: 'append' | 'replace' = 'append'): FollowedEvent {
  return { type: 'chunk', seq: index + 2, at: at + index, attempt: 1, overall: 0, stream: 'text', index, mode, data };
}

test('what was shown before stays as it was, whatever is told later', () => {
  const first = told(noStory, [assigned, chunk(0, 'It '), chunk(1, 'was ')], at);
  const second = told(first, [chunk(2, 'a '), chunk(3, 'dark night')], at);
  expect(first.streams.get('text')?.chunks).toEqual(['It ', 'was ']);
  expect(second.streams.get('text')?.chunks.join('')).toBe('It was a dark night');
  expect(second.streams).not.toBe(first.streams);
  expect([first.events.length, second.events.length]).toEqual([3, 5]);
});

test('of a stream that is replaced the latest is left', () => {
  const story = told(noStory, [assigned, chunk(0, { pages: 1 }, 'replace'), chunk(1, { pages: 2 }, 'replace')], at);
  expect(story.streams.get('text')).toEqual({ mode: 'replace', chunks: [{ pages: 2 }], isCut: false });
});

test('of a long stream the end is kept, and it says that there was more', () => {
  const events = Array.from({ length: 50_000 }, (_, index) => chunk(index, `${index} `));
  const story = told(told(noStory, [assigned], at), events, at);
  const { chunks = [], isCut } = story.streams.get('text') ?? {};
  expect(isCut).toBe(true);
  expect(chunks.at(-1)).toBe('49999 ');
  expect(chunks.length).toBeGreaterThanOrEqual(20_000);
  expect(chunks.length).toBeLessThanOrEqual(25_000);
  expect(story.events).toHaveLength(50_001);
});

test('another attempt begins anew, and the one before it has ended', () => {
  const lost = { type: 'status', seq: 4, at: at + 10, attempt: 1, overall: 0, state: 'queued', reason: 'provider_lost' } as const;
  const again = { ...assigned, seq: 5, at: at + 20, attempt: 2 };
  const story = told(noStory, [assigned, chunk(0, 'half'), lost, again], at);
  expect(story.streams.size).toBe(0);
  expect(story.attempts.map(({ attempt, endedAt, reason }) => [attempt, endedAt, reason])).toEqual([
    [1, at + 10, 'provider_lost'],
    [2, undefined, undefined],
  ]);
});

test('a step that was skipped without having begun has no time of its own; one that had has', () => {
  const tasks = { ...assigned, type: 'tasks', seq: 2, tasks: [{ taskId: 'never' }, { taskId: 'begun' }] } as const;
  const skipped = (taskId: string) => ({ ...assigned, type: 'task_result', seq: 3, at: at + 9, taskId, skipped: true }) as const;
  const progress = { ...assigned, type: 'progress', at: at + 5, taskId: 'begun', progress: 0.5 } as const;
  const story = told(noStory, [assigned, tasks, progress, skipped('never'), skipped('begun')], at);
  const [never, begun] = [...(story.attempts[0]?.tasks.values() ?? [])];
  expect([never?.state, never?.startedAt, never?.finishedAt]).toEqual(['skipped', undefined, undefined]);
  expect([begun?.state, begun?.startedAt, begun?.finishedAt]).toEqual(['skipped', at + 5, at + 9]);
});

test('a silence began as long ago as was told, by the clock of whoever looks', () => {
  const stalled = { ...assigned, type: 'stalled', stalled: true, silentMs: 30_000 } as const;
  const story = told(noStory, [assigned, stalled], at + 1_000_000);
  expect(story.silentSince).toBe(at + 970_000);
  expect(told(story, [{ ...stalled, stalled: false, silentMs: 0 }], at).silentSince).toBeUndefined();
});
