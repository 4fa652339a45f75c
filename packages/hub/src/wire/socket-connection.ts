/** One Socket.IO socket as a connection. It knows the few inner parts of Socket.IO that have no public name. */

import type { Socket as EngineSocket } from 'engine.io';
import type { Socket } from 'socket.io';
import type { Acknowledge, Connection, ConnectionListener } from './connection.ts';
import type { Flow } from './flow.ts';
import type { Messages } from './traffic.ts';

interface Patience {
  readonly unfinishedMs: number;
  readonly stuckMs: number;
}

export class SocketConnection implements Connection {
  readonly auth: Readonly<Record<string, unknown>>;
  listener: ConnectionListener | undefined;
  readonly #socket: Socket;
  readonly #engine: EngineSocket;
  readonly #flow: Flow;
  readonly #messages: Messages;
  #closingSince: number | undefined;
  #heartbeatSentMs: number | undefined;
  #roundTripMs: number | undefined;

  /** @param messages where its own are counted with those of all others. */
  constructor(socket: Socket, flow: Flow, messages: Messages) {
    this.#messages = messages;
    this.#socket = socket;
    this.#engine = Reflect.get(socket.client, 'conn') as EngineSocket;
    this.#flow = flow;
    this.auth = socket.handshake.auth;
    this.#engine.on('packetCreate', ({ type }: { type: string }) => {
      if (type !== 'ping') return;
      this.#heartbeatSentMs = performance.now();
      this.listener?.heartbeatSent();
    });
    this.#engine.on('heartbeat', () => {
      // An answer that nobody asked for measures nothing.
      if (this.#heartbeatSentMs !== undefined) this.#roundTripMs = performance.now() - this.#heartbeatSentMs;
      this.#heartbeatSentMs = undefined;
      this.listener?.heartbeatAnswered();
    });
    // Not calling on keeps the event from the socket's own listeners: its names are the peer's, and `error` would throw.
    socket.use((packet) => this.#receive(packet));
    // What an acknowledgement carries is nobody's business, and as arguments a million values would overflow the stack.
    const acknowledgements = Reflect.get(socket, 'acks') as Map<number, () => void>;
    Reflect.set(socket, 'onack', ({ id }: { id: number }) => {
      const acknowledged = acknowledgements.get(id);
      acknowledgements.delete(id);
      acknowledged?.();
    });
  }

  letIn(): void {
    this.#flow.letIn();
  }

  send(name: string, body: object): void {
    this.#messages.sent += 1;
    this.#socket.emit(name, body);
  }

  /** Who never acknowledges leaves its entry with the socket, and both go together. */
  sendForAck(name: string, body: object, acknowledged: () => void): void {
    this.#messages.sent += 1;
    this.#socket.emit(name, body, acknowledged);
  }

  get unsentBytes(): number {
    return this.#flow.unsentBytes;
  }

  /** With whatever had to leave before the heartbeat. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  onDrain(callback: () => void): void {
    this.#flow.onDrain(callback);
  }

  pause(): void {
    this.#flow.pause();
  }

  resume(): void {
    this.#flow.resume();
  }

  /** What is unsent goes first. `socket.disconnect()` would tell JavaScript clients to stay away. */
  close(): void {
    this.#closingSince ??= performance.now();
    this.#engine.close();
  }

  cut(): void {
    this.#flow.cut();
  }

  /** Before it is greeted. @param reason a code. */
  turnAway(reason: string): void {
    this.#flow.turnAway(reason);
  }

  /** The socket is gone. Its connection goes with it: it serves nothing else. */
  ended(): void {
    this.#engine.close();
    this.#flow.end();
    this.listener?.closed();
  }

  /** Ends a connection that takes nothing, keeps back what it announced, or does not go. */
  look(now: number, { unfinishedMs, stuckMs }: Patience): void {
    const packet: unknown = Reflect.get(Reflect.get(this.#socket.client, 'decoder') as object, 'reconstructor');
    const isWithholding = this.#flow.withheldMs(packet, now) >= unfinishedMs;
    const isStuck = this.#flow.untakenMs(now) >= stuckMs;
    const isStaying = this.#closingSince !== undefined && now - this.#closingSince >= unfinishedMs;
    if (isWithholding || isStuck || isStaying) this.#flow.cut();
  }

  #receive(packet: unknown[]): void {
    const [name, ...args] = packet;
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
    if (acknowledge !== undefined) args.pop();
    this.#messages.received += 1;
    this.listener?.message(name, args, acknowledge);
  }
}
