/** What the hub answers over plain HTTP: whether it lives and is ready, its API, its dashboard, its documentation, and the SDK for pages. */

import { ConduitError, toConduitError } from '@conduit/sdk/protocol/errors';
import type { HubInfo } from '@conduit/sdk/protocol/overview';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from '../ops/logger.ts';
import { type ApiParts, createApi } from './api.ts';
import { serveDashboard } from './dashboard.ts';
import { serveDocs } from './docs.ts';
import type { EventStreams, StreamEnv } from './event-streams.ts';
import { addMetricsRoute, type MetricsText } from './metrics.ts';
import { createReference } from './reference.ts';
import { refusal } from './refusal.ts';
import { serveSdk } from './sdk.ts';

/** How the hub is, for pages and operators. */
export type HubStatus = HubInfo;

export interface AppParts {
  readonly status: () => HubStatus;
  readonly log: Pick<Logger, 'error'>;
  readonly api: Omit<ApiParts, 'status'>;
  readonly streams: EventStreams;
  readonly metrics: MetricsText;
  /** A call was refused. Left out: nobody counts. */
  readonly onRefusal?: (code: string) => void;
}

/** No script, nothing from elsewhere, in nobody's frame. */
const harmless = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
  },
  // Whether a host may be reached without TLS is for whoever terminates TLS to say, and it would bind all its other ports.
  strictTransportSecurity: false,
});

export function createApp({ status, log, api, streams, metrics, onRefusal }: AppParts): Hono<StreamEnv> {
  const app = new Hono<StreamEnv>();
  app.use(streams.middleware);
  serveSdk(app);
  app.use(async (context, next) => {
    await next();
    // A page that says itself what it needs has said it.
    if (!context.res.headers.has('Content-Security-Policy')) await harmless(context, async () => undefined);
  });
  app.use(async (context, next) => {
    await next();
    // Health and numbers are of this moment.
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  });
  serveDashboard(app);
  serveDocs(app);
  app.get('/healthz', (context) => context.json({ ok: true }));
  app.get('/readyz', (context) => {
    const { trouble } = status();
    return trouble === undefined ? context.json({ ok: true }) : context.json({ ok: false, reason: trouble }, 503);
  });
  addMetricsRoute(app, { metrics, authenticate: api.authenticate, admits: api.admits });
  const routes = createApi({ ...api, status });
  app.route('/api/v1', routes);
  app.route('/', createReference(routes, status));
  app.notFound((context) => refusal(context, new ConduitError('request_not_found', `there is nothing at ${context.req.path}`)));
  app.onError((thrown, context) => {
    const error = toConduitError(thrown);
    onRefusal?.(error.code);
    if (error.code === 'internal')
      log.error({ err: thrown, method: context.req.method, path: context.req.path }, 'an HTTP request could not be answered');
    return refusal(context, error);
  });
  return app;
}
