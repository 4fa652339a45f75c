/** The wire messages towards the hub as schemas: what the hand-written guards are held equal to, and what documents are made from. */

import {
  maxActions,
  maxAttemptsBound,
  maxCapacity,
  maxDurationMs,
  maxInFlight,
  maxMetadataBytes,
  maxPriority,
  maxTags,
  maxTextLength,
  minDurationMs,
  minPriority,
  namePattern,
  requestIdPattern,
} from '@conduit/sdk/protocol/limits';
import { z } from 'zod';

const name = z.string().regex(namePattern);
const requestId = z.string().regex(requestIdPattern);
const text = z.string().max(maxTextLength);
const duration = z.int().min(minDurationMs).max(maxDurationMs);
const count = z.int().min(1);
/** An object of any members, passed on as it is; a list or bytes are none. */
const fields = z.custom<Record<string, unknown>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array || value instanceof ArrayBuffer),
);
const finite = z.number();

const task = z.object({
  task_id: name,
  title: text.optional(),
  weight: finite.positive().optional(),
  parent_id: name.optional(),
});
const tasks = z.array(task).max(10_000);
const resume = z.object({ session_id: text, session_token: text });
const action = z.union([
  name,
  z.object({
    name,
    description: text.optional(),
    input: fields.optional(),
    output: fields.optional(),
    tasks: tasks.optional(),
    idempotent: z.boolean().optional(),
    timeout_ms: duration.optional(),
  }),
]);
const metadata = fields.refine((value) => Buffer.byteLength(JSON.stringify(value)) <= maxMetadataBytes);
/** No `z.record`: it passes over a member that is called `__proto__`. */
const trace = fields.refine((value) => {
  const entries = Object.entries(value);
  return entries.length <= 8 && entries.every(([key, one]) => key.length <= 64 && text.safeParse(one).success);
});
const leave = fields.pipe(z.object({ name: name.optional() }));
const stamp = { request_id: requestId, attempt: count.optional(), n: count.optional() };
const error = z.object({ code: name.optional(), message: text, retryable: z.boolean().optional(), details: fields.optional() });

export const messageSchemas = {
  register: z.discriminatedUnion('type', [
    z.object({ type: z.literal('client'), name: text.optional(), resume: resume.optional() }),
    z.object({
      type: z.literal('service'),
      name,
      actions: z.array(action).max(maxActions).optional(),
      capacity: z.int().min(1).max(maxCapacity).optional(),
      instance_id: name.optional(),
      acks: z.boolean().optional(),
      metadata: metadata.optional(),
      resume: resume.optional(),
      in_flight: z
        .array(z.object({ request_id: requestId, attempt: count }))
        .max(maxInFlight)
        .optional(),
    }),
  ]),
  request: z.object({
    to: name,
    action: name,
    payload: z.unknown().optional(),
    request_id: requestId.optional(),
    timeout_ms: duration.optional(),
    start_timeout_ms: duration.optional(),
    max_attempts: z.int().min(1).max(maxAttemptsBound).optional(),
    priority: z.int().min(minPriority).max(maxPriority).optional(),
    on_requester_gone: z.enum(['continue', 'cancel']).optional(),
    parent: z.object({ request_id: requestId, task_id: name.optional() }).optional(),
    tags: z.array(text).max(maxTags).optional(),
    trace: trace.optional(),
  }),
  cancel: z.object({ request_id: requestId, reason: text.optional() }),
  watch: z.object({ request_id: requestId, after_seq: z.int().min(0).optional(), epoch: text.optional() }),
  unwatch: z.object({ request_id: requestId }),
  get: z.object({
    request_id: requestId,
    include: z
      .array(z.enum(['payload', 'result', 'streams']))
      .max(3)
      .optional(),
  }),
  services: fields.pipe(z.object({ watch: z.boolean().optional() })),
  drain: leave,
  unregister: leave,
  tasks: z.object({ ...stamp, tasks }),
  progress: z.object({
    ...stamp,
    task_id: name.optional(),
    progress: z.number().min(0).max(1).nullish(),
    current: finite.optional(),
    total: finite.optional(),
    unit: text.optional(),
    message: text.optional(),
  }),
  chunk: z.object({
    ...stamp,
    stream: name.optional(),
    task_id: name.optional(),
    mode: z.enum(['append', 'replace', 'items']).optional(),
    data: z.unknown().refine((data) => data !== undefined),
  }),
  task_result: z.object({ ...stamp, task_id: name, result: z.unknown().optional(), skipped: z.boolean().optional() }),
  task_error: z.object({ ...stamp, task_id: name, error }),
  result: z.object({ ...stamp, result: z.unknown().optional() }),
  error: z.object({ ...stamp, error }),
  reject: z.object({ ...stamp, reason: text.optional() }),
} as const satisfies Record<string, z.ZodType>;

export type MessageName = keyof typeof messageSchemas;
