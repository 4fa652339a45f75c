/** What the hub answers over plain HTTP: whether it lives and is ready, and a page for whoever opens it in a browser. */

import { ConduitError, errorTable } from '@conduit/sdk/protocol/errors';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { page } from './page.ts';

/** What the pages tell of the hub. */
export interface HubStatus {
  readonly hubId: string;
  readonly openRequests: number;
  readonly connections: number;
  /** Why nothing new is accepted; undefined while everything is well. */
  readonly trouble: string | undefined;
}

export function createApp(status: () => HubStatus): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
      crossOriginResourcePolicy: 'cross-origin',
    }),
  );
  app.get('/healthz', (context) => context.json({ ok: true }));
  app.get('/readyz', (context) => {
    const { trouble } = status();
    return trouble === undefined ? context.json({ ok: true }) : context.json({ ok: false, reason: trouble }, 503);
  });
  app.get('/', (context) => context.html(page(status())));
  app.notFound((context) => {
    const error = new ConduitError('request_not_found', `there is nothing at ${context.req.path}`);
    return context.json({ error: error.toWire() }, errorTable[error.code].status);
  });
  return app;
}
