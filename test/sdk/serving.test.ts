/** What somebody who serves meets: exceptions, schemas, streams, steps, children, being told to stop, and leaving in order. */

import { once } from 'node:events';
import { action, defineService, isConduitError, type LooseHandlers, type ServiceContext, serve } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { closing } from '../support/closing.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';

const images = defineService('images', {
  resize: action({
    input: z.object({ url: z.url(), width: z.int().default(100) }),
    output: z.object({ url: z.string(), width: z.number() }),
    idempotent: true,
  }),
  even: action({ input: z.int().refine((n) => n % 2 === 0, 'must be even'), output: z.int() }),
  tiles: action({
    input: z.object({ count: z.int() }),
    chunk: z.object({ tile: z.int() }),
    output: z.object({ count: z.int() }),
  }),
});

async function anImageService(hub: string) {
  const provider = await serve(
    images,
    {
      resize: ({ url, width }) => ({ url: `${url}?w=${width}`, width }),
      even: (n) => n / 2,
      async *tiles({ count }) {
        for (let tile = 0; tile < count; tile += 1) yield { tile };
        return { count };
      },
    },
    { hub, handlesSignals: false, log: () => undefined },
  );
  closing(() => provider.close());
}

test('a contract types both sides, fills in defaults, and streams typed chunks', async () => {
  const hub = await aTestHub();
  await anImageService(hub.url);
  const api = (await aConduit(hub.url)).use(images);
  expect(await api.resize({ url: 'https://example.com/a.png' })).toEqual({ url: 'https://example.com/a.png?w=100', width: 100 });
  const request = api.tiles({ count: 3 });
  const tiles: number[] = [];
  for await (const event of request) if (event.type === 'chunk') tiles.push(event.data.tile);
  expect(tiles).toEqual([0, 1, 2]);
  expect((await request).count).toBe(3);
});

test('a payload that does not fit is refused before anybody works on it, and what only the service can check by the service', async () => {
  const hub = await aTestHub();
  await anImageService(hub.url);
  const conduit = await aConduit(hub.url);
  const wrong: unknown = await conduit.request('images', 'resize', { url: 'nowhere' }).catch((error: unknown) => error);
  expect(isConduitError(wrong, 'invalid_payload')).toBe(true);
  await expect(conduit.use(images).even(3)).rejects.toMatchObject({
    code: 'invalid_payload',
    message: expect.stringContaining('must be even'),
  });
  expect(await conduit.use(images).even(4)).toBe(2);
});

test('steps that the contract names are declared once, by the hub', async () => {
  const hub = await aTestHub();
  const painting = defineService('painting', {
    paint: action({ tasks: [{ taskId: 'mix', title: 'Mix' }, { taskId: 'paint' }] }),
  });
  const handlers = { paint: (_: unknown, ctx: ServiceContext) => ctx.task('mix').done() };
  const provider = await serve(painting, handlers, { hub: hub.url, handlesSignals: false });
  closing(() => provider.close());
  const conduit = await aConduit(hub.url);
  const declared: unknown[] = [];
  for await (const event of conduit.use(painting).paint()) if (event.type === 'tasks') declared.push(event.tasks);
  expect(declared).toMatchObject([[{ taskId: 'mix', title: 'Mix' }, { taskId: 'paint' }]]);
});

test('an exception of a handler is told to its caller, and written to the log of the service', async () => {
  const hub = await aTestHub();
  const log: string[] = [];
  const fail = (): never => {
    throw new TypeError('cannot read the page');
  };
  await aProvider(hub.url, { fail }, { log: (sentence) => void log.push(sentence) });
  const conduit = await aConduit(hub.url);
  await expect(conduit.request('worker', 'fail')).rejects.toMatchObject({
    code: 'provider_error',
    message: 'cannot read the page',
  });
  expect(log).toEqual([
    expect.stringMatching(/^worker: request [0-9a-f-]+ failed: TypeError: cannot read the page\n.*serving\.test/s),
  ]);
});

test('an action that the service does not have is said so', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { go: () => 1 });
  const conduit = await aConduit(hub.url);
  await expect(conduit.request('worker', 'stay')).rejects.toMatchObject({ code: 'action_not_found' });
});

