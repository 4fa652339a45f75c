/** HTTP workers for dispatchers to farm work out to: real servers that answer as a test says, badly too. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { closing } from './closing.ts';

export interface Asked {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

interface HttpTarget {
  readonly url: string;
  readonly port: number;
  /** Everything that was posted. */
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** Listens until its test ends; what is not posted (health checks) is `get`'s matter. */
export async function anHttpTarget(
  answer: (asked: Asked) => void | Promise<void>,
  {
    port = 0,
    get = (_request, response) => void response.end(),
  }: { readonly port?: number; readonly get?: RequestListener } = {},
): Promise<HttpTarget> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return get(request, response);
    void buffer(request).then(async (body) => {
      const one = { request, body, response };
      asked.push(one);
      await answer(one);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  closing(close);
  const { port: at } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${at}`, port: at, asked, close };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
