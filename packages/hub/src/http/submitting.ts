/** Requests sent over HTTP: accepted and answered at once, waited for, or followed as they run; cancelled, and sent again. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { own } from '@conduit/sdk/protocol/fields';
import { parseCancel, parseRequest } from '@conduit/sdk/protocol/parse';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { answers, requestPath, submissions, submitQuery } from '../contract/api.ts';
import { acceptedToWire } from '../routing/answers.ts';
import { Body } from '../routing/body.ts';
import type { Reply } from '../routing/ports.ts';
import type { Accepted } from '../routing/requesting.ts';
import type { Api, ApiEnv, ApiParts } from './api.ts';
import { answerTo, visitor } from './asking.ts';
import { readJson, readPayload } from './bodies.ts';
import { identityOf } from './caller.ts';
import { streaming, wantsEvents } from './event-streams.ts';
import { Caller } from './following.ts';
import { requestIdOf, traceOf, waitSecondsOf } from './headers.ts';
import { answer } from './json.ts';
import { answerResult } from './results.ts';
import { responses } from './routes.ts';

const tags = ['Requests'];
const how =
  '202 with its `Location`, or what it comes to: with `Prefer: wait=30` the result, where it is there within so many seconds (300 at the most); with `Accept: text/event-stream` its events as it runs. An `Idempotency-Key` sends it once, however often it is said.';
const others = { 202: { description: 'Accepted.', content: { 'application/json': { schema: answers.accepted } } } };

const submit = createRoute({
  method: 'post',
  path: '/requests',
  summary: 'Send a request',
  description: `${how} The body is the request; or, with \`to\` and \`action\` in the query, its payload: JSON, a text, or bytes of any other type.`,
  tags,
  request: {
    query: submitQuery,
    body: {
      content: { 'application/json': { schema: submissions.request }, 'application/octet-stream': { schema: submissions.bytes } },
    },
  },
  responses: responses('Its result.', answers.opaque, others),
});
const cancel = createRoute({
  method: 'post',
  path: '/requests/{request_id}/cancel',
  summary: 'Cancel a request',
  description: 'Those of others need the scope `admin`.',
  tags,
  request: { params: requestPath, body: { content: { 'application/json': { schema: submissions.cancel } } } },
  responses: responses('What comes of it.', answers.cancelled),
});
const retry = createRoute({
  method: 'post',
  path: '/requests/{request_id}/retry',
  summary: 'Send a request again',
  description: `As a new one that names the former as \`retry_of\`, with its payload or another one. ${how} Those of others need the scope \`admin\`.`,
  tags,
  request: { params: requestPath, body: { content: { 'application/json': { schema: submissions.retry } } } },
  responses: responses('Its result.', answers.opaque, others),
});

export function addSubmittingRoutes(api: Api, parts: ApiParts): void {
  const { router, limits, ids } = parts;

  /** Sends what `send` sends as a caller of its own, and answers as the headers ask. */
  async function submitted(context: Context<ApiEnv>, send: (caller: Caller, reply: Reply<Accepted>) => void): Promise<Response> {
    const waitSeconds = waitSecondsOf(context.req.header('prefer'));
    const caller = new Caller(parts, context.get('identity'));
    try {
      const accepted = await answerTo<Accepted>((reply) => send(caller, reply));
      const { requestId } = accepted;
      context.header('Location', `${apiPath}/requests/${requestId}`);
      if (wantsEvents(context)) return streaming(context, caller.following(requestId, 0));
      if (waitSeconds === undefined) return answer(context, acceptedToWire(accepted), 202);
      context.header('Preference-Applied', `wait=${waitSeconds}`);
      const revoked = new AbortController();
      const release = parts.hold(context.get('identity'), () => revoked.abort());
      const signal = AbortSignal.any([context.req.raw.signal, revoked.signal]);
      await caller.ending(requestId, { clock: parts.clock, waitMs: waitSeconds * 1_000, signal }).finally(release);
      // Whoever waited is told no more than it would be if it asked now.
      await identityOf(parts, context);
      return await answerResult(context, parts, requestId);
    } finally {
      // A stream has the caller for as long as it lasts.
      if (context.get('beginning') === undefined) caller.leave();
    }
  }

  // The guards of the wire check the body, after it was measured: what the schema says of it is held equal to them by a test.
  api.openAPIRegistry.registerPath(submit);
  api.post(submit.path, async (context) => {
    const query = queryOf(context);
    const key = requestIdOf(context.req.header('idempotency-key'), context.get('identity'));
    if (query !== undefined) {
      const { value, measured } = await readPayload(context, limits);
      const message = parseRequest(traced(named(query, key), context));
      return await submitted(context, ({ peer }, reply) => router.request(peer, message, Body.measured(value, measured), reply));
    }
    const sent = await readJson(context, limits);
    if (sent === undefined) throw missing('the body must be a request: { "to": …, "action": …, "payload": … }');
    const message = parseRequest(traced(named(sent.value, key), context));
    return await submitted(context, ({ peer }, reply) =>
      router.request(peer, message, Body.measured(message.payload ?? null, sent.measured), reply),
    );
  });

  api.openAPIRegistry.registerPath(retry);
  api.post('/requests/:request_id/retry', async (context) => {
    const { requestId } = parseCancel({ request_id: context.req.param('request_id') });
    const key = requestIdOf(context.req.header('idempotency-key'), context.get('identity'));
    const sent = await readJson(context, limits);
    const fields = sent === undefined ? {} : objectOf(sent.value);
    const payload = own(fields, 'payload');
    const carried = sent === undefined || payload === undefined ? {} : { payload: Body.measured(payload, sent.measured) };
    const newId = key === undefined ? {} : { newRequestId: key };
    return await submitted(context, ({ peer }, reply) => router.retry(peer, { requestId, ...newId, ...carried }, reply));
  });

  api.openAPIRegistry.registerPath(cancel);
  api.post('/requests/:request_id/cancel', async (context) => {
    const sent = await readJson(context, limits);
    const fields = sent === undefined ? {} : objectOf(sent.value);
    const message = parseCancel({ ...fields, request_id: context.req.param('request_id') });
    const peer = visitor(context.get('identity'), ids.sessionId());
    const outcome = await answerTo<string>((reply) => router.cancel(peer, message, reply));
    return answer(context, { outcome });
  });
}

