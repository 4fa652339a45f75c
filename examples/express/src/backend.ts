/** The backend's routes: each is one call of the SDK. Put your own login before them: whoever knows a request's id may follow and cancel it. */

import { fileURLToPath } from 'node:url';
import { links } from '@conduit/example-worker/contract';
import type { Conduit, ConduitRequest } from '@conduit/sdk';
import express, { type Express, type Response } from 'express';
import { Audience } from './audience.ts';
import { failures } from './failures.ts';
import { stream } from './stream.ts';

interface BackendOptions {
  /** A check that nobody has followed for so long is cancelled: its browser has left. Longer than a reload takes; milliseconds. */
  readonly leaveMs: number;
}

interface Backend {
  readonly app: Express;
  /** Ends all streams. */
  close(): void;
}

export function backend(conduit: Conduit, { leaveMs }: BackendOptions): Backend {
  const app = express();
  const streams = new Set<Response>();
  const audience = new Audience(leaveMs, (id) => {
    // One that ended meanwhile needs no end.
    conduit
      .follow(id)
      .cancel('its browser left')
      .catch(() => undefined);
  });
  app.use(express.json());
  app.use(express.static(fileURLToPath(new URL('../public', import.meta.url))));

  app.post('/api/checks', async ({ body }, response) => {
    const request = conduit.use(links).check(body, { tags: ['express'] });
    await accepted(request);
    audience.expect(request.id);
    response.status(202).location(`/api/checks/${request.id}`).json({ id: request.id });
  });

  app.get('/api/checks/:id', async ({ params }, response) => {
    const { state, overall, attempt, result, error } = await conduit.get(params.id, { include: ['result'] });
    response.json({ id: params.id, state, overall, attempt, result, error });
  });

  app.get('/api/checks/:id/events', async (request, response) => {
    const { id } = request.params;
    const after = Number(request.get('last-event-id') ?? 0);
    const { seq, finishedAt } = await conduit.get(id);
    // A browser that has seen the end comes back too, and is told not to.
    if (finishedAt !== undefined && after >= seq) return void response.status(204).end();
    const leave = audience.enter(id);
    streams.add(response);
    response.once('close', () => {
      streams.delete(response);
      leave();
    });
    await stream(conduit.follow(id), { response, after });
  });

  app.delete('/api/checks/:id', async ({ params }, response) => {
    response.json({ outcome: await conduit.follow(params.id).cancel('cancelled by its user') });
  });

  app.use(failures);
  return {
    app,
    close: () => {
      audience.close();
      for (const response of streams) response.end();
    },
  };
}

/** Resolves once the hub has the request, from where on nothing loses it. @throws ConduitError what the hub refuses. */
async function accepted(request: ConduitRequest): Promise<void> {
  const events = request[Symbol.asyncIterator]();
  await events.next();
  await events.return(undefined);
}
