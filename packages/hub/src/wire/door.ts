/** Every connection, request and upgrade passes here before anything else sees it. Who is turned away is told why, in the one shape of errors. */

import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConduitError, errorTable, toConduitError } from '@conduit/sdk/protocol/errors';
import type { Caller, Doorman } from '../access/doorman.ts';
import { endUntaken } from './untaken.ts';

/** Who does not bring a request's headers, or all of a request, in this time holds a place that others need. Milliseconds. */
const timing = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 5_000 };

/** Nobody in good order asks twice over one connection without waiting for the answer; who goes on like that fills the memory with what he asked for. */
const maxUnanswered = 16;

/** A server on which slow headers, slow bodies, and connections that say or take nothing end by themselves. */
export function createHttpServer(): Server {
  const server = createServer(timing);
  endUntaken(server);
  return server;
}

/** Puts the doorman before everything that listens by now. @param onRefusal hears of each that was turned away, by its code. */
export function guard(server: Server, doorman: Doorman, onRefusal: (code: string) => void = () => undefined): void {
  const refusalOf = refusing(onRefusal);
  server.on('connection', (socket: Socket) => {
    const leave = doorman.connected(socket.remoteAddress);
    if (leave !== undefined) return void socket.once('close', leave);
    onRefusal(tooMany.code);
    socket.on('error', () => undefined);
    socket.end(responseOf(tooMany));
    socket.destroySoon();
  });
  const onRequest = taken(server, 'request');
  const unanswered = new WeakMap<Socket, number>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const waiting = unanswered.get(socket) ?? 0;
    if (waiting >= maxUnanswered) return void socket.destroy();
    unanswered.set(socket, waiting + 1);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    const error = refusalOf(() => admit(doorman, request));
    if (error === undefined) return onRequest(request, response);
    response.writeHead(statusOf(error), headersOf(error)).end(bodyOf(error));
  });
  const onUpgrade = taken(server, 'upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const error = refusalOf(() => admit(doorman, request));
    if (error === undefined) return onUpgrade(request, socket, head);
    socket.on('error', () => undefined);
    socket.end(responseOf(error));
  });
}

function admit(doorman: Doorman, request: IncomingMessage): void {
  const caller = callerOf(request);
  const [path = '', query = ''] = (request.url ?? '').split('?');
  doorman.admit(caller, sdkFile.test(path));
  const isSocketIo = path.startsWith('/socket.io/');
  // Socket.IO tells it in its own handshake, where clients hear it.
  if (!isSocketIo && tokenInQuery.test(query)) throw inQuery();
  if (isSocketIo && !sessionInQuery.test(query)) doorman.admitSession(caller);
}

/** The SDK may be loaded by pages of anywhere; whether they may speak to the hub is decided when they connect. */
const sdkFile = /^\/sdk\/[\w.-]+$/;
const tokenInQuery = /(?:^|&)(?:access_)?token=/;
const sessionInQuery = /(?:^|&)sid=/;

/** Addresses stand in the logs of every proxy on the way: a token in one is worth nothing, and its owner should know. */
export function inQuery(): ConduitError {
  const message =
    'a token in the address is read by every proxy and log on its way: create a new one, and give it as auth: { token } or as Authorization: Bearer';
  return new ConduitError('unauthenticated', message, { details: { reason: 'in_query' } });
}

export function callerOf({ headers, headersDistinct, socket }: IncomingMessage): Caller {
  const forwarded = headers['x-forwarded-for'];
  return {
    remoteAddress: socket.remoteAddress,
    localAddress: socket.localAddress,
    forwardedFor: Array.isArray(forwarded) ? forwarded.join(',') : forwarded,
    // Of several a proxy may have believed another one than Node does: together they are nobody's name.
    host: headersDistinct['host']?.join(','),
    origin: headers.origin,
  };
}

/** Whoever listened: they are called from here. */
function taken(server: Server, event: 'request' | 'upgrade'): (...args: unknown[]) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...args) => {
    for (const listener of listeners) Reflect.apply(listener, server, args);
  };
}

function refusing(onRefusal: (code: string) => void): (admitted: () => void) => ConduitError | undefined {
  return (admitted) => {
    try {
      admitted();
      return undefined;
    } catch (thrown) {
      const error = toConduitError(thrown);
      onRefusal(error.code);
      return error;
    }
  };
}

const tooMany = new ConduitError('rate_limited', 'too many connections come from your address');

function statusOf({ code }: ConduitError): number {
  return errorTable[code].status;
}

function bodyOf(error: ConduitError): string {
  return JSON.stringify({ error: error.toWire() });
}

function headersOf(error: ConduitError): Record<string, string> {
  const retryAfterMs = error.details?.['retry_after_ms'];
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(bodyOf(error))),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
    ...(typeof retryAfterMs === 'number' ? { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) } : {}),
  };
}

/** Where nobody has made a response yet. */
function responseOf(error: ConduitError): string {
  const status = statusOf(error);
  const headers = Object.entries(headersOf(error)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('')}\r\n${bodyOf(error)}`;
}
