/** One connected party as routing knows it: it outlives a dropped socket. Sessions make it; routing hangs its cursors and registrations on it. */

import type { Party } from '@conduit/sdk/protocol/events';
import type { Identity } from '../access/identity.ts';
import type { Outlet } from './ports.ts';
import type { Provider } from './provider.ts';
import type { Cursor } from './watchers.ts';

export class Peer {
  readonly sessionId: string;
  readonly identity: Identity;
  name: string | undefined;
  /** Undefined while it is cut off. */
  outlet: Outlet | undefined;
  /** When its last message came, the answer to a heartbeat too; wall clock, milliseconds. Of one that is gone it stays. */
  lastSeenAt = 0;
  /** What it serves, by service. */
  readonly providers = new Map<string, Provider>();
  /** What it follows, by request. */
  readonly cursors = new Map<string, Cursor>();
  /** Its own requests that have not ended. */
  readonly openRequests = new Set<string>();
  /** Whether it is told of every change of the services. */
  isWatchingServices = false;

  constructor(sessionId: string, identity: Identity) {
    this.sessionId = sessionId;
    this.identity = identity;
  }

  party(hubId: string): Party {
    const party = { sessionId: this.sessionId, subject: this.identity.subject, hubId };
    return this.name === undefined ? party : { ...party, name: this.name };
  }
}
