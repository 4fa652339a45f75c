/** What the hub says is spelled in one place: snake_case, instants as ISO 8601, and what is not known left out. */

import { describe, expect, test } from 'vitest';
import type { EventStamp, RequestEvent, RequestObject } from './events.ts';
import { parseTasks } from './parse.ts';
import {
  assignmentToWire,
  eventToWire,
  limitsToWire,
  liveToWire,
  partyToWire,
  requestToWire,
  serviceToWire,
  timingsToWire,
} from './wire.ts';

const id = '01a2088c-0c98-7c6e-a364-62a101f2756e';
const at = Date.parse('2026-01-02T03:04:05.678Z');
const stamp: EventStamp = { seq: 3, attempt: 1, at, overall: 0.5 };
const stampOnWire = { request_id: id, seq: 3, attempt: 1, at: '2026-01-02T03:04:05.678Z', overall: 0.5 };
const party = { sessionId: 's1', name: 'n', subject: 'local', instanceId: 'i1', hubId: 'h1' };
const partyOnWire = { session_id: 's1', name: 'n', subject: 'local', instance_id: 'i1', hub_id: 'h1' };
const timings = { queuedMs: 1, assignedMs: 2, runningMs: 3, totalMs: 6 };
const timingsOnWire = { queued_ms: 1, assigned_ms: 2, running_ms: 3, total_ms: 6 };
const error = { code: 'provider_error', message: 'no', retryable: false };

describe('an event of the log', () => {
  const events: readonly [event: RequestEvent, adds: object][] = [
    [{ ...stamp, type: 'status', state: 'queued' }, { state: 'queued' }],
    [
      { ...stamp, type: 'status', state: 'assigned', provider: party },
      { state: 'assigned', provider: partyOnWire },
    ],
    [
      { ...stamp, type: 'status', state: 'cancelling', reason: 'enough', by: party },
      { state: 'cancelling', reason: 'enough', by: partyOnWire },
    ],
    [
      { ...stamp, type: 'tasks', tasks: [{ taskId: 'a', title: 'A', weight: 2, parentId: 'p' }, { taskId: 'b' }] },
      { tasks: [{ task_id: 'a', title: 'A', weight: 2, parent_id: 'p' }, { task_id: 'b' }] },
    ],
    [
      { ...stamp, type: 'chunk', stream: 'text', index: 0, mode: 'append', data: 'x' },
      { stream: 'text', index: 0, mode: 'append', data: 'x' },
    ],
    [
      { ...stamp, type: 'chunk', stream: 'out', taskId: 'a', index: 7, mode: 'items', data: null },
      { stream: 'out', task_id: 'a', index: 7, mode: 'items', data: null },
    ],
    [{ ...stamp, type: 'task_result', taskId: 'a' }, { task_id: 'a' }],
    [
      { ...stamp, type: 'task_result', taskId: 'a', result: { inner_key: 1, innerKey: 2 }, skipped: true, startedAt: at },
      { task_id: 'a', result: { inner_key: 1, innerKey: 2 }, skipped: true, started_at: stampOnWire.at },
    ],
    [
      { ...stamp, type: 'task_error', taskId: 'a', error, startedAt: at },
      { task_id: 'a', error, started_at: stampOnWire.at },
    ],
    [
      { ...stamp, type: 'result', state: 'completed', timings },
      { state: 'completed', timings: timingsOnWire },
    ],
    [
      {
        ...stamp,
        type: 'result',
        result: null,
        state: 'completed',
        timings,
        tasks: [
          { taskId: 'a', state: 'completed', startedAt: at },
          { taskId: 'b', state: 'skipped' },
        ],
      },
      {
        result: null,
        state: 'completed',
        timings: timingsOnWire,
        tasks: [
          { task_id: 'a', state: 'completed', started_at: stampOnWire.at },
          { task_id: 'b', state: 'skipped' },
        ],
      },
    ],
    [
      { ...stamp, type: 'error', error, state: 'failed', timings },
      { error, state: 'failed', timings: timingsOnWire },
    ],
  ];

  test.each(events)('is named by its type and spelled for the wire: %j', (event, adds) => {
    expect(eventToWire(id, event)).toStrictEqual({ name: event.type, body: { ...stampOnWire, ...adds } });
  });

  test('passes binary on as it is', () => {
    const data = new Uint8Array([1, 2, 3]);
    const { body } = eventToWire(id, { ...stamp, type: 'chunk', stream: 'png', index: 0, mode: 'append', data });
    expect(body['data']).toBe(data);
  });

  test('has its own instant, whichever was spelled before', () => {
    const spelled = [at, at + 1, at].map((one) => eventToWire(id, { ...stamp, at: one, type: 'tasks', tasks: [] }).body['at']);
    expect(spelled).toEqual(['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.679Z', '2026-01-02T03:04:05.678Z']);
  });
});

