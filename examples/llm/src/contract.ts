/** What the service offers: one action, which answers with a stream of text and says which model spoke. */

import { action, defineService } from '@conduit/sdk';
import { z } from 'zod';

const message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string().max(200_000) });

const payload = z
  .object({
    prompt: z.string().min(1).max(200_000).optional().describe('what is to be answered; after `messages`, where both are there'),
    messages: z.array(message).min(1).max(500).optional().describe('a conversation so far'),
    maxTokens: z.int().min(1).max(100_000).optional().describe('the most it may write; 200 by default'),
    temperature: z.number().min(0).max(2).optional().describe('0 writes what is likeliest; 0.8 by default'),
    seed: z.int().min(0).max(0xffff_ffff).optional().describe('the same seed gives the same text, where the model can'),
  })
  .refine(({ prompt, messages }) => prompt !== undefined || messages !== undefined, {
    message: 'say something: { "prompt": "…" } or { "messages": [{ "role": "user", "content": "…" }] }',
  });

const result = z.object({
  model: z.string().describe('who spoke: "trigram" is word statistics, not a language model that understands'),
  text: z.string(),
  words: z.int(),
  finishReason: z.string().describe('"stop": it had no more to say; "length": `maxTokens` cut it off'),
  usage: z.object({ promptTokens: z.int(), completionTokens: z.int() }).exactOptional().describe('what the endpoint counted'),
});

export type ChatPayload = z.output<typeof payload>;
export type ChatResult = z.output<typeof result>;
export type Message = z.output<typeof message>;

export const llm = defineService('llm', {
  chat: action({
    description: 'Answers a prompt with text, streamed as it is written',
    input: payload,
    output: result,
    chunk: z.string(),
    tasks: [{ taskId: 'write', title: 'Write' }],
    // A worker that was lost leaves no trace: another one starts anew.
    idempotent: true,
    timeoutMs: 600_000,
  }),
});
