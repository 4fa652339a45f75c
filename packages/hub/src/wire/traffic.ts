/** How much went over all connections of a server: bytes, which the system's sockets count, and messages, which whoever takes and sends them counts. */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Since the start; acknowledgements are none. */
export interface Messages {
  received: number;
  sent: number;
}

export class Traffic {
  readonly messages: Messages = { received: 0, sent: 0 };
  readonly #open = new Set<Socket>();
  #received = 0;
  #sent = 0;

  /** Counts whoever connects from now on. */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#received += socket.bytesRead;
        this.#sent += socket.bytesWritten;
      });
    });
  }

  get receivedBytes(): number {
    return this.#sum(this.#received, (socket) => socket.bytesRead);
  }

  get sentBytes(): number {
    return this.#sum(this.#sent, (socket) => socket.bytesWritten);
  }

  #sum(before: number, of: (socket: Socket) => number): number {
    let bytes = before;
    for (const socket of this.#open) bytes += of(socket);
    return bytes;
  }
}
