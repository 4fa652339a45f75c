/** Socket.IO as it is: sockets become connections. Nothing a peer sends can throw past here, and nothing is sent without being counted. */

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket as EngineSocket } from 'engine.io';
import { Server, type Socket } from 'socket.io';
import type { Accept, Acknowledge, Connection, ConnectionListener, Welcome } from './connection.ts';

/** A provider that stops its loop for ten seconds (a large model loading) is slow, not dead. */
const heartbeatMs = 10_000;
const heartbeatTimeoutMs = 10_000;
/** A handshake that is not finished by then, or attachments that were announced and did not come. */
const unfinishedMs = 10_000;
/** A socket that takes nothing for this long, with something to take, is closed; it may come back. */
const stuckMs = 30_000;
const lookMs = 5_000;
/** Who waits for an outlet to drain goes on when no more than this is unsent. */
const drainedBytes = 64 * 1024;

interface SocketIoParts {
  readonly server: HttpServer;
  readonly maxMessageBytes: number;
  readonly accept: Accept;
  readonly mayConnect: (request: IncomingMessage) => boolean;
  readonly allowedOrigin: (origin: string | undefined) => boolean;
}

export interface SocketIo {
  readonly connections: number;
  close(): Promise<void>;
}

/** Serves Socket.IO on an HTTP server; ask for it after the server's own request handler is set. */
export function serveSocketIo({ server, maxMessageBytes, accept, mayConnect, allowedOrigin }: SocketIoParts): SocketIo {
  const io = new Server(server, {
    pingInterval: heartbeatMs,
    pingTimeout: heartbeatTimeoutMs,
    connectTimeout: unfinishedMs,
    // Between the message's bound and this one a message is answered with an error; above it the connection ends.
    maxHttpBufferSize: 2 * maxMessageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: true,
    cors: { origin: (origin, done) => done(null, allowedOrigin(origin)) },
    // A refusal here lets JavaScript clients try again; one in a middleware would end them for good.
    allowRequest: (request, done) => done(null, mayConnect(request)),
  });
  const connections = new Set<SocketConnection>();
  const welcomes = new WeakMap<Socket, { connection: SocketConnection; welcome: Welcome }>();
  io.use((socket, next) => {
    const connection = new SocketConnection(socket);
    let welcome: Welcome;
    try {
      welcome = accept(connection);
    } catch (error) {
      return next(error as Error);
    }
    // Stock clients give `pid` back on their own when they return. Socket.IO fills it only for its own recovery, which is not used.
    Reflect.set(socket, 'pid', welcome.pid);
    welcomes.set(socket, { connection, welcome });
    next();
  });
  io.on('connection', (socket) => {
    const known = welcomes.get(socket);
    if (known === undefined) return;
    connections.add(known.connection);
    socket.on('disconnect', () => {
      connections.delete(known.connection);
      known.connection.ended();
    });
    known.welcome.start();
  });
  const look = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.look(now);
  }, lookMs);
  return {
    get connections() {
      return connections.size;
    },
    async close() {
      clearInterval(look);
      await io.close();
    },
  };
}

class SocketConnection implements Connection {
  readonly auth: Readonly<Record<string, unknown>>;
  listener: ConnectionListener | undefined;
  readonly #socket: Socket;
  readonly #engine: EngineSocket;
  readonly #waiting: (() => void)[] = [];
  /** Bytes in engine.io's own buffer, which counts packets and has no bound. */
  #bufferedBytes = 0;
  #tookAt = performance.now();
  #withheld: { readonly reconstructor: unknown; readonly since: number } | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#engine = Reflect.get(socket.client, 'conn') as EngineSocket;
    this.auth = socket.handshake.auth;
    this.#countUnsent();
    this.#engine.on('heartbeat', () => this.listener?.heartbeatAnswered());
    // Not calling on keeps the event from the socket's own listeners: its names are the peer's, and `error` would throw.
    socket.use((packet) => this.#receive(packet));
  }

  send(name: string, body: object): void {
    this.#socket.emit(name, body);
  }

  sendForAck(name: string, body: object, acknowledged: () => void): void {
    this.#socket.emit(name, body, () => acknowledged());
  }

  get unsentBytes(): number {
    const socket: unknown = Reflect.get(this.#engine.transport, 'socket');
    const handedOver = typeof socket === 'object' && socket !== null ? Reflect.get(socket, 'bufferedAmount') : 0;
    return this.#bufferedBytes + (typeof handedOver === 'number' ? handedOver : 0);
  }

  onDrain(callback: () => void): void {
    if (this.#socket.connected) this.#waiting.push(callback);
    else setImmediate(callback);
  }

  close(): void {
    this.#engine.close(true);
  }

  /** The socket is gone. */
  ended(): void {
    this.#drained();
    this.listener?.closed();
  }

  /** Closes a socket that takes nothing, or keeps back what it announced. */
  look(now: number): void {
    if (this.unsentBytes === 0) this.#tookAt = now;
    const reconstructor: unknown =
      Reflect.get(Reflect.get(this.#socket.client, 'decoder') as object, 'reconstructor') ?? undefined;
    if (reconstructor === undefined) this.#withheld = undefined;
    else if (this.#withheld?.reconstructor !== reconstructor) this.#withheld = { reconstructor, since: now };
    const isWithholding = this.#withheld !== undefined && now - this.#withheld.since >= unfinishedMs;
    if (isWithholding || now - this.#tookAt >= stuckMs) this.close();
  }

  #receive(packet: unknown[]): void {
    const [name, ...args] = packet;
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
    if (acknowledge !== undefined) args.pop();
    this.listener?.message(name, args, acknowledge);
  }

  #countUnsent(): void {
    this.#engine.on('packetCreate', (packet: { type: string; data?: unknown }) => {
      if (packet.type === 'ping') this.listener?.heartbeatSent();
      this.#bufferedBytes += sizeOf(packet.data);
    });
    this.#engine.on('flush', () => {
      this.#bufferedBytes = 0;
    });
    const onReady = (): void => {
      this.#tookAt = performance.now();
      if (this.#waiting.length > 0 && this.unsentBytes <= drainedBytes) this.#drained();
    };
    this.#engine.transport.on('ready', onReady);
    this.#engine.on('upgrade', (transport) => transport.on('ready', onReady));
  }

  #drained(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  return data instanceof Uint8Array ? data.byteLength : 1;
}
