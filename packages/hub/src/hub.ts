/** A whole hub: the only file that knows every room. It opens the store, joins the rooms, listens, and leaves in order. */

import { randomBytes } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import { wireError } from '@conduit/sdk/protocol/errors';
import type { Limits } from '@conduit/sdk/protocol/limits';
import { getRequestListener } from '@hono/node-server';
import { uuidv7 } from 'uuidv7';
import { defaultRates } from './access/budget.ts';
import { Doorman } from './access/doorman.ts';
import { Gate } from './access/gate.ts';
import { Hosts } from './access/hosts.ts';
import { hubTenant } from './access/identity.ts';
import { Origins } from './access/origins.ts';
import { Proxies } from './access/proxies.ts';
import { Shares } from './access/shares.ts';
import { SignedTokens } from './access/signed-tokens.ts';
import { ConfigError, type HubConfig, jwtOf, refuseOpenness, tokenFileOf, withDefaults } from './config.ts';
import { PayloadSchemas } from './contract/payloads.ts';
import { createApp } from './http/app.ts';
import { EventStreams } from './http/event-streams.ts';
import { EmbeddedLedger } from './ledger/embedded.ts';
import { MemoryStore } from './ledger/memory.ts';
import { openStore as openFolder } from './ledger/sqlite.ts';
import type { Store } from './ledger/store.ts';
import { SystemClock } from './ops/clock.ts';
import type { Logger } from './ops/logger.ts';
import { HubMetrics } from './ops/metrics/hub-metrics.ts';
import { RequestLog } from './ops/request-log.ts';
import type { Clock } from './routing/ports.ts';
import { Probe } from './routing/probe.ts';
import { Router } from './routing/router.ts';
import { Sessions } from './sessions/sessions.ts';
import { SessionTokens } from './sessions/tokens.ts';
import { version } from './version.ts';
import { callerOf, createHttpServer, guard } from './wire/door.ts';
import { serveSocketIo } from './wire/socketio.ts';
import { Traffic } from './wire/traffic.ts';
import { refuseOldParts } from './wire/versions.ts';

/** A service is remembered this long after its last provider left. */
const maxServiceAgeMs = 7 * 24 * 60 * 60_000;

/** Where a client that is told to go may try again. */
const retryAfterMs = 1_000;

/** Leaving takes no longer: a disk that is full must not keep a hub from stopping. In memory, what is open has its 30 s before. */
const leaveMs = 5_000;
const leaveMemoryMs = 40_000;

export interface Hub {
  readonly url: string;
  readonly hubId: string;
  /** Whether whoever connects needs a token. */
  readonly asksForToken: boolean;
  /** Leaves in order: nothing new, everybody told, everything committed. Rejects when something could not be. */
  close(): Promise<void>;
}

/** Hub time goes on from where the former hub stood, milliseconds. */
type ClockFrom = (elapsed: number) => Clock;

const systemClock: ClockFrom = (elapsed) => new SystemClock(elapsed);

/**
 * Starts a hub.
 * @param settings what differs from the defaults.
 * @param clockFrom the machine's time, unless a test turns it.
 * @throws Error with one sentence for people: the port is in use, the data folder can't be used, it would be open to everybody.
 */
