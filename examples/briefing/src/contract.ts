/** What the service offers: one action, done by three other services. */

import { action, defineService } from '@conduit/sdk';
import { z } from 'zod';

const payload = z.object({
  url: z.string().min(1).max(2_000).describe('what is to be read: whatever `documents` takes, and `brightwrapper` for pictures'),
  question: z.string().min(1).max(2_000).optional().describe('what the briefing is to answer; left out, what the document says'),
  pictures: z.boolean().optional().describe('whether `brightwrapper` is to draw it, too; what fails there fails its task only'),
});

const requestId = z.string();

const result = z.object({
  document: z.object({ title: z.string(), type: z.string(), pages: z.int() }),
  briefing: z.object({ model: z.string(), text: z.string(), words: z.int(), finishReason: z.string() }),
  keySentences: z.array(z.string()).readonly(),
  pictures: z
    .array(z.object({ name: z.string(), title: z.string() }))
    .readonly()
    .exactOptional(),
  markdown: z.string().describe('all of it as one text that says who wrote what'),
  children: z
    .object({ read: requestId, write: requestId, pictures: requestId.exactOptional() })
    .describe('the request behind each task'),
});

export type PreparePayload = z.output<typeof payload>;
export type Briefing = z.output<typeof result>;

export const briefing = defineService('briefing', {
  prepare: action({
    description: 'Has a document read and written about, and drawn if asked, as one tree of requests',
    input: payload,
    output: result,
    tasks: [
      { taskId: 'read', title: 'Read', weight: 1 },
      { taskId: 'write', title: 'Write', weight: 2 },
    ],
    // Its children may be done twice, and those of a lost attempt are cancelled.
    idempotent: true,
    timeoutMs: 900_000,
  }),
});
