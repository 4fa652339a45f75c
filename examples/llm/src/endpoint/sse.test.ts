import { expect, test } from 'vitest';
import { eventData } from './sse.ts';

const stream = 'retry: 10\n: ping\n\ndata: {"a":"née 🌊"}\r\n\r\nevent: x\nid: 7\ndata: two\ndata: lines\n\ndata:[DONE]\n\n';
const events = ['{"a":"née 🌊"}', 'two\nlines', '[DONE]'];

async function* cut(bytes: Uint8Array, ...at: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of [...at, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

async function read(body: AsyncIterable<Uint8Array>): Promise<string[]> {
  const all: string[] = [];
  for await (const data of eventData(body)) all.push(data);
  return all;
}

test('events are read whole, wherever their bytes were cut, in the middle of a letter too', async () => {
  const bytes = new TextEncoder().encode(stream);
  expect(await read(cut(bytes))).toEqual(events);
  for (let at = 1; at < bytes.length; at += 1) expect(await read(cut(bytes, at))).toEqual(events);
  expect(await read(cut(bytes, ...Array.from({ length: bytes.length - 1 }, (_, at) => at + 1)))).toEqual(events);
});

test('an event is given before the next bytes come', async () => {
  let isAsked = false;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('data: one\n\nda');
    isAsked = true;
    yield new TextEncoder().encode('ta: two\n\n');
  }
  const reading = eventData(body());
  expect((await reading.next()).value).toBe('one');
  expect(isAsked).toBe(false);
  expect((await reading.next()).value).toBe('two');
});

test('an event that was not finished is none', async () => {
  expect(await read(cut(new TextEncoder().encode('data: whole\n\ndata: hal')))).toEqual(['whole']);
});

test('whoever sends no end of an event is not read for ever', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(65_536).fill(0x61);
  }
  await expect(read(endless())).rejects.toThrow(RangeError);
});

test('whoever leaves the loop ends the stream', async () => {
  let isEnded = false;
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new TextEncoder().encode('data: more\n\n');
    } finally {
      isEnded = true;
    }
  }
  for await (const _ of eventData(body())) break;
  expect(isEnded).toBe(true);
});
