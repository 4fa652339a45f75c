/** One live connection as the sessions see it, whatever carries it. */

import type { Outlet } from '../routing/ports.ts';

/** Answers one message; called once at the most. */
export type Acknowledge = (answer: object) => void;

export interface ConnectionListener {
  /** A message came: its name, and what it carried, unchecked. */
  message(name: unknown, args: readonly unknown[], acknowledge: Acknowledge | undefined): void;
  heartbeatSent(): void;
  heartbeatAnswered(): void;
  closed(): void;
}

export interface Connection extends Outlet {
  /** What the peer said of itself at the handshake, unchecked. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** Whoever hears what comes; the last one set. */
  listener: ConnectionListener | undefined;
  /** Reads no more of what the peer sends until `resume`; a little that has already arrived may still come. */
  pause(): void;
  resume(): void;
  /** Ends it at once: what is unsent is lost, and nothing that comes is heard. The peer may come back. */
  cut(): void;
}

/** What a new connection is answered with: an id that stock clients give back when they return. */
export interface Welcome {
  readonly pid: string;
  /** Runs when the connection may be written to; a handshake that breaks off before leaves nothing behind. */
  start(): void;
}

/**
 * @throws ConduitError when the peer may not connect: it is told why. Where the error is retryable it comes back by itself,
 * otherwise it has to be given something else first.
 */
export type Accept = (connection: Connection) => Welcome | Promise<Welcome>;
