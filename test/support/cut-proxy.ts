/** A wire that can be cut: passes bytes between peers and a hub until told to stop, lose, refuse or hold them. */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { closing } from './closing.ts';

type Direction = 'toHub' | 'toPeer';

interface Pair {
  readonly peer: Socket;
  readonly hub: Socket;
}

export class CutProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  readonly #held = new Set<Direction>();
  #isRefusing = false;
  #cutAfter: { readonly direction: Direction; bytes: number; readonly onCut: () => void } | undefined;
  /** How often something was really cut. */
  cuts = 0;
  /** What has passed towards the peers, in all. */
  bytesToPeer = 0;

  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#target = { host: hostname, port: Number(port) };
    this.#server = createServer((peer) => this.#join(peer));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** Ends every connection, in the middle of whatever it carries. */
  cut(): void {
    if (this.#pairs.size > 0) this.cuts += 1;
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Cuts the connection on which so many more bytes have passed in this direction, and resolves when that has happened. */
  async cutAfter(bytes: number, direction: Direction = 'toPeer'): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#cutAfter = { direction, bytes, onCut: resolve };
    });
  }

  /** Cuts, and takes no connection for this long. */
  async cutFor(ms: number): Promise<void> {
    this.#isRefusing = true;
    this.cut();
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#isRefusing = false;
  }

  /** Passes nothing on in this direction; what the sender sends fills the buffers between. */
  hold(direction: Direction): void {
    this.#held.add(direction);
    for (const pair of this.#pairs) from(pair, direction).pause();
  }

  release(direction: Direction): void {
    this.#held.delete(direction);
    for (const pair of this.#pairs) from(pair, direction).resume();
  }

  async close(): Promise<void> {
    this.#isRefusing = true;
    for (const pair of this.#pairs) this.#end(pair);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(peer: Socket): void {
    if (this.#isRefusing) return void peer.resetAndDestroy();
    const hub = connect(this.#target);
    const pair: Pair = { peer, hub };
    this.#pairs.add(pair);
    for (const direction of ['toHub', 'toPeer'] as const) {
      const source = from(pair, direction);
      const target = direction === 'toHub' ? hub : peer;
      source.setNoDelay(true);
      source.on('data', (data) => this.#pass(data, direction, { pair, source, target }));
      source.on('error', () => this.#end(pair));
      source.on('close', () => this.#end(pair));
      if (this.#held.has(direction)) source.pause();
    }
  }

  #pass(data: Buffer, direction: Direction, { pair, source, target }: { pair: Pair; source: Socket; target: Socket }): void {
    if (direction === 'toPeer') this.bytesToPeer += data.length;
    const limit = this.#cutAfter?.direction === direction ? this.#cutAfter : undefined;
    if (limit !== undefined && limit.bytes <= data.length) {
      this.#cutAfter = undefined;
      this.cuts += 1;
      // What was to pass has left before the connection ends.
      target.write(data.subarray(0, limit.bytes), () => this.#end(pair));
      source.pause();
      return limit.onCut();
    }
    if (limit !== undefined) limit.bytes -= data.length;
    if (target.write(data)) return;
    source.pause();
    target.once('drain', () => {
      if (!this.#held.has(direction)) source.resume();
    });
  }

  #end(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    pair.peer.destroy();
    pair.hub.destroy();
  }
}

/** A proxy in front of a hub that is gone when the test ends. */
export async function aCutProxy(target: string): Promise<CutProxy> {
  const proxy = new CutProxy(target);
  closing(async () => await proxy.close());
  await proxy.listen();
  return proxy;
}

function from({ peer, hub }: Pair, direction: Direction): Socket {
  return direction === 'toHub' ? peer : hub;
}
