/** The API at `/api/v1`: who asks, from which page, and where each resource is. The resources have a file each. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Limits } from '@conduit/sdk/protocol/limits';
import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import type { Identity } from '../access/identity.ts';
import { expected } from '../contract/api.ts';
import type { Clock, Ids } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';
import type { HubStatus } from './app.ts';
import { type CallerParts, demandOrigin, identityOf } from './caller.ts';
import type { Beginning } from './event-streams.ts';
import { addEventRoutes } from './events.ts';
import { addHubEventRoutes } from './hub-events.ts';
import { addHubRoutes } from './hubs.ts';
import { addOperatingRoutes } from './operating.ts';
import { addRequestRoutes } from './requests.ts';
import { addServiceRoutes } from './services.ts';
import { addSubmittingRoutes } from './submitting.ts';

export interface ApiParts extends CallerParts {
  readonly router: Router;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: Limits;
  /** Runs `end` when the identity is worth nothing any more. @returns forgets it. */
  readonly hold: (identity: Identity, end: () => void) => () => void;
  readonly status: () => HubStatus;
}

/** In tests that have no server there are no bindings. */
export interface ApiEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { identity: Identity; beginning?: Beginning };
}

export type Api = OpenAPIHono<ApiEnv>;

const allowHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'Prefer'];
const exposeHeaders = ['Location', 'Content-Location', 'Preference-Applied', 'Retry-After'];
/** How long a browser need not ask again whether it may. */
const preflightSeconds = 600;

export function createApi(parts: ApiParts): Api {
  const api: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
  api.use(async (context, next) => {
    demandOrigin(parts, context);
    await next();
  });
  // Whoever comes as far as this may.
  api.use(
    cors({ origin: (origin) => origin, allowMethods: ['GET', 'POST'], allowHeaders, exposeHeaders, maxAge: preflightSeconds }),
  );
  api.use(async (context, next) => {
    context.set('identity', await identityOf(parts, context));
    await next();
  });
  addRequestRoutes(api, parts);
  addSubmittingRoutes(api, parts);
  addEventRoutes(api, parts);
  addServiceRoutes(api, parts);
  addOperatingRoutes(api, parts);
  addHubRoutes(api, parts);
  addHubEventRoutes(api, parts);
  return api;
}

interface Checked {
  readonly success: boolean;
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly code?: string }[] };
}

function refuseInvalid(checked: Checked): void {
  const [issue] = checked.error?.issues ?? [];
  if (checked.success || issue === undefined) return;
  if (issue.code === 'unrecognized_keys' && 'keys' in issue && Array.isArray(issue.keys)) {
    const path = String(issue.keys[0]).slice(0, maxShownLength);
    throw new ConduitError('invalid_message', `there is no parameter "${path}" here`, { details: { path } });
  }
  const path = String(issue.path[0] ?? '');
  throw new ConduitError(
    'invalid_message',
    `${path} must be ${expected[path] ?? 'a text of at most 1024 characters, said once'}`,
    {
      details: { path },
    },
  );
}

const maxShownLength = 64;
