/** A request as state of a component: what it has said so far, and how to start and to cancel it. */

import type { ConduitRequest, FollowedEvent } from '@conduit/sdk';
import { useCallback, useEffect, useRef, useState } from 'react';

interface Shown<Result, Chunk> {
  readonly isOpen: boolean;
  readonly attempt: number;
  /** From 0 to 1. */
  readonly overall: number;
  /** What its provider, or the hub, says of it now. */
  readonly message: string;
  readonly chunks: readonly Chunk[];
  readonly result?: Result;
  readonly error?: { readonly code: string; readonly message: string };
}

interface Request<Asked extends readonly unknown[], Result, Chunk> extends Shown<Result, Chunk> {
  start(...asked: Asked): void;
  cancel(): void;
}

const nothing = { isOpen: false, attempt: 0, overall: 0, message: '', chunks: [] } as const;

/** @param call an action, such as `conduit.use(links).check`. What is under way when the component goes is cancelled. */
export function useRequest<Asked extends readonly unknown[], Result, Chunk>(
  call: (...asked: Asked) => ConduitRequest<Result, Chunk>,
): Request<Asked, Result, Chunk> {
  const [shown, setShown] = useState<Shown<Result, Chunk>>(nothing);
  const current = useRef<ConduitRequest<Result, Chunk>>(undefined);

  /** One request from its beginning to its end. Cuts are the SDK's matter. */
  async function run(request: ConduitRequest<Result, Chunk>): Promise<void> {
    current.current = request;
    setShown({ ...nothing, isOpen: true });
    try {
      for await (const event of request) {
        if (current.current !== request) return;
        setShown((before) => after(before, event));
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      setShown((before) => ({ ...before, isOpen: false, error: { code: 'closed', message } }));
    }
  }

  const cancel = useCallback((): void => {
    // One that has ended needs no end.
    current.current?.cancel('stopped on the page').catch(() => undefined);
  }, []);

  useEffect(() => cancel, [cancel]);
  return { ...shown, start: (...asked) => void run(call(...asked)), cancel };
}

function after<Result, Chunk>(before: Shown<Result, Chunk>, event: FollowedEvent<Result, Chunk>): Shown<Result, Chunk> {
  const { attempt, overall } = event;
  // A provider was lost, and another one starts over: what the first one said is void.
  const chunks = attempt > before.attempt && before.attempt > 0 ? [] : before.chunks;
  const now = { ...before, attempt, overall, chunks };
  if (event.type === 'chunk') return { ...now, chunks: [...chunks, event.data] };
  if (event.type === 'progress') return { ...now, message: event.message ?? '' };
  if (event.type === 'status') return { ...now, message: event.reason ?? event.state };
  if (event.type === 'result') return { ...now, isOpen: false, message: '', result: event.result };
  if (event.type === 'error') return { ...now, isOpen: false, message: '', error: event.error };
  return now;
}
