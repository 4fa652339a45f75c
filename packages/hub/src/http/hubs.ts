/** The hub itself over HTTP: its numbers, and how it is. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { historyToWire, hubToWire, statsToWire } from '@conduit/sdk/protocol/wire-overview';
import { createRoute } from '@hono/zod-openapi';
import { mayObserveAll, mayOperate } from '../access/identity.ts';
import { answers } from '../contract/api.ts';
import type { Api, ApiParts } from './api.ts';
import { answer } from './json.ts';
import { numbersAreForAll } from './refusal.ts';
import { responses } from './routes.ts';

const hubs = createRoute({
  method: 'get',
  path: '/hubs',
  summary: 'Hubs',
  description: 'Needs the scope `operator`.',
  tags: ['Hubs'],
  responses: responses('All hubs.', answers.hubs),
});
const stats = createRoute({
  method: 'get',
  path: '/stats',
  summary: 'Numbers of this moment and of the last minute',
  description: 'Of the tenant, for whoever may observe all of it; of the whole hub for an `operator`.',
  tags: ['Hubs'],
  responses: responses('The numbers.', answers.stats),
});

const history = createRoute({
  method: 'get',
  path: '/stats/history',
  summary: 'What was accepted and what ended in the last quarter of an hour, in steps',
  description: 'Of the tenant, for whoever may observe all of it. Oldest first; steps in which nothing happened are left out.',
  tags: ['Hubs'],
  responses: responses('The numbers of each step.', answers.history),
});
const me = createRoute({
  method: 'get',
  path: '/me',
  summary: 'Who asks, and what it may do',
  description: 'What the token stands for; on a hub without tokens everybody is the same and may do everything.',
  tags: ['Hubs'],
  responses: responses('Who asks.', answers.me),
});

export function addHubRoutes(api: Api, { router, status }: ApiParts): void {
  api.openapi(hubs, (context) => {
    if (!mayOperate(context.get('identity'))) {
      throw new ConduitError('forbidden', 'hubs are shown to operators; use a token with the scope operator');
    }
    return answer(context, { hubs: [hubToWire(status())] });
  });
  api.openapi(stats, (context) => {
    const identity = context.get('identity');
    if (!mayObserveAll(identity) && !mayOperate(identity)) {
      throw numbersAreForAll();
    }
    const all = mayOperate(identity) ? { hub: statsToWire(router.stats()) } : {};
    return answer(context, { ...statsToWire(router.stats(identity.tenant)), ...all });
  });
  api.openapi(history, (context) => {
    const identity = context.get('identity');
    if (!mayObserveAll(identity)) throw numbersAreForAll();
    return answer(context, historyToWire(router.history(identity.tenant)));
  });
  api.openapi(me, (context) => {
    const { tenant, subject, scopes, expiresAt } = context.get('identity');
    const ends = expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() };
    return answer(context, { tenant, subject, scopes, ...ends });
  });
}
