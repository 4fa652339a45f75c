/** What the HTTP API takes and gives, as schemas: queries are checked by them, and the OpenAPI document is made from them all. */

import { maxDurationMs } from '@conduit/sdk/protocol/limits';
import { nextRequestStates, nextTaskStates } from '@conduit/sdk/protocol/states';
import { z } from '@hono/zod-openapi';
import { topics } from '../routing/feed.ts';
import { messageSchemas } from './messages.ts';

/** Some words of a set, with commas between them. */
function words<const Word extends string>(all: readonly Word[]) {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(all)))
    .openapi({ type: 'string' });
}

function whole(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: 'integer', minimum: min, maximum: max });
}

/** ISO 8601 with a zone, or milliseconds since 1970. */
const instant = z
  .union([z.iso.datetime({ offset: true }), z.string().regex(/^\d{1,15}$/)])
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text)))
  .openapi({ type: 'string', example: '2026-01-02T03:04:05Z' });

const { to: name, request_id: chosenId } = messageSchemas.request.shape;
const text = z.string().max(1_024);
const states = Object.keys(nextRequestStates) as (keyof typeof nextRequestStates)[];
const taskStates = Object.keys(nextTaskStates) as (keyof typeof nextTaskStates)[];

/** What each part of a query must be, for the sentence that refuses another. */
export const expected: Readonly<Record<string, string>> = {
  state: `one or more of ${states.join(', ')}, with commas between them`,
  service: 'a name',
  action: 'a name',
  since: 'an instant such as 2026-01-02T03:04:05Z, or milliseconds since 1970',
  until: 'an instant such as 2026-01-02T03:04:05Z, or milliseconds since 1970',
  min_duration_ms: 'a whole number of milliseconds, 7 days at most',
  stalled: 'true, or left out',
  limit: 'a whole number from 1 to 200, or 1,000 events',
  after_seq: 'a whole number from 0',
  topics: `one or more of ${topics.join(', ')}, with commas between them`,
  cursor: 'the next_cursor of a former answer',
  include: 'one or more of payload, result, streams, with commas between them',
  request_id: 'a UUID or a ULID',
  name: 'a name: 1 to 128 letters, digits or . _ : / -, the first a letter or a digit',
};

export const requestPath = z.object({ request_id: z.string().pipe(chosenId.unwrap()) });
export const servicePath = z.object({ name });

export const requestQuery = z.strictObject({
  state: words(states).optional(),
  service: name.optional(),
  action: name.optional(),
  tag: text.optional(),
  requester: text.optional(),
  error: text.optional(),
  min_duration_ms: whole(0, maxDurationMs).optional(),
  stalled: z.literal('true').optional(),
  since: instant.optional(),
  until: instant.optional(),
  text: text.optional(),
  limit: whole(1, 200).optional(),
  cursor: z.string().pipe(chosenId.unwrap()).optional(),
});
export const includeQuery = z.strictObject({ include: words(['payload', 'result', 'streams']).optional() });

export const eventQuery = z.strictObject({
  after_seq: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: whole(1, 1_000).optional(),
});
export const topicQuery = z.strictObject({ topics: words(topics).optional() });
export const providerPath = z.object({ session_id: text });

const { shape: requestFields } = messageSchemas.request;
/** Beside a payload that is the whole body, the request stands in the query. */
export const submitQuery = z.strictObject({
  to: name.optional(),
  action: name.optional(),
  request_id: chosenId,
  timeout_ms: requestFields.timeout_ms,
  start_timeout_ms: requestFields.start_timeout_ms,
  max_attempts: requestFields.max_attempts,
  priority: requestFields.priority,
  on_requester_gone: requestFields.on_requester_gone,
  tag: requestFields.tags,
});
/** What is sent. */
export const submissions = {
  request: messageSchemas.request.extend({ trace: z.record(z.string(), z.string()).optional() }).openapi('RequestMessage'),
  bytes: z.string().openapi({ format: 'binary' }),
  cancel: z.object({ reason: text.optional() }),
  retry: z.object({ payload: z.unknown().optional() }),
} as const;

const at = z.iso.datetime();
const party = z
  .object({
    session_id: z.string(),
    name: z.string().optional(),
    subject: z.string().optional(),
    instance_id: z.string().optional(),
    hub_id: z.string(),
  })
  .openapi('Party');
const wireError = z
  .object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('Error');
const timings = z
  .object({
    queued_ms: z.number(),
    assigned_ms: z.number().optional(),
    running_ms: z.number().optional(),
    total_ms: z.number(),
  })
  .openapi('Timings');
