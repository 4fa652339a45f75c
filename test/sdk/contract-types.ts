/**
 * What TypeScript says of a contract, on both sides. Nothing here runs: it is compiled, and what is to be refused stands below
 * `@ts-expect-error`, so that types which grow loose fail the compiler as well as those which grow too strict.
 */

import { action, type Conduit, type ConduitRequest, defineService, type JsonSchema, type Provider, serve } from '@conduit/sdk';
import * as valibot from 'valibot';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

const pixels: JsonSchema = { type: 'array', items: { type: 'integer' } };

/** A schema that somebody wrote by hand, by Standard Schema alone. */
declare const handMade: {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => { readonly value: { readonly at: number } };
    readonly types?: { readonly input: { readonly at: string }; readonly output: { readonly at: number } };
  };
};

const images = defineService('images', {
  resize: action({
    input: z.object({ url: z.url(), width: z.int(), quality: z.number().default(0.8), from: z.string().transform(Number) }),
    output: z.object({ url: z.string(), bytes: z.string().transform((text) => text.length) }),
    idempotent: true,
    timeoutMs: 5_000,
  }),
  tiles: action({
    input: z.object({ url: z.url() }),
    chunk: z.object({ x: z.int(), y: z.int() }),
    output: z.object({ count: z.int() }),
  }),
  /** What it streams is known, what it ends with is not. */
  watch: action({ chunk: z.object({ x: z.int() }) }),
  /** Of which nothing is said. */
  ping: action(),
  read: action({ input: pixels, output: pixels }),
});

const notes = defineService('notes', {
  add: action({
    input: valibot.object({ text: valibot.string(), stars: valibot.optional(valibot.number(), 3) }),
    output: valibot.object({ id: valibot.string() }),
    chunk: valibot.pipe(valibot.string(), valibot.transform(Number)),
  }),
  when: action({ input: handMade, output: handMade }),
});

export async function calling(conduit: Conduit): Promise<void> {
  const { resize, tiles, watch, ping, read } = conduit.use(images);
  const asked = { url: 'https://example.com/a.png', width: 200, from: '1' };

  // What is sent is what the schemas take; what comes is what they give.
  expectTypeOf(await resize(asked)).toEqualTypeOf<{ url: string; bytes: number }>();
  expectTypeOf(resize).parameter(0).toEqualTypeOf<{ url: string; width: number; quality?: number | undefined; from: string }>();
  void resize({ ...asked, quality: 1 }, { timeoutMs: 5_000, tags: ['a'], signal: AbortSignal.timeout(1) });
  // @ts-expect-error: a payload is needed
  void resize();
  // @ts-expect-error: `width` is missing
  void resize({ url: 'https://example.com/a.png', from: '1' });
  // @ts-expect-error: `width` is a number
  void resize({ ...asked, width: '200' });
  // @ts-expect-error: `height` is not in the contract
  void resize({ ...asked, height: 200 });
  // @ts-expect-error: what `from` becomes is not what is sent
  void resize({ ...asked, from: 1 });
  // @ts-expect-error: an option that there is not
  void resize(asked, { timeout: 5_000 });
  // @ts-expect-error: the service has no such action
  conduit.use(images).rotate;
  // @ts-expect-error: the result has no `size`
  (await resize(asked)).size;

  const request = tiles({ url: 'https://example.com/a.png' });
  expectTypeOf(request).toEqualTypeOf<ConduitRequest<{ count: number }, { x: number; y: number }>>();
  for await (const event of request) {
    if (event.type === 'chunk') expectTypeOf(event.data).toEqualTypeOf<{ x: number; y: number }>();
    if (event.type === 'result') expectTypeOf(event.result).toEqualTypeOf<{ count: number }>();
    if (event.type === 'task_result') expectTypeOf(event.result).toEqualTypeOf<unknown>();
    // @ts-expect-error: not every event has data
    event.data;
    // @ts-expect-error: there is no such event
    if (event.type === 'finished') return;
  }

  // Where nothing is said, nothing need be sent and nothing is known.
  expectTypeOf(ping()).toEqualTypeOf<ConduitRequest<unknown, unknown>>();
  expectTypeOf(watch()).toEqualTypeOf<ConduitRequest<unknown, { x: number }>>();
  expectTypeOf(read([1, 2])).toEqualTypeOf<ConduitRequest<unknown, unknown>>();
  expectTypeOf(conduit.request('images', 'resize')).toEqualTypeOf<ConduitRequest<unknown, unknown>>();
  // @ts-expect-error: what is unknown has to be looked at before it is used
  (await ping()).url;
}

export async function callingWithOtherLibraries(conduit: Conduit): Promise<void> {
  const { add, when } = conduit.use(notes);
  expectTypeOf(add({ text: 'hello' })).toEqualTypeOf<ConduitRequest<{ id: string }, number>>();
  void add({ text: 'hello', stars: 5 });
  // @ts-expect-error: `stars` is a number
  void add({ text: 'hello', stars: 'five' });
  expectTypeOf(await when({ at: '12:00' })).toEqualTypeOf<{ readonly at: number }>();
  // @ts-expect-error: it is sent as a text
  void when({ at: 12 });
}

