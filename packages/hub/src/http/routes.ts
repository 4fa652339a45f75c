/** What the descriptions of routes have in common. */

import { type RouteConfig, z } from '@hono/zod-openapi';
import { answers } from '../contract/api.ts';

/** The responses of a route: the one that is hoped for, and the shape of every error. */
export function responses(
  description: string,
  schema: z.ZodType,
  others: RouteConfig['responses'] = {},
): RouteConfig['responses'] {
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...others,
    default: { description: 'What went wrong.', content: { 'application/json': { schema: answers.error } } },
  };
}

/** What a stream of events looks like in the document. */
export function events(description: string) {
  return { description, content: { 'text/event-stream': { schema: z.string() } } };
}