const waiting = z.object({ reason: z.string(), position: z.int().optional() });
const stalled = z.object({ silent_ms: z.number() });
const running = z.literal(true);
const progress = z
  .object({
    progress: z.number().nullable(),
    current: z.number().optional(),
    total: z.number().optional(),
    unit: z.string().optional(),
    message: z.string().optional(),
  })
  .openapi('Progress');
const summary = {
  request_id: z.string(),
  to: z.string(),
  action: z.string(),
  state: z.enum(states),
  reason: z.string().optional(),
  attempt: z.int(),
  overall: z.number(),
  error: wireError.optional(),
  requester: party,
  provider: party.optional(),
  parent: z.object({ request_id: z.string(), task_id: z.string().optional() }).optional(),
  retry_of: z.string().optional().openapi({ description: 'The request that this one repeats.' }),
  tags: z.array(z.string()).optional(),
  created_at: at,
  assigned_at: at.optional(),
  started_at: at.optional(),
  finished_at: at.optional(),
  expires_at: at.optional(),
  timings,
  seq: z.int(),
  work_began: z.boolean(),
};
const requestSummary = z
  .strictObject({
    ...summary,
    live: z.object({
      running: running.optional(),
      waiting: waiting.optional(),
      stalled: stalled.optional(),
      task: z
        .strictObject({ task_id: z.string(), title: z.string().optional(), message: z.string().optional() })
        .optional()
        .openapi({ description: 'The task that it works on; of several the one that began last.' }),
    }),
  })
  .openapi('RequestSummary');
const task = z
  .strictObject({
    task_id: z.string(),
    title: z.string().optional(),
    weight: z.number(),
    parent_id: z.string().optional(),
    state: z.enum(taskStates),
    result: z.unknown().optional(),
    result_omitted: z.literal(true).optional(),
    error: wireError.optional(),
    started_at: at.optional(),
    finished_at: at.optional(),
  })
  .openapi('Task');
const stream = z
  .strictObject({
    stream: z.string(),
    mode: z.enum(['append', 'replace', 'items']),
    chunks: z.int(),
    bytes: z.number(),
    data: z.array(z.unknown()).optional(),
    truncated: z.literal(true).optional(),
  })
  .openapi('Stream');
const live = z.object({
  running: running.optional(),
  progress: z.record(z.string(), progress),
  waiting: waiting.optional(),
  stalled: stalled.optional(),
});
const action = z.object({
  name: z.string(),
  description: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  output: z.record(z.string(), z.unknown()).optional(),
  tasks: z.array(z.record(z.string(), z.unknown())).optional(),
  idempotent: z.boolean().optional(),
  timeout_ms: z.int().optional(),
});
const offer = {
  state: z.enum(['ready', 'busy', 'draining', 'suspect']),
  held: z.int(),
  capacity: z.int(),
  served: z.int().openapi({ description: 'How many requests it has been handed since it joined.' }),
  instance_id: z.string().optional(),
  joined_at: at,
};
const counts = { accepted: z.int(), completed: z.int(), failed: z.int(), cancelled: z.int(), expired: z.int() };
const open = z.strictObject({ queued: z.int(), assigned: z.int(), running: z.int(), cancelling: z.int() });
const percentiles = z.strictObject({ p50_ms: z.number(), p95_ms: z.number() });
const stats = {
  open,
  last_minute: z.strictObject(counts),
  durations: percentiles.optional(),
  services: z.int(),
  providers: z.int(),
  clients: z.int(),
};
const service = z
  .strictObject({
    name: z.string(),
    actions: z.array(action),
    providers: z.array(z.strictObject({ session_id: z.string(), name: z.string().optional(), ...offer })),
    waiting: z.int(),
    paused: z.boolean(),
    unprovided_ms: z.number().optional(),
  })
  .openapi('Service');
const serviceStats = z
  .strictObject({
    service: z.string(),
    open,
    last_minute: z.strictObject(counts),
    last_quarter: z.strictObject(counts),
    durations: percentiles.optional().openapi({
      description: 'How long the latest 1,000 that ended in the last 15 minutes took, from their creation.',
    }),
    queued: percentiles.optional().openapi({ description: 'How long the same had waited in the line.' }),
    errors: z.array(z.strictObject({ code: z.string(), count: z.int(), last_at: at })).openapi({
      description:
        'Of what failed or expired in the last 15 minutes, the most frequent first; `other` stands for the codes beyond 20.',
    }),
  })
  .openapi('ServiceStats');
