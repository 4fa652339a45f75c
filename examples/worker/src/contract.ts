/** What the service offers. Callers import it too: so they know its types, and nothing else of it. */

import { action, defineService } from '@conduit/sdk';
import { z } from 'zod';

const finding = z.object({
  url: z.string(),
  works: z.boolean(),
  says: z.string().describe('the status of the answer, or why there was none'),
});

export const links = defineService('links', {
  check: action({
    description: 'Opens each address, and tells which of them work',
    input: z.object({
      urls: z
        .array(z.url({ protocol: /^https?$/ }))
        .min(1)
        .max(1_000),
    }),
    chunk: finding,
    output: z.object({ checked: z.int(), broken: z.array(z.string()) }),
    tasks: [{ taskId: 'check', title: 'Check the links' }],
    // Looking twice does no harm: when a worker dies, another one starts over.
    idempotent: true,
  }),
});

export type Finding = z.output<typeof finding>;
