/** Services, and who provides them, over HTTP. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { ServiceInfo } from '@conduit/sdk/protocol/events';
import { serviceToWire } from '@conduit/sdk/protocol/wire';
import { clientToWire, providerSessionToWire, serviceStatsToWire } from '@conduit/sdk/protocol/wire-overview';
import { createRoute } from '@hono/zod-openapi';
import { answers, servicePath } from '../contract/api.ts';
import type { Api, ApiParts } from './api.ts';
import { answerTo, visitor } from './asking.ts';
import { answer } from './json.ts';
import { responses } from './routes.ts';

const services = createRoute({
  method: 'get',
  path: '/services',
  summary: 'Services of the last seven days, with their pools',
  tags: ['Services'],
  responses: responses('All services.', answers.services),
});
const service = createRoute({
  method: 'get',
  path: '/services/{name}',
  summary: 'A service',
  tags: ['Services'],
  request: { params: servicePath },
  responses: responses('The service; its providers stand in the order of their turns.', answers.service),
});
const serviceStats = createRoute({
  method: 'get',
  path: '/services/{name}/stats',
  summary: 'What a service does now, did of late, and with which errors it failed',
  description: 'For whoever is told of the service. Counted from the start of the hub.',
  tags: ['Services'],
  request: { params: servicePath },
  responses: responses('The numbers.', answers.serviceStats),
});
const providers = createRoute({
  method: 'get',
  path: '/providers',
  summary: 'Sessions that serve',
  description: 'Those of this token, and others with what of their services it may observe.',
  tags: ['Providers'],
  responses: responses('All of them, also those that are cut off and may come back.', answers.providers),
});
const clients = createRoute({
  method: 'get',
  path: '/clients',
  summary: 'Sessions',
  description: 'Those of this token, or all of its tenant where it may observe everything.',
  tags: ['Clients'],
  responses: responses('All of them, also those that are cut off and may come back.', answers.clients),
});

export function addServiceRoutes(api: Api, { router }: ApiParts): void {
  api.openapi(services, async (context) => {
    const all = await answerTo<readonly ServiceInfo[]>((reply) => router.services(visitor(context.get('identity')), {}, reply));
    return answer(context, { services: all.map(serviceToWire) });
  });
  api.openapi(service, (context) => {
    const { name } = context.req.valid('param');
    return answer(context, serviceToWire(router.service(context.get('identity'), name) ?? refuse(name)));
  });
  api.openapi(serviceStats, (context) => {
    const { name } = context.req.valid('param');
    return answer(context, serviceStatsToWire(router.serviceStats(context.get('identity'), name) ?? refuse(name)));
  });
  api.openapi(providers, (context) =>
    answer(context, { providers: router.providers(context.get('identity')).map(providerSessionToWire) }),
  );
  api.openapi(clients, (context) => answer(context, { clients: router.clients(context.get('identity')).map(clientToWire) }));
}

/** The same for one that is not there and one that somebody may not know of. */
function refuse(name: string): never {
  throw new ConduitError('service_not_found', `there is no service "${name}"`);
}
