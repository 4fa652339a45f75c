/** Runs a handler: its payload checked, what it yields streamed, what it returns or throws told as the end. */

import type { Action } from '../contract/contract.ts';
import { checked } from '../contract/schema.ts';
import type { Context } from './context.ts';
import { isConduitError, wireErrorOf } from './failure.ts';
import type { Held } from './held.ts';

/** Any handler, its types left to `serve`. */
export type AnyHandler = (payload: unknown, context: Context) => unknown;

export interface Work {
  readonly handler: AnyHandler;
  readonly action: Action | undefined;
  readonly payload: unknown;
  readonly context: Context;
  readonly held: Held;
  /** Something failed that the service did not mean to: for its log. */
  readonly failed: (error: unknown) => void;
  /** The handler is done. @param error what it failed with. */
  readonly ended: (error?: unknown) => void;
}

/** Resolves when the handler has ended, however. */
export async function work({ handler, action, payload, context, held, failed, ended }: Work): Promise<void> {
  try {
    const input = await checked(action?.input, payload, { code: 'invalid_payload', what: 'the payload' });
    const returned = handler(input, context);
    const made = isGenerator(returned) ? await stream(returned, { action, context }) : await returned;
    const result = await checked(action?.output, made, { code: 'provider_error', what: 'the result of the service' });
    held.result(result === undefined ? {} : { result });
    ended();
  } catch (error) {
    ended(error);
    if (held.signal.aborted) return held.error({ code: 'cancelled', message: 'stopped as told', retryable: false });
    if (!isConduitError(error)) failed(error);
    held.error(wireErrorOf(error));
  }
}

/** Hands each value on as a chunk, no faster than they are taken. */
async function stream(
  generator: AsyncGenerator<unknown, unknown, undefined>,
  { action, context }: Pick<Work, 'action' | 'context'>,
): Promise<unknown> {
  try {
    for (;;) {
      const { value, done } = await generator.next();
      if (done === true) return value;
      await context.chunk(await checked(action?.chunk, value, { code: 'provider_error', what: 'a chunk of the service' }));
    }
  } finally {
    // Its own `finally` runs; after the end that is nothing.
    await generator.return(undefined);
  }
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown, unknown, undefined> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}
