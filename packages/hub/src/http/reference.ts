/** What the API is, for machines at `/openapi.json` and for people at `/api`: made from the schemas that check it, and shown without any other host. */

import { readFileSync } from 'node:fs';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import type { Api } from './api.ts';
import type { HubStatus } from './app.ts';

/** Beside the sources as beside what is built of them. The ones of Swagger UI come with `npm run build`. */
const folder = new URL('../../assets/reference/', import.meta.url);
const types = { 'swagger-ui-bundle.js': 'text/javascript', 'swagger-ui.css': 'text/css', 'init.js': 'text/javascript' } as const;

/** The page runs the hub's own scripts and no other, asks its own hub and nobody else. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
  },
  strictTransportSecurity: false,
});

export function createReference(api: Api, status: () => HubStatus): Hono {
  const app = new Hono();
  let document: string | undefined;
  app.get('/openapi.json', (context) => {
    document ??= JSON.stringify(documentOf(api, status().version));
    return context.body(document, 200, { 'Content-Type': 'application/json' });
  });
  app.get('/api', headers, (context) => context.html(page));
  for (const [name, type] of Object.entries(types)) {
    app.get(`/api/${name}`, (context) => context.body(fileOf(name), 200, { 'Content-Type': `${type}; charset=utf-8` }));
  }
  return app;
}

/** The document; where it is read from is what its paths are relative to. */
function documentOf(api: Api, version: string): ReturnType<Api['getOpenAPI31Document']> {
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Conduit',
      version,
      description:
        'What a socket can do, by simple calls. Errors have one shape: `{ error: { code, message, retryable, details? }, request_id? }`. Bytes within JSON are `{ "$base64": "…" }`.',
    },
    servers: [{ url: 'api/v1' }],
    security: [{ token: [] }, {}],
  });
}

function fileOf(name: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(new URL(name, folder)));
  } catch (error) {
    throw new ConduitError('internal', `${name} is not there; npm run build puts it in its place`, { cause: error });
  }
}

const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conduit · HTTP API</title>
<link rel="stylesheet" href="api/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="reference"></div>
<script src="api/swagger-ui-bundle.js"></script>
<script src="api/init.js"></script>
</body>
</html>`;
