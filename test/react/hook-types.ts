/** What the hooks know of a contract: checked by the compiler, each wrong use by `@ts-expect-error`. */

import { action, type ConduitRequest, defineService } from '@conduit/sdk';
import { useRequest, useRequestById } from '@conduit/sdk/react';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

const images = defineService('images', {
  resize: action({ input: z.object({ width: z.int() }), chunk: z.string(), output: z.object({ url: z.string() }) }),
  ping: action({}),
});

export function Asking(): void {
  const { start, chunks, result, streams } = useRequest(images, 'resize');
  expectTypeOf(chunks).toEqualTypeOf<readonly string[]>();
  expectTypeOf(streams[0]?.data).toEqualTypeOf<readonly string[] | undefined>();
  expectTypeOf(result).toEqualTypeOf<{ url: string } | undefined>();
  expectTypeOf(start({ width: 5 }, { timeoutMs: 5_000 })).toEqualTypeOf<ConduitRequest<{ url: string }, string>>();
  // @ts-expect-error: a width is a number
  start({ width: '5' });
  // @ts-expect-error: a payload is asked for
  start();
  // @ts-expect-error: there is no such action
  useRequest(images, 'rotate');
  useRequest(images, 'ping').start();
  expectTypeOf(useRequest('llm', 'chat').result).toEqualTypeOf<unknown>();
}

export function Following(): void {
  expectTypeOf(useRequestById('an id', { action: images.resize }).result).toEqualTypeOf<{ url: string } | undefined>();
  expectTypeOf(useRequestById(undefined).result).toEqualTypeOf<unknown>();
}
