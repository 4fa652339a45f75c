/** Whether this process may listen somewhere: tried, and left at once. */

import { createServer } from 'node:net';

/** @returns why not, as the system names it. */
export async function troubleOfListening(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
