/** A peer without manners: engine.io's packets written by hand over a bare WebSocket. */

import { once } from 'node:events';
import { WebSocket } from 'ws';

export class RawPeer {
  readonly #socket: WebSocket;
  /** What came, as text; binary parts as their length. */
  readonly received: string[] = [];
  isClosed = false;
  #watchers: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      this.received.push(isBinary ? `<${(data as Buffer).length}>` : String(data));
      this.#changed();
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#changed();
    });
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawPeer> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const peer = new RawPeer(socket);
    await once(socket, 'open');
    return peer;
  }

  /** Goes through Socket.IO's handshake. */
  async connect(auth: object = {}): Promise<this> {
    this.say(`40${JSON.stringify(auth)}`);
    await this.until(() => this.received.some((text) => text.startsWith('40')));
    return this;
  }

  say(...packets: readonly (string | Uint8Array)[]): void {
    for (const packet of packets) this.#socket.send(packet);
  }

  /** Emits with an acknowledgement and gives what it was answered with. */
  async ask(packet: string, id: number): Promise<Record<string, unknown>> {
    this.say(`42${id}${packet}`);
    const head = `43${id}[`;
    await this.until(() => this.received.some((text) => text.startsWith(head)));
    const answer = this.received.find((text) => text.startsWith(head)) ?? '';
    return (JSON.parse(answer.slice(head.length - 1)) as Record<string, unknown>[])[0] ?? {};
  }

  /** Reads nothing more, so that what the hub sends piles up. */
  stopReading(): void {
    this.#socket.pause();
  }

  goOnReading(): void {
    this.#socket.resume();
  }

  async closed(): Promise<void> {
    await this.until(() => this.isClosed);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  end(): void {
    this.#socket.terminate();
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}
