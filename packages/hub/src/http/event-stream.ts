/**
 * One response of server-sent events as routing sees it: an outlet like any socket. It tells how much it has not got rid of,
 * is kept alive by comments, and is cut when its reader takes nothing for half a minute.
 */

import type { ServerResponse } from 'node:http';
import type { Clock, Outlet, Timer } from '../routing/ports.ts';
import { toJson } from './json.ts';

/** A comment as often as this keeps proxies from closing what is silent. */
const pingMs = 15_000;
/** So many pings in a row of which nothing was taken: the reader is gone, or as good as. */
const maxUntaken = 2;
/** After a cut a browser tries again so soon. */
const retryMs = 2_000;

/** Values beside the log: they have no number of their own, so they can't be resumed from. */
const liveNames: ReadonlySet<string> = new Set(['progress', 'running', 'waiting', 'stalled']);

export class EventStream implements Outlet {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #written = 0;
  #taken = 0;
  #untaken = 0;
  #isOver = false;
  #ping: Timer | undefined;

  /** @param response its head is written, and nothing else. @param ended runs once, whoever ended it. */
  constructor(response: ServerResponse, clock: Clock, ended: () => void) {
    this.#response = response;
    this.#clock = clock;
    response.on('drain', () => this.#drained());
    response.once('close', () => {
      this.#isOver = true;
      this.#ping?.cancel();
      this.#drained();
      ended();
    });
    this.#write(`retry: ${retryMs}\n\n`);
    this.#keepAlive();
  }

  /** An event of a log has its number as its id; anything else has none. */
  send(name: string, body: object): void {
    const seq = 'seq' in body && !liveNames.has(name) ? body.seq : undefined;
    const id = typeof seq === 'number' ? `id: ${seq}\n` : '';
    this.#write(`event: ${name}\n${id}data: ${toJson(body)}\n\n`);
  }

  /** Nobody acknowledges over HTTP. */
  sendForAck(name: string, body: object): void {
    this.send(name, body);
  }

  get unsentBytes(): number {
    return this.#isOver ? 0 : this.#response.writableLength;
  }

  onDrain(callback: () => void): void {
    if (this.#isOver || !this.#response.writableNeedDrain) this.#clock.endOfTurn(callback);
    else this.#waiting.push(callback);
  }

  /** Ends it when everything has left. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end();
  }

  /** Ends it at once. */
  close(): void {
    this.#response.destroy();
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.#written += Buffer.byteLength(text);
    this.#response.write(text);
  }

  #drained(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }

  #keepAlive(): void {
    this.#ping = this.#clock.after(pingMs, () => {
      const taken = this.#written - this.#response.writableLength - queuedBytes(this.#response);
      this.#untaken = taken > this.#taken || this.#response.writableLength === 0 ? 0 : this.#untaken + 1;
      this.#taken = taken;
      if (this.#untaken >= maxUntaken) return this.close();
      this.#write(': still here\n\n');
      this.#keepAlive();
    });
  }
}

/** Of a write that the system has taken a part of, Node still counts the whole; its own queue shows the part. */
function queuedBytes({ socket }: ServerResponse): number {
  const handle: unknown = socket === null ? undefined : Reflect.get(socket, '_handle');
  const size: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'writeQueueSize') : undefined;
  return typeof size === 'number' ? size : 0;
}
