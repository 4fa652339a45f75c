import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { type Hub, startHub } from '../../hub.ts';
import { createTestHub } from '../../test-hub.ts';
import { type MetricsRead, readMetrics } from '../../testing/metrics-text.ts';
import { createLogger } from '../logger.ts';
import { metricTable } from './table.ts';

const leaving: (() => unknown)[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0).reverse()) await leave();
});

async function aHub(): Promise<Hub> {
  const hub = await createTestHub();
  leaving.push(() => hub.close());
  return hub;
}

function aSocket({ url }: Hub): Socket {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  leaving.push(() => socket.close());
  return socket;
}

async function scrape({ url }: Hub): Promise<MetricsRead> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readMetrics(await response.text());
}

/** The numbers, once these are among them: what a cut does is done when the hub hears of it. */
async function scrapedWith(hub: Hub, awaited: Readonly<Record<string, number>>): Promise<MetricsRead> {
  for (;;) {
    const read = await scrape(hub);
    if (Object.entries(awaited).every(([sample, value]) => read.samples.get(sample) === value)) return read;
  }
}

/** What the next event of that name carries. */
async function next(socket: Socket, name: string): Promise<{ request_id: string }> {
  return await new Promise((resolve) => socket.once(name, resolve));
}

test('a hub tells every number of the table with its type, and no other', async () => {
  const { types } = await scrape(await aHub());
  const told = Object.entries(metricTable).map(([name, { type }]) => [name, type] as const);
  expect(new Map([...types].sort())).toEqual(new Map(told.sort()));
});

test('what becomes of requests is counted by their service and their end', async () => {
  const hub = await aHub();
  const [provider, client] = [aSocket(hub), aSocket(hub)];
  provider.on('request', ({ request_id, action }) => {
    if (action === 'fail') provider.emit('error', { request_id, error: { message: 'no' } });
    else if (action === 'work') provider.emit('result', { request_id, result: 1 });
  });
  await provider.emitWithAck('register', { type: 'service', name: 'llm' });
  for (const action of ['work', 'work', 'fail', 'hold']) {
    const ended = action === 'hold' ? next(provider, 'request') : next(client, action === 'work' ? 'result' : 'error');
    await client.emitWithAck('request', { to: 'llm', action });
    await ended;
  }
  await client.emitWithAck('request', { to: 'nobody', action: 'go', start_timeout_ms: 60_000 });
  const { samples } = await scrape(hub);
  expect(Object.fromEntries(samples)).toMatchObject({
    'conduit_requests_accepted_total{service="llm"}': 4,
    'conduit_requests_accepted_total{service="other"}': 1,
    'conduit_request_duration_seconds_count{service="llm",state="completed"}': 2,
    'conduit_request_duration_seconds_count{service="llm",state="failed"}': 1,
    'conduit_request_duration_seconds_bucket{service="llm",state="completed",le="+Inf"}': 2,
    'conduit_request_queued_seconds_count{service="llm"}': 3,
    'conduit_request_running_seconds_count{service="llm",state="completed"}': 2,
    'conduit_requests_open{state="running"}': 0,
    'conduit_requests_open{state="assigned"}': 1,
    'conduit_requests_open{state="queued"}': 1,
    'conduit_requests_waiting{service="llm"}': 0,
    'conduit_requests_waiting{service="other"}': 1,
    'conduit_attempts_total{service="llm"}': 4,
    'conduit_providers{service="llm",state="ready"}': 1,
    conduit_connections: 2,
    'conduit_sessions{state="connected"}': 2,
    conduit_store_writable: 1,
    conduit_ready: 1,
  });
  expect(samples.get('conduit_commit_duration_seconds_count')).toBeGreaterThan(4);
  expect(samples.get('conduit_commit_events_sum')).toBeGreaterThanOrEqual(8);
  expect(samples.get('conduit_received_bytes_total')).toBeGreaterThan(500);
  expect(samples.get('conduit_sent_bytes_total')).toBeGreaterThan(500);
});

test('lost providers, attempts that came to nothing, late words and refusals are counted', async () => {
  const hub = await aHub();
  const [first, second, client] = [aSocket(hub), aSocket(hub), aSocket(hub)];
  await first.emitWithAck('register', { type: 'service', name: 'llm' });
  const handed = next(first, 'request');
  const { request_id } = await client.emitWithAck('request', { to: 'llm', action: 'go' });
  await handed;
  await second.emitWithAck('register', { type: 'service', name: 'llm' });
  const again = next(second, 'request');
  expect(await first.emitWithAck('reject', { request_id })).toEqual({ ok: true });
  await again;
  expect(await first.emitWithAck('result', { request_id })).toMatchObject({ error: { code: 'not_assigned' } });
  const third = aSocket(hub);
  await third.emitWithAck('register', { type: 'service', name: 'llm' });
  await second.emitWithAck('drain', {});
  await first.emitWithAck('drain', {});
  third.emit('request', { to: 'nobody', action: 'go' });
  await next(third, 'refused');
  third.disconnect();
  second.disconnect();
  await fetch(`${hub.url}/api/v1/requests/00000000-0000-4000-8000-000000000000`);
  const { samples } = await scrapedWith(hub, { 'conduit_sessions{state="away"}': 2 });
  expect(Object.fromEntries(samples)).toMatchObject({
    'conduit_attempts_lost_total{service="llm",reason="rejected"}': 1,
    'conduit_attempts_lost_total{service="llm",reason="provider_lost"}': 1,
    'conduit_providers_lost_total{service="llm"}': 1,
    'conduit_late_messages_total{code="not_assigned"}': 1,
    'conduit_providers{service="llm",state="draining"}': 1,
    'conduit_refusals_total{where="message",code="not_assigned"}': 1,
    'conduit_refusals_total{where="message",code="service_not_found"}': 1,
    'conduit_refusals_total{where="http",code="request_not_found"}': 1,
    'conduit_sessions{state="away"}': 2,
  });
});

test('the process tells of itself, and a folder of its room', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'conduit-metrics-'));
  leaving.push(() => rm(dataDir, { recursive: true }));
  const hub = await startHub({ port: 0, dataDir }, createLogger('silent', 'test'));
  leaving.push(() => hub.close());
  await scrape(hub);
  const { samples } = await scrape(hub);
  for (const name of ['process_cpu_user_seconds_total', 'process_resident_memory_bytes', 'conduit_data_free_bytes']) {
    expect(samples.get(name), name).toBeGreaterThan(0);
  }
  expect(samples.get('process_open_fds')).toBeLessThan(samples.get('process_max_fds') ?? 0);
  expect(samples.get('nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0);
  expect((await scrape(await aHub())).samples.has('conduit_data_free_bytes')).toBe(false);
});