const lastSeenAt = at.openapi({ description: 'When its last message came, the answer to a heartbeat too.' });
const workInHand = z
  .strictObject({
    request_id: z.string(),
    service: z.string(),
    action: z.string(),
    since_at: at.openapi({ description: 'When it was assigned to this provider.' }),
    overall: z.number(),
  })
  .openapi('WorkInHand');
const provider = z
  .strictObject({
    session_id: z.string(),
    name: z.string().optional(),
    subject: z.string(),
    connected: z.boolean(),
    last_seen_at: lastSeenAt,
    round_trip_ms: z.number().optional().openapi({
      description:
        'Of the latest heartbeat, which comes every 10 s: the network there and back, and how long its process took to answer. Absent before the first.',
    }),
    services: z.array(z.strictObject({ service: z.string(), ...offer })),
    working_on: z.array(workInHand).openapi({
      description: 'The first ten requests that it holds and that you may see; what it has held for longest comes first.',
    }),
  })
  .openapi('Provider');
const client = z
  .strictObject({
    session_id: z.string(),
    name: z.string().optional(),
    subject: z.string(),
    connected: z.boolean(),
    last_seen_at: lastSeenAt,
    open_requests: z.int(),
    watching: z.int(),
    services: z.array(z.string()),
  })
  .openapi('Client');
const hub = z
  .strictObject({
    hub_id: z.string(),
    version: z.string(),
    epoch: z.string(),
    started_at: at,
    open_requests: z.int(),
    connections: z.int(),
    messages_per_second: z
      .strictObject({ in: z.number(), out: z.number() })
      .openapi({ description: 'Messages over its connections, the mean of the last 10 s.' }),
    event_loop_lag_ms: z.number().openapi({ description: 'How late the event loop was at worst in the last 10 s.' }),
    memory_bytes: z.int().openapi({ description: 'What its process holds.' }),
    trouble: z.string().optional(),
  })
  .openapi('Hub');

/** What is answered. Nothing of it is checked while the hub runs: the tests hold the answers to these. */
export const answers = {
  error: z.object({ error: wireError, request_id: z.string().optional() }),
  requests: z.strictObject({ requests: z.array(requestSummary), next_cursor: z.string().optional() }),
  request: z
    .strictObject({
      ...summary,
      tasks: z.array(task),
      streams: z.array(stream),
      payload: z.unknown().optional(),
      result: z.unknown().optional(),
      result_omitted: z.literal(true).optional(),
      children: z.array(z.string()).optional(),
      live,
    })
    .openapi('Request'),
  tasks: z.strictObject({ tasks: z.array(task) }),
  progress: z.strictObject({
    request_id: z.string(),
    state: z.enum(states),
    attempt: z.int(),
    overall: z.number(),
    seq: z.int(),
    tasks: z.array(task.pick({ task_id: true, title: true, state: true }).extend({ progress: progress.optional() })),
    live,
  }),
  opaque: z.unknown().openapi({ description: 'Whatever the service or the requester said.' }),
  accepted: z.strictObject({
    request_id: z.string(),
    state: z.enum(states),
    seq: z.literal(1),
    reason: z.string().optional(),
    position: z.int().optional(),
    provider: party.optional(),
  }),
  cancelled: z.strictObject({ outcome: z.enum(['cancelled', 'requested', 'already_finished']) }),
  events: z.strictObject({
    events: z.array(z.strictObject({ event: z.string(), data: z.record(z.string(), z.unknown()) })),
    has_more: z.boolean(),
    gap: z.literal(true).optional(),
  }),
  done: z.strictObject({ ok: z.literal(true) }),
  services: z.strictObject({ services: z.array(service) }),
  service,
  serviceStats,
  providers: z.strictObject({ providers: z.array(provider) }),
  clients: z.strictObject({ clients: z.array(client) }),
  hubs: z.strictObject({ hubs: z.array(hub) }),
  stats: z
    .strictObject({ ...stats, hub: z.strictObject(stats).optional().openapi({ description: 'All tenants, for an operator.' }) })
    .openapi('Stats'),
  history: z.strictObject({ step_ms: z.int(), points: z.array(z.strictObject({ at, ...counts })) }).openapi('History'),
  me: z
    .strictObject({ tenant: z.string(), subject: z.string(), scopes: z.array(z.string()), expires_at: at.optional() })
    .openapi('Me'),
} as const;

/** An answer as whoever asks reads it. */
export type Answer<Name extends keyof typeof answers> = z.infer<(typeof answers)[Name]>;
