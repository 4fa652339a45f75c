/** What the service offers, shared by whoever serves and whoever calls it. */

import { action, defineService } from '@conduit/sdk';
import { z } from 'zod';
import { shippedNames } from './source/shipped.ts';

/** In their order; parsing takes most of the time of a long document. */
const steps = [
  { taskId: 'parse', title: 'Parse', weight: 5 },
  { taskId: 'analyze', title: 'Analyze', weight: 3 },
  { taskId: 'extract', title: 'Extract', weight: 2 },
  { taskId: 'format', title: 'Format', weight: 1 },
] as const;

const page = z.int();
const text = z.string();

const analysis = z.object({
  language: z.object({ code: z.string(), name: z.string() }).nullable(),
  words: z.int(),
  characters: z.int(),
  readingMinutes: z.int(),
  headings: z.int(),
  paragraphs: z.int(),
  tables: z.int(),
  outline: z.array(z.object({ level: z.int(), text, page })).readonly(),
  keyPhrases: z.array(z.object({ phrase: z.string(), count: z.int() })).readonly(),
  keySentences: z.array(z.string()).readonly(),
});

const extraction = z.object({
  dates: z.array(z.object({ text, date: z.string().exactOptional(), page })).readonly(),
  money: z.array(z.object({ text, currency: z.string(), amount: z.number(), page })).readonly(),
  emails: z.array(z.string()).readonly(),
  links: z.array(z.string()).readonly(),
  names: z.array(z.object({ name: z.string(), kind: z.enum(['person', 'organisation', 'unknown']), page })).readonly(),
  tables: z.array(z.object({ title: z.string(), page, rows: z.array(z.array(z.string()).readonly()).readonly() })).readonly(),
  isCut: z.boolean().describe('whether there was more of anything than a result should hold'),
});

const shipped = shippedNames.map((name) => `document:${name}`).join(', ');

export const documents = defineService('documents', {
  process: action({
    description: 'Reads a PDF or a page of HTML: what it is made of, what it names, and a summary in Markdown',
    input: z.object({
      url: z.string().max(2_000).optional().describe(`http://…, https://…, or ${shipped}`),
      bytes: z.unknown().optional().describe('the document itself, as binary, instead of a url'),
      type: z.string().max(200).optional().describe('what its sender says it is; only a charset in it is believed'),
    }),
    output: z.object({
      document: z.object({ type: z.enum(['pdf', 'html']), title: z.string(), pages: z.int() }),
      analysis,
      extraction,
      markdown: z.string(),
    }),
    chunk: z.string(),
    tasks: steps,
    idempotent: true,
    timeoutMs: 180_000,
  }),
});
