import type { FollowedEvent } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { lineOf } from './event-line.ts';

type Said = FollowedEvent extends infer Event
  ? Event extends FollowedEvent
    ? Omit<Event, 'seq' | 'at' | 'attempt' | 'overall'>
    : never
  : never;

const titles: Readonly<Record<string, string>> = { draw: 'Draw the sheet' };
const timings = { queuedMs: 0, totalMs: 2_300 };
const error = { code: 'no_ink', message: 'the press is empty', retryable: false };
const press = { sessionId: 's1', hubId: 'h1', name: 'press 1' };

test.each<readonly [Said, string]>([
  [{ type: 'status', state: 'assigned', provider: press }, 'Attempt 2 is handed to press 1'],
  [{ type: 'status', state: 'queued', reason: 'at_capacity' }, 'It waits: all providers are busy'],
  [{ type: 'status', state: 'queued', reason: 'out of paper' }, 'It waits: out of paper'],
  [{ type: 'status', state: 'running', reason: 'provider_lost' }, 'Its provider is lost, and may come back'],
  [{ type: 'status', state: 'running', reason: 'provider_back' }, 'Its provider is back'],
  [{ type: 'status', state: 'cancelling', by: press, reason: 'not wanted' }, 'Asked to stop by press 1: not wanted'],
  [{ type: 'tasks', tasks: [{ taskId: 'read' }, { taskId: 'draw', title: 'Draw the sheet' }] }, '2 steps: read, Draw the sheet'],
  [{ type: 'chunk', stream: 'text', index: 11, mode: 'append', data: 'It was\n' }, 'text 12: It was'],
  [{ type: 'chunk', stream: 'state', index: 0, mode: 'replace', data: { n: 1 } }, 'state is now: {"n":1}'],
  [{ type: 'chunk', stream: 'bytes', index: 0, mode: 'append', data: new Uint8Array(3) }, 'bytes 1: 3 B'],
  [{ type: 'task_result', taskId: 'draw', result: { pages: 2 } }, 'Draw the sheet is done: {"pages":2}'],
  [{ type: 'task_result', taskId: 'read', skipped: true }, 'read was skipped'],
  [{ type: 'task_error', taskId: 'draw', error }, 'Draw the sheet failed: no_ink, the press is empty'],
  [{ type: 'result', state: 'completed', timings, result: undefined }, 'Completed after 2.3 s'],
  [{ type: 'error', state: 'failed', timings, error }, 'Failed after 2.3 s: no_ink, the press is empty'],
])('%j is one sentence', (said, sentence) => {
  expect(lineOf({ ...said, seq: 1, at: 0, attempt: 2, overall: 0 }, (taskId) => titles[taskId] ?? taskId)).toBe(sentence);
});

test('however large what was told is, its line is not', () => {
  const event = { type: 'chunk', seq: 1, at: 0, attempt: 1, overall: 0, stream: 'text', index: 0, mode: 'append' } as const;
  expect(lineOf({ ...event, data: 'a'.repeat(100_000) }, String).length).toBeLessThanOrEqual(300);
});
