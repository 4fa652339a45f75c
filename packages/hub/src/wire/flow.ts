/** How much is on its way through one engine.io connection, and whether it moves at all. Engine.io counts packets, not bytes, and bounds neither. */

import type { Socket as EngineSocket } from 'engine.io';

/** Who waits for an outlet to drain goes on when no more than this is unsent: the pipe does not run dry meanwhile. */
const drainedBytes = 64 * 1024;
/** Attachments that come slower than this from one look to the next are kept back, whatever heartbeats come beside them. */
const trickleBytes = 4 * 1024;

/** What no peer may have waiting for it, however it came to be: heard no further long before, it has found another way. */
const maxUnsentBytes = 64 * 1024 * 1024;
/** Who has not been let in is owed a few words. */
const maxUnsentToStrangerBytes = 64 * 1024;
/** What a packet weighs beside what it carries, while it stands in a list as an object. */
const packetBytes = 256;

/** The status of WebSockets for it (IANA 1013). */
const tryAgainLater = 1013;

/** How far the peer has come with what it was given, and since when it has not moved. */
interface Standstill {
  readonly mark: number;
  readonly since: number;
}

/** What is used of a WebSocket of `ws`; engine.io does not type it. */
interface WebSocket {
  /** Bytes that are not the system's yet. */
  readonly bufferedAmount: number;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

export class Flow {
  readonly #engine: EngineSocket;
  /** Undefined while the peer polls. */
  #webSocket: WebSocket | undefined;
  readonly #waiting: (() => void)[] = [];
  /** Bytes in engine.io's own buffer. */
  #bufferedBytes = 0;
  /** Bytes ever given to the connection. */
  #givenBytes = 0;
  #outward: Standstill | undefined;
  #inward: (Standstill & { readonly packet: unknown }) | undefined;
  #isPaused = false;
  #maxUnsentBytes = maxUnsentToStrangerBytes;
  #isCut = false;

  constructor(engine: EngineSocket) {
    this.#engine = engine;
    this.#webSocket = webSocketOf(engine.transport);
    engine.on('packetCreate', ({ data }: { data?: unknown }) => {
      const bytes = packetBytes + sizeOf(data);
      this.#bufferedBytes += bytes;
      this.#givenBytes += bytes;
      if (this.unsentBytes > this.#maxUnsentBytes) this.#cutSoon();
    });
    engine.on('flush', () => {
      this.#bufferedBytes = 0;
    });
    engine.transport.on('ready', this.#onReady);
    engine.on('upgrade', (transport) => {
      transport.on('ready', this.#onReady);
      this.#webSocket = webSocketOf(transport);
      if (this.#isPaused) this.#webSocket?.pause();
    });
  }

  get unsentBytes(): number {
    return this.#bufferedBytes + (this.#webSocket?.bufferedAmount ?? 0);
  }

  /** The peer is let in: from now on more may wait for it. */
  letIn(): void {
    this.#maxUnsentBytes = maxUnsentBytes;
  }

  /** Runs `callback` once what is unsent has left, or everything ended. */
  onDrain(callback: () => void): void {
    if (this.#engine.readyState === 'open' && this.unsentBytes > drainedBytes) this.#waiting.push(callback);
    else setImmediate(callback);
  }

  /** Everything ended: nobody waits any longer. */
  end(): void {
    this.#drained();
  }

  /** Leaves what the peer sends in the system's buffers, which then stop the peer. A polling peer is stopped by its own answers. */
  pause(): void {
    this.#isPaused = true;
    this.#webSocket?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#webSocket?.resume();
  }

  /** Ends it at once, whatever is unsent: a peer that takes nothing would not take a farewell either. */
  cut(): void {
    this.#engine.close(true);
    this.#webSocket?.terminate();
  }

  /** Closes it so that the peer comes back later; over a WebSocket the closing says why, in a word. */
  turnAway(reason: string): void {
    this.#webSocket?.close(tryAgainLater, reason);
    this.#engine.close();
  }

  /** For how long the peer has taken nothing of what waits for it, as far as looks can tell. Milliseconds. */
  untakenMs(now: number): number {
    const unsent = this.unsentBytes;
    // A write counts as unsent until the whole of it has left; the system's own queue shows the part.
    const inSystem = read(read(read(this.#webSocket, '_socket'), '_handle'), 'writeQueueSize');
    const taken = this.#givenBytes - unsent - (typeof inSystem === 'number' ? inSystem : 0);
    if (unsent === 0) this.#outward = undefined;
    else if (this.#outward?.mark !== taken) this.#outward = { mark: taken, since: now };
    return this.#outward === undefined ? 0 : now - this.#outward.since;
  }

  /** For how long the peer has kept back the attachments of a packet that it began. @param packet what is being put together, if anything is. */
  withheldMs(packet: unknown, now: number): number {
    const received = read(read(this.#webSocket, '_socket'), 'bytesRead');
    const mark = typeof received === 'number' ? received : 0;
    const known = this.#inward;
    if (packet === undefined || packet === null) this.#inward = undefined;
    else if (known?.packet !== packet || mark - known.mark >= trickleBytes) this.#inward = { packet, mark, since: now };
    return this.#inward === undefined ? 0 : now - this.#inward.since;
  }

  /** Not at once: somebody is in the middle of sending. */
  #cutSoon(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    setImmediate(() => this.cut());
  }

  /** The transport takes more: engine.io has just given it what was buffered. */
  readonly #onReady = (): void => {
    if (this.#waiting.length > 0 && this.unsentBytes <= drainedBytes) this.#drained();
  };

  #drained(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array || data instanceof ArrayBuffer ? data.byteLength : 0;
}

function webSocketOf(transport: object): WebSocket | undefined {
  const socket = read(transport, 'socket');
  return typeof read(socket, 'bufferedAmount') === 'number' ? (socket as WebSocket) : undefined;
}

/** A member of something that has no type. */
function read(target: unknown, key: string): unknown {
  return typeof target === 'object' && target !== null ? Reflect.get(target, key) : undefined;
}