test('a result that is too large, or that JSON has no word for, fails the request and nothing else', async () => {
  const hub = await aTestHub();
  const wait = aGate();
  closing(wait.open);
  const provider = await aProvider(hub.url, {
    large: () => 'x'.repeat(5_000_000),
    bigint: () => ({ n: 10n }),
    largeStep: (_, ctx) => {
      ctx.task('one').done('y'.repeat(5_000_000));
      return 'went on';
    },
    wait: async () => {
      await wait.opened;
      return 'undisturbed';
    },
  });
  const conduit = await aConduit(hub.url);
  const other = conduit.request('worker', 'wait');
  await expect(conduit.request('worker', 'large')).rejects.toMatchObject({ code: 'payload_too_large' });
  await expect(conduit.request('worker', 'bigint')).rejects.toMatchObject({ code: 'provider_error' });
  const step = conduit.request('worker', 'largeStep');
  const errors = [];
  for await (const event of step) if (event.type === 'task_error') errors.push(event.error.code);
  expect(errors).toEqual(['payload_too_large']);
  expect(await step).toBe('went on');
  wait.open();
  expect(await other).toBe('undisturbed');
  await provider.drain();
  expect(provider.held).toBe(0);
});

test('a payload that is too large is refused where it was sent, and the connection lives', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { go: () => 1 });
  const conduit = await aConduit(hub.url);
  const error: unknown = await conduit.request('worker', 'go', 'x'.repeat(3_000_000)).catch((thrown: unknown) => thrown);
  expect(isConduitError(error, 'payload_too_large')).toBe(true);
  await expect(conduit.request('worker', 'go', { n: 1n })).rejects.toMatchObject({ code: 'invalid_message' });
  expect(await conduit.request('worker', 'go')).toBe(1);
  expect(conduit.state).toBe('connected');
});

test('binary arrives as it was sent, in payload, chunk, step and result', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, {
    async *echo(payload: { bytes: Uint8Array }, ctx) {
      ctx.task('step').done({ bytes: payload.bytes });
      yield payload.bytes;
      return { bytes: payload.bytes };
    },
  });
  const conduit = await aConduit(hub.url);
  const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 256);
  const request = conduit.request('worker', 'echo', { bytes });
  for await (const event of request) {
    if (event.type === 'chunk') expect(Buffer.compare(event.data as Uint8Array, bytes)).toBe(0);
    if (event.type === 'task_result') expect(Buffer.compare((event.result as { bytes: Uint8Array }).bytes, bytes)).toBe(0);
  }
  expect(Buffer.compare(((await request) as { bytes: Uint8Array }).bytes, bytes)).toBe(0);
});

test('an aborted signal cancels: the handler is told to stop, its `finally` runs, the caller is given the reason', async () => {
  const hub = await aTestHub();
  const cleaned = aGate();
  await aProvider(hub.url, {
    async *endless() {
      try {
        for (let at = 0; ; at += 1) yield `${at} `;
      } finally {
        cleaned.open();
      }
    },
  });
  const conduit = await aConduit(hub.url);
  const controller = new AbortController();
  const request = conduit.request('worker', 'endless', null, { signal: controller.signal });
  const reason = new Error('the tab was closed');
  const loop = (async () => {
    for await (const event of request) if (event.type === 'chunk') controller.abort(reason);
  })();
  await expect(loop).rejects.toBe(reason);
  await expect(request).rejects.toBe(reason);
  await cleaned.opened;
  await expect(conduit.follow(request.id)).rejects.toMatchObject({ code: 'cancelled' });
});

test('whoever is cancelled says why, in the words of whoever asked for it', async () => {
  const hub = await aTestHub();
  const atWork = aGate();
  const wait: LooseHandlers[string] = async (_, { signal }) => {
    atWork.open();
    await once(signal, 'abort');
    throw signal.reason;
  };
  await aProvider(hub.url, { wait });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'wait');
  await atWork.opened;
  await request.cancel('changed my mind');
  await expect(request).rejects.toMatchObject({ code: 'cancelled', message: 'cancelled: changed my mind' });
});

test('a handler that asks for many things at once is told of no leak', async () => {
  const hub = await aTestHub();
  const warnings: unknown[] = [];
  const warned = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', warned);
  closing(() => void process.off('warning', warned));
  await aProvider(hub.url, { echo: (payload: unknown) => payload }, { service: 'echo' });
  const many: LooseHandlers[string] = async (_, ctx) =>
    await Promise.all(Array.from({ length: 40 }, async (_one, at) => await ctx.request('echo', 'echo', at)));
  await aProvider(hub.url, { many });
  const conduit = await aConduit(hub.url);
  expect(await conduit.request('worker', 'many')).toHaveLength(40);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 40 }, async () => await conduit.request('echo', 'echo', 1, { signal })));
  expect(warnings).toEqual([]);
});

