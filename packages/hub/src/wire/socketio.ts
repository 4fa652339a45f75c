/** Socket.IO as it is: sockets become connections. Nothing a peer sends can throw past here, and nothing is sent without being counted. */

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { toConduitError } from '@conduit/sdk/protocol/errors';
import type { Socket as EngineSocket } from 'engine.io';
import { type Socket as IoSocket, Server } from 'socket.io';
import * as parser from 'socket.io-parser';
import { WebSocketServer } from 'ws';
import type { Accept, Welcome } from './connection.ts';
import { inQuery } from './door.ts';
import { Flow } from './flow.ts';
import { SocketConnection } from './socket-connection.ts';
import type { Messages } from './traffic.ts';

/** Durations of the wire, milliseconds. */
export interface Timing {
  readonly heartbeatMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly unfinishedMs: number;
  readonly stuckMs: number;
  readonly lookMs: number;
}

const defaultTiming: Timing = {
  heartbeatMs: 10_000,
  // A provider that stops its loop for ten seconds (a large model loading) is slow, not dead.
  heartbeatTimeoutMs: 10_000,
  // A handshake that is not finished by then, or attachments that were announced and did not come.
  unfinishedMs: 10_000,
  // A socket that takes nothing for this long, with something to take, is closed; it may come back.
  stuckMs: 30_000,
  lookMs: 5_000,
};

/** A peer that has not taken its last words by then loses them; it has its numbers to come back with. */
const farewellMs = 2_000;

interface SocketIoParts {
  readonly server: HttpServer;
  readonly maxMessageBytes: number;
  /** Where messages are counted. Left out: nobody asks. */
  readonly messages?: Messages;
  readonly accept: Accept;
  /** A session of the transport has begun. @returns what to call when it is gone. */
  readonly sessionOpened?: (request: IncomingMessage) => () => void;
  readonly allowedOrigin: (origin: string | undefined) => boolean;
  readonly timing?: Partial<Timing>;
  /** Somebody was not let in. */
  readonly onRefusal?: (code: string) => void;
}

export interface SocketIo {
  readonly connections: number;
  /** Sends what is unsent and closes every connection, so that clients come back; then the HTTP server. */
  close(): Promise<void>;
}

/** Serves Socket.IO on an HTTP server; ask for it after the server's own request handler is set. */
export function serveSocketIo({
  server,
  maxMessageBytes,
  messages = { received: 0, sent: 0 },
  accept,
  sessionOpened,
  allowedOrigin,
  timing,
  onRefusal,
}: SocketIoParts): SocketIo {
  const times = { ...defaultTiming, ...timing };
  let isClosing = false;
  const io = new Server(server, {
    pingInterval: times.heartbeatMs,
    pingTimeout: times.heartbeatTimeoutMs,
    connectTimeout: times.unfinishedMs,
    upgradeTimeout: times.unfinishedMs,
    // Between the message's bound and this one a message is answered with an error; above it the connection ends.
    maxHttpBufferSize: 2 * maxMessageBytes,
    // Socket.IO would be content with older ones, which keep every pong that is not read, and walk every packet: see versions.ts.
    wsEngine: WebSocketServer,
    parser,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: true,
    cors: { origin: (origin, done) => done(null, allowedOrigin(origin)) },
    // A refusal here lets JavaScript clients try again; one in a middleware would end them for good.
    allowRequest: (_request, done) => done(null, !isClosing),
  });
  const flows = new WeakMap<object, Flow>();
  io.engine.on('connection', (engine: EngineSocket) => {
    flows.set(engine, new Flow(engine));
    const left = sessionOpened?.(engine.request);
    if (left !== undefined) engine.once('close', left);
  });
  const peers = new Set<Socket>();
  server.on('connection', (peer) => {
    peers.add(peer);
    peer.on('close', () => peers.delete(peer));
  });
  const connections = new Set<SocketConnection>();
  let onEmpty = (): void => undefined;
  const greeted = new WeakSet<object>();
  const welcomes = new WeakMap<IoSocket, { connection: SocketConnection; welcome: Welcome }>();
  io.use((socket, next) => {
    // Before the first answer is written a peer could ask for a thousand sockets over one connection.
    if (greeted.has(socket.conn)) return socket.conn.close();
    greeted.add(socket.conn);
    const flow = flows.get(socket.conn);
    if (flow === undefined) return socket.conn.close();
    const connection = new SocketConnection(socket, flow, messages);
    const greet = (welcome: Welcome): void => {
      // Stock clients give `pid` back on their own when they return. Socket.IO fills it only for its own recovery, which is not used.
      Reflect.set(socket, 'pid', welcome.pid);
      welcomes.set(socket, { connection, welcome });
      next();
    };
    const refuse = (thrown: unknown): void => {
      const error = toConduitError(thrown);
      onRefusal?.(error.code);
      // After a refusal that is spoken JavaScript clients never come back by themselves; after a connection that is cut they do.
      if (error.retryable) return connection.turnAway(error.code);
      next(Object.assign(new Error(error.message), { data: error.toWire() }));
    };
    try {
      refuseQueryToken(socket.handshake.query);
      const welcome = accept(connection);
      if (welcome instanceof Promise) welcome.then(greet, refuse);
      else greet(welcome);
    } catch (thrown) {
      refuse(thrown);
    }
  });
  io.on('connection', (socket) => {
    const known = welcomes.get(socket);
    if (known === undefined) return;
    const { connection, welcome } = known;
    connections.add(connection);
    connection.letIn();
    socket.on('disconnect', () => {
      connections.delete(connection);
      connection.ended();
      if (connections.size === 0) onEmpty();
    });
    welcome.start();
  });
  const look = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.look(now, times);
  }, times.lookMs);
  return {
    get connections() {
      return connections.size;
    },
    async close() {
      isClosing = true;
      const emptied = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      for (const connection of connections) connection.close();
      const patience = setTimeout(() => onEmpty(), farewellMs);
      if (connections.size > 0) await emptied;
      clearTimeout(patience);
      clearInterval(look);
      const lastly = setTimeout(() => {
        for (const peer of peers) peer.destroy();
      }, farewellMs);
      await io.close();
      clearTimeout(lastly);
    },
  };
}

function refuseQueryToken(query: object): void {
  if ('token' in query || 'access_token' in query) throw inQuery();
}
