/** A web server for pages, on a port that is not the hub's: gone when the test ends. */

import { createServer } from 'node:http';
import { extname } from 'node:path';
import { closing } from './closing.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/**
 * @param files by their paths, `index.html` for `/`.
 * @returns its address, without a slash at its end.
 */
export async function aSite(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://site').pathname.slice(1) || 'index.html';
    const content = files[path];
    if (content === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(content);
  });
  closing(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
