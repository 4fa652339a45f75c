/** An endpoint as tests need it: a real HTTP server whose answers the test writes, frame by frame. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export interface Asking {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Resolves once whoever asked has gone. */
  readonly gone: Promise<void>;
}

export interface PlayedEndpoint {
  readonly baseUrl: string;
  /** What it was asked, in order. */
  readonly asked: readonly Asking[];
  close(): Promise<void>;
}

export async function playEndpoint(
  answer: (response: ServerResponse, asking: Asking) => void | Promise<void>,
): Promise<PlayedEndpoint> {
  const asked: Asking[] = [];
  const server = createServer(async (request, response) => {
    const gone = new Promise<void>((resolve) => response.once('close', resolve));
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    const asking = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text), gone };
    asked.push(asking);
    await answer(response, asking);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Begins a stream of events. */
export function streaming(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
}

/** One event that carries a piece of the text. */
export function tokenEvent(content: string): string {
  return dataEvent({ model: 'played-1', choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

export function dataEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** How a stream ends that is whole. */
export const wholeEnd = [
  dataEvent({ model: 'played-1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  dataEvent({ model: 'played-1', choices: [], usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 } }),
  'data: [DONE]\n\n',
].join('');