export function following(conduit: Conduit, requestId: string): void {
  expectTypeOf(conduit.follow(images.tiles, requestId)).toEqualTypeOf<
    ConduitRequest<{ count: number }, { x: number; y: number }>
  >();
  expectTypeOf(conduit.follow(notes.add, requestId)).toEqualTypeOf<ConduitRequest<{ id: string }, number>>();
  expectTypeOf(conduit.follow(requestId)).toEqualTypeOf<ConduitRequest<unknown, unknown>>();
  // @ts-expect-error: an id is needed
  conduit.follow(images.tiles);
  // @ts-expect-error: the whole service is no action
  conduit.follow(images, requestId);
}

/** Handlers that fit, for the other cases to differ from in one thing. */
const fitting = {
  resize: ({ url }: { url: string }) => ({ url, bytes: '12' }),
  async *tiles() {
    yield { x: 1, y: 2 };
    return { count: 1 };
  },
  async *watch() {
    yield { x: 1 };
  },
  ping: () => undefined,
  read: () => [],
};

export async function serving(): Promise<void> {
  expectTypeOf(serve(images, fitting)).toEqualTypeOf<Promise<Provider>>();
  await serve(images, {
    ...fitting,
    // Its payload has been checked: defaults are filled in, texts have become what they mean.
    async resize(payload, ctx) {
      expectTypeOf(payload).toEqualTypeOf<{ url: string; width: number; quality: number; from: number }>();
      expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(await ctx.use(notes).add({ text: 'resized' })).toEqualTypeOf<{ id: string }>();
      // @ts-expect-error: a child's payload is held to its contract too
      void ctx.use(notes).add({ text: 1 });
      return { url: payload.url, bytes: '12' };
    },
    // Without chunks, as a plain function.
    tiles: () => ({ count: 0 }),
    watch: async () => ({ anything: true }),
    // What somebody else answered is handed on as it is.
    ping: (payload, ctx) => ctx.request('other', 'ping', payload),
    read: async (payload, ctx) => await ctx.request('other', 'read', payload),
  });
  // Another request stands for its result.
  await serve(images, { ...fitting, tiles: (payload, ctx) => ctx.use(images).tiles(payload) });
  await serve(notes, {
    async *add({ text, stars }) {
      expectTypeOf(text).toEqualTypeOf<string>();
      expectTypeOf(stars).toEqualTypeOf<number>();
      yield '1';
      return { id: text };
    },
    when: ({ at }) => {
      expectTypeOf(at).toEqualTypeOf<number>();
      return { at: String(at) };
    },
  });
}

export function servingWrongly(): void {
  const { resize: _resize, ...withoutResize } = fitting;
  // @ts-expect-error: `resize` has no handler
  void serve(images, withoutResize);
  // @ts-expect-error: the contract has no `rotate`
  void serve(images, { ...fitting, rotate: () => 90 });
  void serve(images, {
    ...fitting,
    // @ts-expect-error: it takes a payload that nobody sends
    resize: ({ height }: { height: number }) => ({ url: String(height), bytes: '12' }),
  });
  // @ts-expect-error: the result lacks `bytes`
  void serve(images, { ...fitting, resize: () => ({ url: 'a' }) });
  // @ts-expect-error: the result lacks `bytes`, also when it comes later
  void serve(images, { ...fitting, resize: async () => ({ url: 'a' }) });
  void serve(images, {
    ...fitting,
    // @ts-expect-error: `y` is missing in what is streamed
    async *tiles() {
      yield { x: 1 };
      return { count: 1 };
    },
  });
  void serve(images, {
    ...fitting,
    // @ts-expect-error: it streams, and ends with nothing
    async *tiles() {
      yield { x: 1, y: 2 };
    },
  });
  void serve(images, {
    ...fitting,
    // @ts-expect-error: what it streams is a text, whatever it ends with
    async *watch() {
      yield 'x';
    },
  });
  void serve(notes, {
    // @ts-expect-error: the schema turns texts into numbers, so a text is to be streamed
    async *add() {
      yield 1;
      return { id: 'a' };
    },
    when: () => ({ at: '12:00' }),
  });
  // @ts-expect-error: what `at` becomes is not what is returned
  void serve(notes, { add: () => ({ id: 'a' }), when: () => ({ at: 12 }) });
  // @ts-expect-error: an option that there is not
  void serve(images, fitting, { capcity: 4 });
}

export function defining(): void {
  // @ts-expect-error: a schema is an object
  action({ input: 'string' });
  // @ts-expect-error: an option that there is not
  action({ timeout: 5_000 });
  // @ts-expect-error: an action is made of what can be said of one
  defineService('images', { resize: 5 });
  expectTypeOf(images.resize.name).toEqualTypeOf<string>();
}