describe('a live value', () => {
  test.each([
    [
      { type: 'progress', taskId: 'a', progress: null },
      { task_id: 'a', progress: null },
    ],
    [
      { type: 'progress', taskId: 'a', progress: 0.5, current: 1, total: 2, unit: 'pages', message: 'm' },
      { task_id: 'a', progress: 0.5, current: 1, total: 2, unit: 'pages', message: 'm' },
    ],
    [{ type: 'running' }, {}],
    [{ type: 'waiting', reason: 'no_provider' }, { reason: 'no_provider' }],
    [
      { type: 'waiting', reason: 'at_capacity', position: 4 },
      { reason: 'at_capacity', position: 4 },
    ],
    [
      { type: 'stalled', stalled: true, silentMs: 30_000.4 },
      { stalled: true, silent_ms: 30_000 },
    ],
  ] as const)('carries the stamp of the last event before it: %j', (update, adds) => {
    expect(liveToWire(id, stamp, update)).toStrictEqual({ name: update.type, body: { ...stampOnWire, ...adds } });
  });
});

describe('a hand-over', () => {
  const least = {
    requestId: id,
    service: 'llm',
    action: 'go',
    payload: null,
    attempt: 1,
    requester: { sessionId: 's', hubId: 'h' },
  };

  test('tells a provider no more of its requester than a name and a subject', () => {
    expect(assignmentToWire({ ...least, requester: party })).toStrictEqual({
      request_id: id,
      service: 'llm',
      action: 'go',
      payload: null,
      attempt: 1,
      requester: { name: 'n', subject: 'local' },
    });
  });

  test('carries what was said at the request', () => {
    const said = { deadlineAt: at, parent: { requestId: id, taskId: 'a' }, tags: ['t'], trace: { traceparent: '00' } };
    expect(assignmentToWire({ ...least, ...said })).toMatchObject({
      requester: {},
      deadline_at: stampOnWire.at,
      parent: { request_id: id, task_id: 'a' },
      tags: ['t'],
      trace: { traceparent: '00' },
    });
  });
});

describe('the request object', () => {
  const least: RequestObject = {
    requestId: id,
    to: 'llm',
    action: 'go',
    state: 'queued',
    attempt: 0,
    overall: 0,
    tasks: [],
    streams: [],
    requester: { sessionId: 's1', hubId: 'h1' },
    createdAt: at,
    timings: { queuedMs: 0, totalMs: 0 },
    seq: 1,
    live: { progress: {} },
    workBegan: false,
  };
  const leastOnWire = {
    request_id: id,
    to: 'llm',
    action: 'go',
    state: 'queued',
    attempt: 0,
    overall: 0,
    tasks: [],
    streams: [],
    requester: { session_id: 's1', hub_id: 'h1' },
    created_at: stampOnWire.at,
    timings: { queued_ms: 0, total_ms: 0 },
    seq: 1,
    live: { progress: {} },
    work_began: false,
  };

  test('leaves out what is not known yet', () => {
    expect(requestToWire(least)).toStrictEqual(leastOnWire);
  });

  test('spells everything that may stand in it', () => {
    const most: RequestObject = {
      ...least,
      reason: 'provider_lost',
      payload: { innerKey: 1 },
      resultOmitted: true,
      error,
      provider: party,
      parent: { requestId: id },
      children: [id],
      tags: ['t'],
      assignedAt: at,
      startedAt: at,
      finishedAt: at,
      expiresAt: at,
      timings,
      tasks: [
        { taskId: 'a', weight: 1, state: 'failed', error, startedAt: at, finishedAt: at },
        { taskId: 'b', title: 'B', weight: 2, parentId: 'a', state: 'completed', result: { innerKey: 1 } },
        { taskId: 'c', weight: 1, state: 'completed', resultOmitted: true },
      ],
      streams: [
        { stream: 'text', mode: 'append', chunks: 2, bytes: 4 },
        { stream: 'out', mode: 'items', chunks: 2, bytes: 4, data: [1], truncated: true },
      ],
      live: {
        running: true,
        progress: { a: { progress: 0.5, current: 1 } },
        waiting: { reason: 'at_capacity', position: 2 },
        stalled: { silentMs: 30_000.6 },
      },
      workBegan: true,
    };
    expect(requestToWire(most)).toStrictEqual({
      ...leastOnWire,
      reason: 'provider_lost',
      payload: { innerKey: 1 },
      result_omitted: true,
      error,
      provider: partyOnWire,
      parent: { request_id: id },
      children: [id],
      tags: ['t'],
      assigned_at: stampOnWire.at,
      started_at: stampOnWire.at,
      finished_at: stampOnWire.at,
      expires_at: stampOnWire.at,
      timings: timingsOnWire,
      tasks: [
        { task_id: 'a', weight: 1, state: 'failed', error, started_at: stampOnWire.at, finished_at: stampOnWire.at },
        { task_id: 'b', title: 'B', weight: 2, parent_id: 'a', state: 'completed', result: { innerKey: 1 } },
        { task_id: 'c', weight: 1, state: 'completed', result_omitted: true },
      ],
      streams: [
        { stream: 'text', mode: 'append', chunks: 2, bytes: 4 },
        { stream: 'out', mode: 'items', chunks: 2, bytes: 4, data: [1], truncated: true },
      ],
      live: {
        running: true,
        progress: { a: { progress: 0.5, current: 1 } },
        waiting: { reason: 'at_capacity', position: 2 },
        stalled: { silent_ms: 30_001 },
      },
      work_began: true,
    });
  });

  test('a result of null is a result', () => {
    expect(requestToWire({ ...least, result: null })).toHaveProperty('result', null);
  });
});

