/** Requests over HTTP: found, and looked at from every side. */

import { present } from '@conduit/sdk/protocol/fields';
import type { GetInclude } from '@conduit/sdk/protocol/messages';
import { summaryToWire } from '@conduit/sdk/protocol/wire-overview';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { answers, includeQuery, requestPath, requestQuery } from '../contract/api.ts';
import { objectToWire } from '../routing/answers.ts';
import type { Found } from '../routing/finding.ts';
import type { Api, ApiEnv, ApiParts } from './api.ts';
import { answerTo, readRequest } from './asking.ts';
import { answer, answerOpaque } from './json.ts';
import { answerResult } from './results.ts';
import { responses } from './routes.ts';

const tags = ['Requests'];
const params = requestPath;
const defaultLimit = 50;

const list = createRoute({
  method: 'get',
  path: '/requests',
  summary: 'Requests, newest first',
  description: 'Those of this token, and those of others that it may observe. `next_cursor` is there while there are older ones.',
  tags,
  request: { query: requestQuery },
  responses: responses('A page of requests.', answers.requests),
});
const one = createRoute({
  method: 'get',
  path: '/requests/{request_id}',
  summary: 'A request',
  tags,
  request: { params, query: includeQuery },
  responses: responses('The request as it stands.', answers.request),
});
const tasks = createRoute({
  method: 'get',
  path: '/requests/{request_id}/tasks',
  summary: 'The tasks of a request',
  tags,
  request: { params },
  responses: responses('Its tasks, as they were declared.', answers.tasks),
});
const progress = createRoute({
  method: 'get',
  path: '/requests/{request_id}/progress',
  summary: 'How far a request is',
  tags,
  request: { params },
  responses: responses('The whole, and each task.', answers.progress),
});
const result = createRoute({
  method: 'get',
  path: '/requests/{request_id}/result',
  summary: 'The result of a request',
  description:
    'As the service said it: bytes as bytes, anything else as JSON. 202 while the request is open; the error where it ended with one.',
  tags,
  request: { params },
  responses: responses('The result.', answers.opaque, {
    202: { description: 'Not ended yet.', content: { 'application/json': { schema: answers.request } } },
  }),
});
const payload = createRoute({
  method: 'get',
  path: '/requests/{request_id}/payload',
  summary: 'The payload of a request',
  description: 'As the requester said it: bytes as bytes, anything else as JSON.',
  tags,
  request: { params },
  responses: responses('The payload.', answers.opaque),
});

export function addRequestRoutes(api: Api, parts: ApiParts): void {
  const { router } = parts;
  const read = (context: Context<ApiEnv>, requestId: string, include: readonly GetInclude[] = []) =>
    readRequest(router, context.get('identity'), { requestId, include });

  api.openapi(list, async (context) => {
    const query = context.req.valid('query');
    const { state: states, cursor: before, min_duration_ms: minDurationMs, stalled, limit = defaultLimit, ...filters } = query;
    const isStalled = stalled === undefined ? undefined : (true as const);
    const wanted = { ...present({ ...filters, states, before, minDurationMs, isStalled }), limit };
    const found = await answerTo<Found>((reply) => router.find(context.get('identity'), wanted, reply));
    const last = found.requests.at(-1);
    const next = found.hasMore && last !== undefined ? { next_cursor: last.requestId } : {};
    return answer(context, { requests: found.requests.map(summaryToWire), ...next });
  });

  api.openapi(one, async (context) => {
    const { request_id: requestId } = context.req.valid('param');
    return answer(context, objectToWire(await read(context, requestId, context.req.valid('query').include)));
  });

  api.openapi(tasks, async (context) => {
    const wire = objectToWire(await read(context, context.req.valid('param').request_id));
    return answer(context, { tasks: wire['tasks'] });
  });

  api.openapi(progress, async (context) => {
    const request = await read(context, context.req.valid('param').request_id);
    const { request_id, state, attempt, overall, seq, live } = objectToWire({ ...request, tasks: [], streams: [] });
    const told = new Map(Object.entries(request.live.progress));
    const steps = request.tasks.map(({ taskId, title, state: taskState }) => ({
      task_id: taskId,
      ...present({ title }),
      state: taskState,
      ...present({ progress: told.get(taskId) }),
    }));
    return answer(context, { request_id, state, attempt, overall, seq, tasks: steps, live });
  });

  api.openapi(result, (context) => answerResult(context, parts, context.req.valid('param').request_id));

  api.openapi(payload, async (context) => {
    const request = await read(context, context.req.valid('param').request_id, ['payload']);
    return answerOpaque(context, request.payload?.value);
  });
}
