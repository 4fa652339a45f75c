import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LiveUpdate, RequestEvent, ServiceInfo } from './events.ts';
import { errorFromWire, eventFromWire, handedFromWire, requestFromWire, serviceFromWire } from './read.ts';
import { type Assignment, assignmentToWire, eventToWire, liveToWire, requestToWire, serviceToWire } from './wire.ts';

/** What travels is JSON: nothing undefined, no instant but a text. */
const travelled = <Body>(body: Body): Body => JSON.parse(JSON.stringify(body)) as Body;

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const text = fc.string();
const stamp = {
  seq: fc.nat(),
  attempt: fc.nat(),
  at: instant,
  overall: fc.double({ min: 0, max: 1, noNaN: true }).map((n) => n + 0),
};
const party = fc.record(
  { sessionId: text, hubId: text, name: text, subject: text, instanceId: text },
  { requiredKeys: ['sessionId', 'hubId'] },
);
const error = fc.record({ code: text, message: text, retryable: fc.boolean() });
const timings = fc.record(
  { queuedMs: fc.nat(), assignedMs: fc.nat(), runningMs: fc.nat(), totalMs: fc.nat() },
  { requiredKeys: ['queuedMs', 'totalMs'] },
);
const task = fc.record({ taskId: text, title: text, weight: fc.nat(), parentId: text }, { requiredKeys: ['taskId'] });
/** People's own values keep their own names, whatever they look like. */
const value = fc.constantFrom<unknown>({ task_id: 'mine', started_at: 'yesterday' }, [1, null], 'text', 0, null);
const ended = fc.array(
  fc.record(
    { taskId: text, state: fc.constantFrom('completed', 'skipped'), startedAt: instant },
    { requiredKeys: ['taskId', 'state'] },
  ),
);

const events = fc.oneof(
  fc.record(
    {
      type: fc.constant('status'),
      ...stamp,
      state: fc.constantFrom('queued', 'assigned'),
      reason: text,
      provider: party,
      by: party,
    },
    { requiredKeys: ['type', 'seq', 'attempt', 'at', 'overall', 'state'] },
  ),
  fc.record({ type: fc.constant('tasks'), ...stamp, tasks: fc.array(task) }),
  fc.record(
    {
      type: fc.constant('chunk'),
      ...stamp,
      stream: text,
      taskId: text,
      index: fc.nat(),
      mode: fc.constant('items'),
      data: value,
    },
    { requiredKeys: ['type', 'seq', 'attempt', 'at', 'overall', 'stream', 'index', 'mode', 'data'] },
  ),
  fc.record({ type: fc.constant('task_result'), ...stamp, taskId: text, result: value, startedAt: instant }),
  fc.record({ type: fc.constant('task_error'), ...stamp, taskId: text, error }),
  fc.record({ type: fc.constant('result'), ...stamp, state: fc.constant('completed'), result: value, timings, tasks: ended }),
  fc.record({ type: fc.constant('error'), ...stamp, state: fc.constant('failed'), error, timings }),
) as fc.Arbitrary<RequestEvent>;

test('what the hub writes of an event, a client reads as it was', () => {
  fc.assert(
    fc.property(events, (event) => {
      const { name, body } = eventToWire('r1', event);
      expect(eventFromWire(name as RequestEvent['type'], travelled(body))).toEqual(travelled(event));
    }),
  );
});

test('live values too', () => {
  const updates: readonly LiveUpdate[] = [
    { type: 'progress', taskId: 't', progress: null, current: 1, total: 2, unit: 'pages', message: 'm' },
    { type: 'running' },
    { type: 'waiting', reason: 'at_capacity', position: 3 },
    { type: 'stalled', stalled: true, silentMs: 30_000 },
  ];
  for (const update of updates) {
    const carried = { seq: 4, attempt: 1, at: 1_000, overall: 0.5 };
    const { name, body } = liveToWire('r1', carried, update);
    expect(eventFromWire(name as LiveUpdate['type'], travelled(body))).toEqual({ ...carried, ...update });
  }
});

test('a request, a service and what a provider is handed are read as they were', () => {
  const request = {
    requestId: 'r1',
    to: 'llm',
    action: 'chat',
    state: 'running',
    attempt: 2,
    overall: 0.5,
    tasks: [{ taskId: 'a', weight: 1, state: 'completed', result: { task_id: 'mine' }, startedAt: 1, finishedAt: 2 }],
    streams: [{ stream: 'text', mode: 'append', chunks: 2, bytes: 10, data: ['a', 'b'], truncated: true }],
    payload: { created_at: 'mine' },
    requester: { sessionId: 's', hubId: 'h', subject: 'local' },
    provider: { sessionId: 'p', hubId: 'h', instanceId: 'i' },
    parent: { requestId: 'r0', taskId: 't' },
    children: ['r2'],
    createdAt: 5,
    assignedAt: 6,
    timings: { queuedMs: 1, totalMs: 2 },
    seq: 7,
    live: { running: true, progress: { a_b: { progress: 0.5 } }, stalled: { silentMs: 3 } },
    workBegan: true,
  } as const;
  expect(requestFromWire(travelled(requestToWire(request)))).toEqual(request);
  const service: ServiceInfo = {
    name: 'llm',
    actions: [{ name: 'chat', input: { min_length: 1 }, tasks: [{ taskId: 'think', parentId: 'x' }], timeoutMs: 5 }],
    providers: [{ sessionId: 'p', instanceId: 'i', state: 'busy', held: 1, capacity: 2, served: 7, joinedAt: 9 }],
    waiting: 3,
    paused: false,
  };
  expect(serviceFromWire(travelled(serviceToWire(service)))).toEqual(service);
  const handed: Assignment = {
    requestId: 'r1',
    service: 'llm',
    action: 'chat',
    payload: { request_id: 'mine' },
    attempt: 1,
    deadlineAt: 10,
    requester: { sessionId: 's', hubId: 'h', name: 'n', subject: 'local' },
    parent: { requestId: 'r0' },
    tags: ['t'],
    trace: { traceparent: '00' },
  };
  expect(handedFromWire(travelled(assignmentToWire(handed)))).toEqual({ ...handed, requester: { name: 'n', subject: 'local' } });
});

test('an error that says nothing has a code and a sentence all the same', () => {
  expect(errorFromWire(undefined)).toMatchObject({ code: 'internal', retryable: false });
  expect(errorFromWire({ code: 'no_paper', message: 'm', retryable: true, details: { tray: 2 } })).toMatchObject({
    code: 'no_paper',
    retryable: true,
    details: { tray: 2 },
  });
});