/** Where the API is mounted. */
const apiPath = '/api/v1';

/** The fields of a request that stand in the query; undefined: they are in the body. */
function queryOf(context: Context): Record<string, unknown> | undefined {
  const said = context.req.queries();
  if (Object.keys(said).length === 0) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [key, values] of Object.entries(said)) {
    if (!Object.hasOwn(submitQuery.shape, key))
      throw missing(`there is no parameter "${key.slice(0, maxShownLength)}" here`, key);
    const [value = ''] = values;
    if (key === 'tag') fields['tags'] = values;
    else if (values.length > 1) throw missing(`${key} must be said once`, key);
    else fields[key] = /^-?\d{1,15}$/.test(value) && wholeNumbers.has(key) ? Number(value) : value;
  }
  return fields;
}

const wholeNumbers: ReadonlySet<string> = new Set(['timeout_ms', 'start_timeout_ms', 'max_attempts', 'priority']);
const maxShownLength = 64;

/** The request under the name that its key gives it. */
function named(value: unknown, key: string | undefined): unknown {
  if (key === undefined) return value;
  const fields = objectOf(value);
  const said = own(fields, 'request_id');
  if (said !== undefined && said !== key)
    throw missing('request_id and Idempotency-Key must be the same, or one of them left out', 'request_id');
  return { ...fields, request_id: key };
}

/** The request as part of the caller's trace, where the body names none itself. */
function traced(value: unknown, context: Context): unknown {
  const trace = traceOf((name) => context.req.header(name));
  if (trace === undefined) return value;
  const fields = objectOf(value);
  return own(fields, 'trace') === undefined ? { ...fields, trace } : fields;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw missing('the body must be an object');
  return value as Readonly<Record<string, unknown>>;
}

function missing(sentence: string, path = ''): ConduitError {
  return new ConduitError('invalid_message', sentence, { details: { path: path.slice(0, maxShownLength) } });
}
