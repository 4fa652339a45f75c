/** The service: what it offers, and its one handler. */

import { action, defineService, type Provider, type ServeOptions, type ServiceContext, serve } from '@conduit/sdk';
import { shippedArticles } from './fetch-page.ts';
import { makeInfographics, type Report, tasks } from './infographics.ts';

/** Drawing keeps a core busy: more at once would only wait for each other. */
const capacity = 4;

export const brightwrapper = defineService('brightwrapper', {
  'generate-infographics': action({
    description: 'Reads an article and draws infographics of it as PNG',
    input: {
      type: 'object',
      required: ['url'],
      properties: {
        url: {
          type: 'string',
          description: `http://…, https://…, or ${shippedArticles.map((name) => `article:${name}`).join(', ')}`,
        },
      },
    },
    tasks,
    idempotent: true,
  }),
});

/** Serves until it is told to stop. */
export async function serveBrightwrapper(options: ServeOptions): Promise<Provider> {
  return await serve(
    brightwrapper,
    { 'generate-infographics': async (payload, ctx) => await makeInfographics(payload, reportTo(ctx), ctx.signal) },
    { capacity, ...options },
  );
}

function reportTo(ctx: ServiceContext): Report {
  return {
    tasks: (steps) => ctx.tasks(steps),
    progress: (taskId, fraction, message) => ctx.task(taskId).progress(fraction, message),
    text: (text) => void ctx.chunk(text),
    done: (taskId, result) => ctx.task(taskId).done(result),
  };
}
