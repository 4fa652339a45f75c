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
}

/** What a new connection is answered with: an id that stock clients give back when they return. */
export interface Welcome {
  readonly pid: string;
  /** Runs when the connection may be written to. */
  start(): void;
}

export type Accept = (connection: Connection) => Welcome;
