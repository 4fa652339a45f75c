/** Follows one request, with each of its attempts and events, which the SDK's hooks leave out. */

import type { RequestObject } from '@conduit/sdk';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { theConnection } from '../../live/connection.tsx';
import { noStory, type Story, told } from './story.ts';

type Event = Parameters<typeof told>[1][number];

export interface Followed {
  readonly story: Story;
  /** Why nothing more comes: the request is not there, or may not be seen. */
  readonly trouble: string | undefined;
}

export function useStory(requestId: string): Followed {
  const [story, setStory] = useState(noStory);
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    let isOver = false;
    let leave = (): void => undefined;
    let waiting: Event[] = [];
    let frame: number | undefined;
    // However fast they come, the page is drawn once a frame.
    const draw = (): void => {
      frame = undefined;
      const events = waiting;
      waiting = [];
      const now = Date.now();
      setStory((before) => told(before, events, now));
    };
    const read = async (): Promise<void> => {
      const conduit = await theConnection();
      if (isOver) return;
      const loop = conduit.follow(requestId)[Symbol.asyncIterator]();
      // At once, and not with the next event: it may be long in coming.
      leave = () => void loop.return();
      for await (const event of loop) {
        if (isOver) return;
        waiting.push(event);
        frame ??= requestAnimationFrame(draw);
      }
    };
    read().catch((error: unknown) => {
      if (!isOver) setTrouble(error instanceof Error ? error.message : String(error));
    });
    return () => {
      isOver = true;
      leave();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [requestId]);
  return { story, trouble };
}

/** The request as it stood at `lookedAt`, looked at again whenever `version` is another. */
export function useRequestObject(
  requestId: string,
  version: string,
): { readonly request: RequestObject | undefined; readonly lookedAt: number; readonly error: Error | null } {
  const { data, dataUpdatedAt, error } = useQuery({
    queryKey: ['request', requestId, version],
    queryFn: async () => await (await theConnection()).get(requestId),
    placeholderData: (former) => (former?.requestId === requestId ? former : undefined),
    retry: false,
  });
  return { request: data, lookedAt: dataUpdatedAt, error };
}

export async function cancelRequest(requestId: string): Promise<'cancelled' | 'requested' | 'already_finished'> {
  return await (await theConnection()).follow(requestId).cancel('cancelled from the dashboard');
}

/** The payload or the result, whole, with its bytes as bytes. */
export function useValue(
  requestId: string,
  what: 'payload' | 'result',
  isThere: boolean,
): { readonly value: unknown; readonly isLoaded: boolean } {
  const { data, isSuccess } = useQuery({
    queryKey: [what, requestId],
    queryFn: async () => ({ value: (await (await theConnection()).get(requestId, { include: [what] }))[what] }),
    enabled: isThere,
    retry: false,
  });
  return { value: data?.value, isLoaded: isSuccess };
}
