/** What operators of a tenant do over HTTP: stop and start services, send providers away. */

import type { ServiceInfo } from '@conduit/sdk/protocol/events';
import { serviceToWire } from '@conduit/sdk/protocol/wire';
import { createRoute } from '@hono/zod-openapi';
import { answers, providerPath, servicePath } from '../contract/api.ts';
import type { Api, ApiParts } from './api.ts';
import { answerTo } from './asking.ts';
import { answer } from './json.ts';
import { responses } from './routes.ts';

const description = 'Needs the scope `admin`.';
const service = { description, tags: ['Services'], request: { params: servicePath } };
const provider = { description, tags: ['Providers'], request: { params: providerPath } };

const pause = createRoute({
  ...service,
  method: 'post',
  path: '/services/{name}/pause',
  summary: 'Stop handing out the requests of a service; what is under way goes on',
  responses: responses('The service.', answers.service),
});
const resume = createRoute({
  ...service,
  method: 'post',
  path: '/services/{name}/resume',
  summary: 'Hand them out again',
  responses: responses('The service.', answers.service),
});
const drain = createRoute({
  ...provider,
  method: 'post',
  path: '/providers/{session_id}/drain',
  summary: 'Ask a provider to finish what it holds and to leave',
  responses: responses('Asked.', answers.done),
});
const disconnect = createRoute({
  ...provider,
  method: 'post',
  path: '/providers/{session_id}/disconnect',
  summary: "End a provider's connection; it may come back",
  responses: responses('Done.', answers.done),
});

export function addOperatingRoutes(api: Api, { router }: ApiParts): void {
  for (const [route, isPaused] of [
    [pause, true],
    [resume, false],
  ] as const) {
    api.openapi(route, async (context) => {
      const { name } = context.req.valid('param');
      const changed = await answerTo<ServiceInfo>((reply) => router.pause(context.get('identity'), { name, isPaused }, reply));
      return answer(context, serviceToWire(changed));
    });
  }
  api.openapi(drain, (context) => {
    router.drainProvider(context.get('identity'), context.req.valid('param').session_id);
    return answer(context, { ok: true });
  });
  api.openapi(disconnect, (context) => {
    router.disconnectProvider(context.get('identity'), context.req.valid('param').session_id);
    return answer(context, { ok: true });
  });
}
