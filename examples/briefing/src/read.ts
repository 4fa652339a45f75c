/** The first task: `documents` reads what is at the address. */

import type { ServiceContext } from '@conduit/sdk';
import { z } from 'zod';
import { answerOf } from './child.ts';

const answer = z.object({
  document: z.object({ title: z.string(), type: z.string(), pages: z.int() }),
  analysis: z.object({ keySentences: z.array(z.string()) }),
  markdown: z.string(),
});

/** What was read, and the request that did it. */
export interface Read extends z.output<typeof answer> {
  readonly requestId: string;
}

export async function read(url: string, context: ServiceContext): Promise<Read> {
  const asked = { taskId: 'read', service: 'documents', action: 'process', payload: { url }, answer };
  const { requestId, answer: given } = await answerOf(asked, context);
  context.task('read').done(given.document);
  return { requestId, ...given };
}
