/** Connections of TCP whose peer takes nothing of what is written to it: they are let go, whatever the peer says meanwhile. */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Who takes nothing for this long, with something to take, is gone or means harm. Milliseconds. */
const stuckMs = 30_000;
const lookMs = 5_000;

/** How far a peer has come with what was written to it, and since when it has not moved. */
interface Standstill {
  readonly taken: number;
  readonly since: number;
}

/** Looks at the server's connections until it is closed. */
export function endUntaken(server: Server): void {
  const standing = new Map<Socket, Standstill | undefined>();
  server.on('connection', (socket: Socket) => {
    standing.set(socket, undefined);
    socket.once('close', () => standing.delete(socket));
  });
  const looking = setInterval(() => {
    const now = performance.now();
    for (const [socket, last] of standing) {
      if (socket.writableLength === 0) standing.set(socket, undefined);
      else if (last?.taken !== takenBytes(socket)) standing.set(socket, { taken: takenBytes(socket), since: now });
      else if (now - last.since >= stuckMs) socket.destroy();
    }
  }, lookMs);
  looking.unref();
  server.once('close', () => clearInterval(looking));
}

/** What the system took, but for what it still has itself: Node counts a write until the whole of it has left. */
function takenBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  return numberOf(handle, 'bytesWritten') - numberOf(handle, 'writeQueueSize');
}

function numberOf(handle: unknown, key: string): number {
  const value: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, key) : undefined;
  return typeof value === 'number' ? value : 0;
}
