/** Services, and who provides them, over HTTP. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { ServiceInfo } from '@conduit/sdk/protocol/events';
import { serviceToWire } from '@conduit/sdk/protocol/wire';
import { clientToWire, providerSessionToWire } from '@conduit/sdk/protocol/wire-overview';
import { createRoute } from '@hono/zod-openapi';
import type { Identity } from '../access/identity.ts';
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
  const read = (identity: Identity) => answerTo<readonly ServiceInfo[]>((reply) => router.services(visitor(identity), {}, reply));

  api.openapi(services, async (context) =>
    answer(context, { services: (await read(context.get('identity'))).map(serviceToWire) }),
  );
  api.openapi(service, async (context) => {
    const { name } = context.req.valid('param');
    const found = (await read(context.get('identity'))).find((one) => one.name === name);
    if (found === undefined) throw new ConduitError('service_not_found', `there is no service "${name}"`);
    return answer(context, serviceToWire(found));
  });
  api.openapi(providers, (context) =>
    answer(context, { providers: router.providers(context.get('identity')).map(providerSessionToWire) }),
  );
  api.openapi(clients, (context) => answer(context, { clients: router.clients(context.get('identity')).map(clientToWire) }));
}
