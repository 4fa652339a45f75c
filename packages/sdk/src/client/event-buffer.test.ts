import { expect, test } from 'vitest';
import { EventBuffer } from './event-buffer.ts';
import type { AnyEvent } from './events.ts';

const stamp = (seq: number) => ({ seq, attempt: 1, at: 0, overall: 0 });
const chunk = (seq: number, data: unknown = 'x'): AnyEvent => ({
  type: 'chunk',
  ...stamp(seq),
  stream: 's',
  index: seq,
  mode: 'items',
  data,
});
const progress = (seq: number, taskId: string, fraction: number): AnyEvent => ({
  type: 'progress',
  ...stamp(seq),
  taskId,
  progress: fraction,
});
const last = (seq: number): AnyEvent => ({
  type: 'result',
  ...stamp(seq),
  state: 'completed',
  timings: { queuedMs: 0, totalMs: 0 },
});

function aBuffer() {
  const heard: string[] = [];
  const buffer = new EventBuffer(
    () => heard.push('room'),
    () => heard.push('done'),
  );
  return { buffer, heard };
}

test('events come out as they went in, and the loop ends after the last', async () => {
  const { buffer, heard } = aBuffer();
  for (const event of [chunk(1), chunk(2), last(3)]) buffer.take(event);
  const seqs: number[] = [];
  for await (const { seq } of buffer) seqs.push(seq);
  expect(seqs).toEqual([1, 2, 3]);
  expect(heard).toEqual(['done']);
});

test('whoever waits is given the next event at once, and told of the end', async () => {
  const { buffer } = aBuffer();
  const next = buffer.next();
  const after = buffer.next();
  const end = buffer.next();
  buffer.take(chunk(1));
  buffer.take(last(2));
  expect(await next).toMatchObject({ value: { seq: 1 } });
  expect(await after).toMatchObject({ value: { seq: 2 } });
  expect(await end).toEqual({ value: undefined, done: true });
});

test('of a task that moves on unread, only the latest progress is kept, behind what it tells of', async () => {
  const { buffer } = aBuffer();
  for (const event of [progress(0, 'a', 0.1), chunk(1), progress(1, 'b', 0.1), progress(1, 'a', 0.9), last(2)])
    buffer.take(event);
  const told: unknown[] = [];
  for await (const event of buffer) told.push(event.type === 'progress' ? `${event.taskId} ${event.progress}` : event.type);
  expect(told).toEqual(['chunk', 'b 0.1', 'a 0.9', 'result']);
});

test('a line of 1,000 events is full, and asks for more when half of it has been read', async () => {
  const { buffer, heard } = aBuffer();
  for (let seq = 1; seq <= 1_000; seq += 1) {
    expect(buffer.isFull).toBe(false);
    buffer.take(chunk(seq));
  }
  expect(buffer.isFull).toBe(true);
  for (let read = 0; read < 499; read += 1) await buffer.next();
  expect([buffer.isFull, heard]).toEqual([true, []]);
  await buffer.next();
  expect([buffer.isFull, heard, buffer.after]).toEqual([false, ['room'], 1_000]);
});

test.each([
  ['a text', 'x'.repeat(600_000)],
  ['bytes', new Uint8Array(600_000)],
  ['an object', { deep: { text: 'x'.repeat(600_000) } }],
])('a megabyte is full too: %s', (_, data) => {
  const { buffer } = aBuffer();
  buffer.take(chunk(1, data));
  expect(buffer.isFull).toBe(false);
  buffer.take(chunk(2, data));
  expect(buffer.isFull).toBe(true);
});

test('what failed is told after what had come before it', async () => {
  const { buffer, heard } = aBuffer();
  buffer.take(chunk(1));
  buffer.fail(new Error('the hub has forgotten it'));
  expect(await buffer.next()).toMatchObject({ value: { seq: 1 } });
  await expect(buffer.next()).rejects.toThrow('the hub has forgotten it');
  expect(heard).toEqual(['done']);
});

test('a loop that is left keeps nothing', async () => {
  const { buffer, heard } = aBuffer();
  buffer.take(chunk(1));
  for await (const _ of buffer) break;
  buffer.take(chunk(2));
  expect(await buffer.next()).toEqual({ value: undefined, done: true });
  expect(heard[0]).toBe('done');
});