export async function startHub(settings: Partial<HubConfig>, log: Logger, clockFrom: ClockFrom = systemClock): Promise<Hub> {
  const config = withDefaults(settings);
  refuseOldParts();
  const gate = new Gate({ tokenFile: tokenFileOf(config), signed: signedTokens(config), now: Date.now, log });
  if (!gate.asksForToken) refuseOpenness(config);
  const server = createHttpServer();
  server.on('request', sayStarting);
  const port = await listen(server, config);
  try {
    const { store, secret } = await openStore(config);
    return await joinRooms({ config, log, gate, server, port, store, secret, clock: clockFrom(store.elapsed) });
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
}

/** @throws ConfigError */
function signedTokens(config: HubConfig): SignedTokens | undefined {
  const jwt = jwtOf(config);
  if (jwt === undefined) return undefined;
  try {
    return new SignedTokens({ ...jwt, now: Date.now });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function sharesOf(config: HubConfig): Shares {
  return new Shares({
    subject: {
      maxConnections: config.maxSubjectConnections,
      rates: { eventsPerSecond: config.maxSubjectEvents, bytesPerSecond: config.maxSubjectBytes },
    },
    tenant: {
      maxConnections: config.maxTenantConnections,
      rates: { eventsPerSecond: config.maxTenantEvents, bytesPerSecond: config.maxTenantBytes },
    },
  });
}

interface Opened {
  readonly config: HubConfig;
  readonly log: Logger;
  readonly gate: Gate;
  readonly server: Server;
  /** The one it got, where any was asked for. */
  readonly port: number;
  readonly store: Store;
  readonly secret: Uint8Array;
  readonly clock: Clock;
}

async function joinRooms({ config, log, gate, server, port, store, secret, clock }: Opened): Promise<Hub> {
  const startedAt = clock.now();
  let trouble: string | undefined;
  const traffic = new Traffic(server);
  const metrics = new HubMetrics({
    hubId: config.hubId,
    version,
    dataDir: config.memory ? undefined : config.dataDir,
    isReady: () => status().trouble === undefined,
    probeMs: () => probe.lastMs,
    pools: () => router.pools(),
    open: () => router.stats().open,
    connections: () => sockets.connections,
    eventStreams: () => streams.size,
    sessions: () => sessions.counts,
    messages: () => traffic.messages,
    receivedBytes: () => traffic.receivedBytes,
    sentBytes: () => traffic.sentBytes,
    commitsWaiting: () => ledger.waitingCommits,
    isWritable: () => ledger.isWritable,
  });
  const ledger = new EmbeddedLedger({
    store,
    clock,
    retention: {
      maxAgeMs: config.keepHours * 60 * 60_000,
      maxRequests: config.keepRequests,
      maxBytes: config.keepBytes,
      maxServiceAgeMs,
    },
    maxChunkBytes: config.maxChunkBytes,
    isKept: ({ tenant }) => tenant !== hubTenant,
    witness: metrics.commits,
    onTrouble: (sentence) => {
      trouble = sentence;
      log.error({}, sentence);
    },
    onRecovery: () => {
      trouble = undefined;
      log.info({}, 'the store can be written again');
    },
  });
  const ids = { requestId: uuidv7, sessionId: uuidv7 };
  const { hubId } = config;
  const limits: Limits = config;
  const rates = defaultRates;
  const schemas = new PayloadSchemas();
  const router = new Router({
    clock,
    ledger,
    archive: ledger,
    ids,
    limits,
    schemas,
    hubId,
    progressIntervalMs: config.progressInterval,
    shares: config,
    witnesses: [metrics.requests, new RequestLog(log)],
  });
  try {
    router.start();
  } catch (error) {
    store.close();
    metrics.close();
    throw error;
  }
  const tokens = new SessionTokens(secret);
  const sessions = new Sessions({
    router,
    clock,
    ids,
    tokens,
    limits,
    rates,
    log,
    hubId,
    epoch: ledger.epoch,
    authenticate: (credentials) => gate.authenticate(credentials),
    hold: (identity, end) => gate.hold(identity, end),
    shares: sharesOf(config),
    onRefusal: metrics.refusedAt('message'),
  });
  gate.start();
  const probe = new Probe({
    router,
    clock: new SystemClock(),
    sessionId: ids.sessionId,
    onChange: (reason) => {
      if (reason === undefined) log.info({}, 'the hub answers its own requests again: it is ready');
      else log.warn({ reason }, 'the hub is not ready');
    },
  });
  const status = () => ({
    hubId,
    version,
    epoch: ledger.epoch,
    startedAt,
    openRequests: router.openCount,
    connections: sockets.connections,
    messagesPerSecond: metrics.pulse.messagesPerSecond,
    eventLoopLagMs: metrics.pulse.worstLagMs,
    memoryBytes: process.memoryUsage.rss(),
    ...statusOf(router.isDraining ? 'the hub is stopping' : (trouble ?? probe.trouble)),
  });
  const origins = new Origins({ allowed: config.allowOrigin, log });
  const streams = new EventStreams({ clock, hold: (identity, end) => gate.hold(identity, end) });
  const app = createApp({
    status,
    log,
    streams,
    metrics,
    onRefusal: metrics.refusedAt('http'),
    api: {
      router,
      clock,
      ids,
      limits,
      authenticate: (credentials) => gate.authenticate(credentials),
      hold: (identity, end) => gate.hold(identity, end),
      admits: (visit) => origins.admits(visit),
    },
  });
  server.off('request', sayStarting).on('request', getRequestListener(app.fetch));
  const { maxAddressRequests, maxAddressConnections } = config;
  const doorman = new Doorman({
    hosts: new Hosts({ allowed: config.allowOrigin, asksForToken: () => gate.asksForToken }),
    origins,
    proxies: new Proxies(config.trustProxy),
    maxAddressRequests,
    maxAddressConnections,
    elapsed: () => performance.now(),
  });
  const sockets = serveSocketIo({
    server,
    maxMessageBytes: limits.maxMessageBytes,
    messages: traffic.messages,
    accept: (connection) => sessions.accept(connection),
    allowedOrigin: (origin) => origin === undefined || origins.allows(origin),
    sessionOpened: (request) => doorman.sessionOpened(callerOf(request)),
    onRefusal: metrics.refusedAt('handshake'),
  });
  guard(server, doorman, metrics.refusedAt('door'));
  await probe.start();
  const leave = async (): Promise<void> => {
    probe.close();
    log.info({ open_requests: router.openCount, connections: sockets.connections }, 'the hub leaves: it takes nothing new');
    sessions.sayGoingAway('hub_draining', retryAfterMs);
    const isCommitted = await new Promise<boolean>((resolve) => {
      const deadline = setTimeout(() => resolve(false), config.memory ? leaveMemoryMs : leaveMs);
      router.drain(config.memory ? 'last_chance' : 'kept', () => {
        clearTimeout(deadline);
        resolve(true);
      });
    });
    streams.close({ reason: 'hub_draining', retry_after_ms: retryAfterMs });
    await sockets.close();
    gate.close();
    sessions.close();
    router.close();
    ledger.close();
    metrics.close();
    if (!isCommitted) throw new Error(`the hub left before everything was kept${trouble === undefined ? '' : `: ${trouble}`}`);
  };
  let left: Promise<void> | undefined;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    hubId,
    get asksForToken() {
      return gate.asksForToken;
    },
    async close() {
      left ??= leave();
      await left;
    },
  };
}

function statusOf(trouble: string | undefined): { trouble?: string } {
  return trouble === undefined ? {} : { trouble };
}

/** Between the port and the store: clients that return to a hub that starts are told to try again, instead of waiting in silence. */
const sayStarting: RequestListener = (_request, response) => {
  const error = wireError('store_unavailable', 'this hub is starting; try again in a moment');
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' });
  response.end(JSON.stringify({ error }));
};

/** The store, and the key that signs what sessions come back with: a folder keeps it, so that they come back after a restart. */
async function openStore({ memory, dataDir, durability }: HubConfig): Promise<{ store: Store; secret: Uint8Array }> {
  if (memory) return { store: new MemoryStore(uuidv7()), secret: randomBytes(32) };
  const store = await openFolder({ dataDir, durability });
  return { store, secret: store.secret() };
}

async function listen(server: Server, { host, port }: HubConfig): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = `port ${port} is in use on ${host}; stop what listens there, or give --port`;
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(inUse, { cause: error })
          : new Error(`can't listen on ${host}:${port}: ${error.message}`, { cause: error }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
