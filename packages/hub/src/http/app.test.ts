import { defaultLimits } from '@conduit/sdk/protocol/limits';
import { beforeEach, expect, test } from 'vitest';
import { localIdentity } from '../access/identity.ts';
import { Metrics } from '../ops/metrics/metrics.ts';
import { Routed } from '../testing/routed.ts';
import { createApp, type HubStatus } from './app.ts';
import { EventStreams } from './event-streams.ts';

const logged: string[] = [];
const log = { error: (_fields: object, sentence: string) => void logged.push(sentence) };
const well: HubStatus = {
  hubId: 'hub-1',
  version: '1.2.3',
  epoch: 'epoch-1',
  startedAt: 0,
  openRequests: 3,
  connections: 12,
  messagesPerSecond: { in: 20, out: 30 },
  eventLoopLagMs: 1,
  memoryBytes: 80_000_000,
};
const { router, clock } = new Routed();
const api = {
  router,
  clock,
  ids: { requestId: () => '', sessionId: () => '' },
  limits: defaultLimits,
  authenticate: () => localIdentity,
  hold: () => () => undefined,
  admits: () => true,
};
beforeEach(() => void logged.splice(0));

async function get(path: string, status: () => HubStatus = () => well) {
  const response = await createApp({ status, log, api, metrics: new Metrics(), streams: new EventStreams({ clock }) }).request(
    path,
  );
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('it lives as long as it answers, and is ready while nothing keeps it from accepting requests', async () => {
  const full = () => ({ ...well, trouble: 'the disk of ./conduit-data is full' });
  expect(await get('/healthz', full)).toMatchObject({ status: 200, text: '{"ok":true}' });
  expect(await get('/readyz')).toMatchObject({ status: 200, text: '{"ok":true}' });
  expect(await get('/readyz', full)).toMatchObject({
    status: 503,
    text: '{"ok":false,"reason":"the disk of ./conduit-data is full"}',
  });
});

test('a path where nothing is, is an error in the shape of the protocol', async () => {
  const { status, text } = await get('/api/v2/nothing');
  expect(status).toBe(404);
  expect(JSON.parse(text)).toEqual({
    error: { code: 'request_not_found', message: 'there is nothing at /api/v2/nothing', retryable: false },
  });
});

test('what breaks is logged, and told without its inside', async () => {
  const { status, text } = await get('/readyz', () => {
    throw new Error('a secret of the inside');
  });
  expect(status).toBe(500);
  expect(JSON.parse(text).error.code).toBe('internal');
  expect(text).not.toContain('secret');
  expect(logged).toEqual(['an HTTP request could not be answered']);
});

test('nothing may frame it, sniff it, keep it, or be loaded by it', async () => {
  for (const path of ['/', '/readyz', '/nothing']) {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    // The dashboard's page is asked for anew each time, and sent again only when it has changed.
    expect(headers.get('cache-control'), path).toBe(path === '/' ? 'no-cache' : 'no-store');
    expect(headers.get('strict-transport-security'), path).toBeNull();
  }
});
