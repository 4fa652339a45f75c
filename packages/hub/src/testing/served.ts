/** A hub's routing, sessions, Socket.IO and HTTP on a free port, with real turns and sockets; its timers are the test's. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultLimits, type Limits } from '@conduit/sdk/protocol/limits';
import { getRequestListener } from '@hono/node-server';
import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { defaultRates, type Rates } from '../access/budget.ts';
import type { Gate } from '../access/gate.ts';
import { localIdentity } from '../access/identity.ts';
import { Origins } from '../access/origins.ts';
import { PayloadSchemas } from '../contract/payloads.ts';
import { createApp } from '../http/app.ts';
import { EventStreams } from '../http/event-streams.ts';
import { EmbeddedLedger } from '../ledger/embedded.ts';
import { MemoryStore } from '../ledger/memory.ts';
import { defaultRetention } from '../ledger/store.ts';
import { Metrics } from '../ops/metrics/metrics.ts';
import { Router } from '../routing/router.ts';
import { Sessions } from '../sessions/sessions.ts';
import { SessionTokens } from '../sessions/tokens.ts';
import { serveSocketIo, type Timing } from '../wire/socketio.ts';
import { FakeClock } from './fake-clock.ts';
import { RawPeer } from './raw-peer.ts';

/** Time moves when the test says so, turns end by themselves. */
class TimersOnlyClock extends FakeClock {
  override endOfTurn(callback: () => void): void {
    setImmediate(callback);
  }
}

interface ServedSettings {
  /** What a former life of the hub left. */
  readonly store?: MemoryStore;
  readonly secret?: Uint8Array;
  readonly limits?: Partial<Limits>;
  readonly rates?: Partial<Rates>;
  readonly timing?: Partial<Timing>;
  readonly allowOrigin?: readonly string[];
  readonly authenticate?: Gate['authenticate'];
  readonly hold?: Gate['hold'];
}

export async function serve({
  store = new MemoryStore('epoch-1'),
  secret = new Uint8Array(32),
  ...settings
}: ServedSettings = {}) {
  const clock = new TimersOnlyClock({ elapsed: store.elapsed });
  const limits = { ...defaultLimits, ...settings.limits };
  const errors: object[] = [];
  const ledger = new EmbeddedLedger({ store, clock, retention: defaultRetention.memory, maxChunkBytes: limits.maxChunkBytes });
  const ids = { requestId: uuidv7, sessionId: uuidv7 };
  const router = new Router({
    schemas: new PayloadSchemas(),
    clock,
    ledger,
    archive: ledger,
    ids,
    limits,
    hubId: 'hub-1',
    progressIntervalMs: 0,
  });
  router.start();
  const authenticate = settings.authenticate ?? (() => localIdentity);
  const hold = settings.hold ?? (() => () => undefined);
  const sessions = new Sessions({
    router,
    clock,
    ids,
    tokens: new SessionTokens(secret),
    limits,
    rates: { ...defaultRates, ...settings.rates },
    log: { error: (fields) => errors.push(fields) },
    hubId: 'hub-1',
    epoch: ledger.epoch,
    authenticate,
    hold,
  });
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origins = new Origins({ allowed: settings.allowOrigin ?? [], log: { warn: () => undefined } });
  const streams = new EventStreams({ clock, hold });
  const app = createApp({
    streams,
    status: () => ({
      hubId: 'hub-1',
      version: '0.0.0',
      epoch: ledger.epoch,
      startedAt: clock.now(),
      openRequests: router.openCount,
      connections: sockets.connections,
      messagesPerSecond: { in: 0, out: 0 },
      eventLoopLagMs: 0,
      memoryBytes: 0,
    }),
    log: { error: (fields) => errors.push(fields) },
    metrics: new Metrics(),
    api: { router, clock, ids, limits, authenticate, hold, admits: (visit) => origins.admits(visit) },
  });
  server.on('request', getRequestListener(app.fetch));
  const sockets = serveSocketIo({
    server,
    maxMessageBytes: limits.maxMessageBytes,
    accept: (connection) => sessions.accept(connection),
    allowedOrigin: () => true,
    timing: settings.timing ?? {},
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: Socket[] = [];
  const peers: RawPeer[] = [];
  return {
    url,
    clock,
    router,
    app,
    streams,
    sessions,
    sockets,
    store,
    /** What was logged as the hub's own error: a test that expects none says so at its end. */
    errors,
    /** A stock JavaScript client, connected. */
    async connect(options: { auth?: Record<string, unknown>; transports?: string[] } = {}): Promise<Socket> {
      const client = io(url, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...options });
      clients.push(client);
      await new Promise<void>((resolve) => client.once('connect', resolve));
      return client;
    },
    /** A bare WebSocket that may say anything. */
    async raw(): Promise<RawPeer> {
      const peer = await RawPeer.open(url);
      peers.push(peer);
      return peer;
    },
    async close(): Promise<void> {
      for (const client of clients) client.close();
      for (const peer of peers) peer.end();
      streams.close({ reason: 'hub_draining', retry_after_ms: 1_000 });
      await sockets.close();
      sessions.close();
      router.close();
      ledger.close();
    },
  };
}

export type Served = Awaited<ReturnType<typeof serve>>;
