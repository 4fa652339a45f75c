/**
 * One exchange over HTTP: says whether nobody was reached, so that another target may have the request, or the answer was lost, after
 * which it must not be sent again. Not `fetch`: that gives up after 300 s without a header and can't tell the two apart.
 */

import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { ServiceError } from '@conduit/sdk';

export interface Sent {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  readonly connectTimeoutMs: number;
}

/** Nothing was sent: another target may have it. */
export class Unreached extends Error {
  override readonly name = 'Unreached';
}

/** Resolves with the answer's head. @throws Unreached, or ServiceError where the connection was lost later. */
export async function exchange(url: URL, { method, headers, body, signal, connectTimeoutMs }: Sent): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return await new Promise((resolve, reject) => {
    let isConnected = false;
    // A connection for each request: one that was kept may be closed by its server while a request is on its way, and nobody could say
    // whether that had begun.
    const request: ClientRequest = send(url, { method, agent: false, signal, headers: withLength(headers, body) });
    const patience = setTimeout(() => request.destroy(new Error(`no connection in ${connectTimeoutMs} ms`)), connectTimeoutMs);
    request.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        isConnected = true;
        clearTimeout(patience);
      });
    });
    request.once('response', resolve);
    // Not `once`: one that is cancelled may fail again while it goes.
    request.on('error', (error) => {
      clearTimeout(patience);
      const why = reasonOf(error);
      reject(isConnected ? new ServiceError('target_lost', `${url.host} closed the connection: ${why}`) : new Unreached(why));
    });
    request.end(body);
  });
}

export interface Bounds {
  /** The longest silence within an answer, milliseconds. */
  readonly idleTimeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** The pieces of an answer as they come. Whoever stops asking for them closes the connection. @throws ServiceError */
export async function* piecesOf(
  response: IncomingMessage,
  { idleTimeoutMs, maxAnswerBytes }: Bounds,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const { value, done } = await inTime(response, pieces, idleTimeoutMs);
      if (done === true) return;
      bytes += value.byteLength;
      if (bytes > maxAnswerBytes)
        throw new ServiceError(
          'target_too_large',
          `the answer is larger than ${maxAnswerBytes} bytes; raise the bound, or send less`,
        );
      yield value;
    }
  } finally {
    response.destroy();
  }
}

/** The time that a slow hub takes for what is streamed does not count: only what the target is waited for. */
async function inTime(
  response: IncomingMessage,
  pieces: AsyncIterator<Uint8Array>,
  idleTimeoutMs: number,
): Promise<IteratorResult<Uint8Array>> {
  const silence = new ServiceError('target_timeout', `nothing came for ${idleTimeoutMs} ms within the answer`);
  const patience = setTimeout(() => response.destroy(silence), idleTimeoutMs);
  try {
    return await pieces.next();
  } catch (error) {
    if (error === silence) throw silence;
    throw new ServiceError('target_lost', `the answer broke off: ${reasonOf(error)}`);
  } finally {
    clearTimeout(patience);
  }
}

function withLength(headers: Sent['headers'], body: Sent['body']): Record<string, string | number> {
  return body === undefined ? { ...headers } : { ...headers, 'content-length': Buffer.byteLength(body) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of several addresses that all refuse, Node tells only the code.
  return error.message === '' ? String(Reflect.get(error, 'code') ?? error.name) : error.message;
}