test('a service is spelled with its actions and its providers', () => {
  const action = {
    name: 'go',
    description: 'Go',
    input: { additionalProperties: false },
    tasks: [{ taskId: 'a', parentId: 'p' }],
    idempotent: false,
    timeoutMs: 5,
  };
  const provider = {
    sessionId: 's1',
    instanceId: 'i1',
    name: 'n',
    state: 'ready',
    held: 1,
    capacity: 3,
    served: 7,
    joinedAt: at,
  } as const;
  const service = { name: 'llm', actions: [{ name: 'any' }, action], providers: [provider], waiting: 2, paused: false };
  expect(serviceToWire(service)).toStrictEqual({
    name: 'llm',
    actions: [
      { name: 'any' },
      {
        name: 'go',
        description: 'Go',
        input: { additionalProperties: false },
        tasks: [{ task_id: 'a', parent_id: 'p' }],
        idempotent: false,
        timeout_ms: 5,
      },
    ],
    providers: [
      {
        session_id: 's1',
        instance_id: 'i1',
        name: 'n',
        state: 'ready',
        held: 1,
        capacity: 3,
        served: 7,
        joined_at: stampOnWire.at,
      },
    ],
    waiting: 2,
    paused: false,
  });
  expect(serviceToWire({ ...service, providers: [], unprovidedMs: 1.4 })).toMatchObject({ providers: [], unprovided_ms: 1 });
});

test('a party says only what is known of it', () => {
  expect(partyToWire({ sessionId: 's1', hubId: 'h1' })).toStrictEqual({ session_id: 's1', hub_id: 'h1' });
});

test('durations are whole milliseconds', () => {
  expect(timingsToWire({ queuedMs: 0.4, totalMs: 1.5 })).toStrictEqual({ queued_ms: 0, total_ms: 2 });
});

test('limits have the names that refusals use', () => {
  const limits = {
    maxMessageBytes: 1,
    maxDepth: 2,
    maxValues: 3,
    maxAttachments: 4,
    maxTasks: 5,
    maxChunkBytes: 6,
    maxOpenRequests: 7,
    maxWaiting: 8,
  };
  expect(limitsToWire(limits)).toStrictEqual({
    max_message_bytes: 1,
    max_depth: 2,
    max_values: 3,
    max_attachments: 4,
    max_tasks: 5,
    max_chunk_bytes: 6,
    max_open_requests: 7,
    max_waiting: 8,
  });
});

test('what is declared on the wire is read back as it was', () => {
  const tasks = [{ taskId: 'a', title: 'A', weight: 0.5, parentId: 'b' }, { taskId: 'b' }];
  const { body } = eventToWire(id, { ...stamp, type: 'tasks', tasks });
  expect(parseTasks(body)).toStrictEqual(tasks);
});