test.each([
  [{}, '"worker" has no action'],
  [{ go: 3 }, '"worker" has no function for "go"'],
  [undefined, '"worker" has no action'],
])('handlers of %o are no service, and say so before anything is registered', async (handlers, sentence) => {
  await expect(serve('worker', handlers as unknown as LooseHandlers)).rejects.toThrow(sentence);
});

test('a contract needs a function for each of its actions', async () => {
  const contract = defineService('painter', { paint: action({}), clean: action({}) });
  const handlers = { paint: () => null } as unknown as Parameters<typeof serve<typeof contract>>[1];
  await expect(serve(contract, handlers)).rejects.toThrow('"painter" has no function for "clean", which its contract names');
});

test('leaving a loop leaves the work alone, unless the caller says that it cancels', async () => {
  const hub = await aTestHub();
  const go = aGate();
  await aProvider(hub.url, {
    work: async (_, ctx) => {
      ctx.progress(0.5);
      await Promise.race([go.opened, new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', reject))]);
      return 'finished';
    },
  });
  const conduit = await aConduit(hub.url);
  const left = conduit.request('worker', 'work');
  for await (const event of left) if (event.type === 'progress') break;
  const given = conduit.request('worker', 'work', null, { cancelOnReturn: true });
  for await (const event of given) if (event.type === 'progress') break;
  await expect(given).rejects.toMatchObject({ code: 'cancelled' });
  go.open();
  expect(await left).toBe('finished');
});

test('what a handler asks of others is part of its request: listed as child, cancelled with it', async () => {
  const hub = await aTestHub();
  const stopped = aGate();
  const slow = await serve(
    'slow',
    {
      wait: async (_, ctx) => {
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
        stopped.open();
      },
      add: ({ a, b }: { a: number; b: number }) => a + b,
    },
    { hub: hub.url, handlesSignals: false },
  );
  closing(() => slow.close());
  await aProvider(hub.url, {
    sum: async (_, ctx) => await ctx.request('slow', 'add', { a: 2, b: 3 }, { taskId: 'adding' }),
    hang: async (_, ctx) => {
      ctx.progress(0.1);
      return await ctx.request('slow', 'wait');
    },
  });
  const conduit = await aConduit(hub.url);
  const sum = conduit.request('worker', 'sum', null, { trace: { traceparent: '00-abc-def-01' } });
  expect(await sum).toBe(5);
  const { children = [] } = await conduit.get(sum.id);
  expect(await conduit.get(String(children[0]))).toMatchObject({ parent: { requestId: sum.id, taskId: 'adding' }, result: 5 });
  const hang = conduit.request('worker', 'hang');
  for await (const event of hang) {
    if (event.type !== 'progress') continue;
    await hang.cancel('enough');
    break;
  }
  await stopped.opened;
  await expect(hang).rejects.toMatchObject({ code: 'cancelled', requestId: hang.id });
});

test('a provider that drains finishes what it holds, takes nothing new, and leaves', async () => {
  const hub = await aTestHub();
  const go = aGate();
  const begun = aGate();
  const one = await aProvider(hub.url, {
    work: async () => {
      begun.open();
      await go.opened;
      return 'one';
    },
  });
  const conduit = await aConduit(hub.url);
  const held = conduit.request('worker', 'work');
  await begun.opened;
  const drained = one.drain();
  await aProvider(hub.url, { work: () => 'two' });
  expect(await conduit.request('worker', 'work')).toBe('two');
  go.open();
  expect(await held).toBe('one');
  await drained;
  await one.closed;
  const [service] = await conduit.services();
  expect(service?.providers).toHaveLength(1);
});

test('a schema that the hub can not take refuses the service, and says why', async () => {
  const hub = await aTestHub();
  const bad = defineService('bad', { go: action({ input: { type: 'string', pattern: '(?=look)around' } }) });
  await expect(serve(bad, { go: () => 1 }, { hub: hub.url, handlesSignals: false })).rejects.toMatchObject({
    code: 'invalid_message',
  });
});

test('a deadline of an hour passes in a moment on a hub whose clock is turned', async () => {
  const hub = await aTestHub();
  const told = aGate();
  await aProvider(hub.url, {
    sleep: async (_, ctx) => {
      ctx.progress(0.1);
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
      told.open();
    },
  });
  const conduit = await aConduit(hub.url);
  const request = conduit.request('worker', 'sleep', null, { timeoutMs: 3_600_000 });
  for await (const event of request) if (event.type === 'progress') break;
  await hub.advance(3_600_000);
  await expect(request).rejects.toMatchObject({ code: 'deadline_exceeded' });
  await told.opened;
});
