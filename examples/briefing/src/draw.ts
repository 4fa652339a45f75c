/** The task beside the others: `brightwrapper` draws what is at the address, its pictures passed on as they come. */

import type { FollowedEvent, ServiceContext } from '@conduit/sdk';
import { z } from 'zod';
import { answerOf } from './child.ts';

const answer = z.object({ pictures: z.array(z.object({ title: z.string() })) });
const picture = z.object({
  name: z.string(),
  title: z.string(),
  mime: z.string(),
  width: z.int(),
  height: z.int(),
  image: z.instanceof(Uint8Array),
});

/** The pictures' names, and the request that drew them. */
export interface Drawn {
  readonly requestId: string;
  readonly pictures: readonly { readonly name: string; readonly title: string }[];
}

/** Undefined where it failed, as its task says: a briefing without pictures is one. */
export async function draw(url: string, context: ServiceContext): Promise<Drawn | undefined> {
  const task = context.task('pictures', { title: 'Draw', weight: 2 });
  // By name: an illustrator that was lost is followed by one that starts over.
  const drawn = new Map<string, { readonly name: string; readonly title: string }>();
  const onEvent = async (event: FollowedEvent): Promise<void> => {
    const told = picture.safeParse(event.type === 'task_result' ? event.result : undefined);
    if (!told.success || drawn.has(told.data.name)) return;
    const { name, title } = told.data;
    drawn.set(name, { name, title });
    await context.chunk(told.data, { stream: 'pictures', taskId: 'pictures' });
  };
  const asked = {
    taskId: 'pictures',
    service: 'brightwrapper',
    action: 'generate-infographics',
    payload: { url },
    answer,
    onEvent,
  };
  try {
    const { requestId } = await answerOf(asked, context);
    const pictures = [...drawn.values()];
    task.done(pictures);
    return { requestId, pictures };
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
