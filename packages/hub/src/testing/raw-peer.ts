/** A peer without manners: engine.io's packets written by hand over a WebSocket made by hand, so that anything at all can be sent. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const opcodes = { text: 1, binary: 2, close: 8, ping: 9 } as const;

export class RawPeer {
  readonly #socket: Socket;
  /** What came, as text; binary parts as their length. */
  readonly received: string[] = [];
  isClosed = false;
  #unread: Buffer;
  #watchers: (() => void)[] = [];

  private constructor(socket: Socket, unread: Buffer) {
    this.#socket = socket;
    this.#unread = unread;
    socket.on('data', (data: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, data]);
      this.#read();
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#changed();
    });
    socket.on('error', () => undefined);
    this.#read();
  }

  static async open(url: string): Promise<RawPeer> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    let head = Buffer.alloc(0);
    while (!head.includes('\r\n\r\n')) {
      const [data] = (await once(socket, 'data')) as [Buffer];
      head = Buffer.concat([head, data]);
    }
    return new RawPeer(socket, head.subarray(head.indexOf('\r\n\r\n') + 4));
  }

  /** Goes through Socket.IO's handshake. */
  async connect(auth: object = {}): Promise<this> {
    this.say(`40${JSON.stringify(auth)}`);
    await this.until(() => this.received.some((text) => text.startsWith('40')));
    return this;
  }

  say(...packets: readonly (string | Uint8Array)[]): void {
    const frames = packets.map((packet) =>
      typeof packet === 'string' ? frame(opcodes.text, Buffer.from(packet)) : frame(opcodes.binary, packet),
    );
    this.sayBytes(Buffer.concat(frames));
  }

  /** Not even WebSocket frames. */
  sayBytes(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Pings of the WebSocket itself, which are answered below everything that counts. */
  ping(times: number): void {
    this.sayBytes(Buffer.concat(Array.from({ length: times }, () => frame(opcodes.ping, Buffer.alloc(125)))));
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
    this.#socket.destroy();
  }

  #read(): void {
    for (let next = split(this.#unread); next !== undefined; next = split(this.#unread)) {
      this.#unread = next.rest;
      if (next.opcode === opcodes.text) this.received.push(next.content.toString());
      if (next.opcode === opcodes.binary) this.received.push(`<${next.content.length}>`);
      if (next.opcode === opcodes.close) this.#socket.end(frame(opcodes.close, next.content));
    }
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

/** A whole frame as a client sends it: masked, here with zeroes. */
function frame(opcode: number, content: Uint8Array): Buffer {
  const { length } = content;
  const head = Buffer.alloc(14);
  head[0] = 0x80 | opcode;
  let size = 2;
  if (length < 126) head[1] = 0x80 | length;
  else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
    size = 10;
  }
  return Buffer.concat([head.subarray(0, size + 4), content]);
}

/** The first frame of what a server sent, if the whole of it is there. */
function split(bytes: Buffer): { opcode: number; content: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return undefined;
  return { opcode: (bytes[0] ?? 0) & 0x0f, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}
