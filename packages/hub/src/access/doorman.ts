/** Who may speak HTTP to the hub at all, before anything is read of what is said: by which name, from which page, from where, how often. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Hosts } from './hosts.ts';
import type { Origins } from './origins.ts';
import { Pace } from './pace.ts';
import { Presence } from './presence.ts';
import { type Proxies, placeOf } from './proxies.ts';

/** What is known of a request before it is answered. */
export interface Caller {
  readonly remoteAddress: string | undefined;
  /** The address at which the hub was reached. */
  readonly localAddress: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

interface DoormanParts {
  readonly hosts: Hosts;
  readonly origins: Origins;
  readonly proxies: Proxies;
  /** HTTP requests and handshakes of one address in a second. */
  readonly maxAddressRequests: number;
  /** Connections of one address at once. */
  readonly maxAddressConnections: number;
  /** Any monotonic clock, milliseconds. */
  readonly elapsed: () => number;
}

/** Room comes when somebody leaves, which nobody knows. */
const fullRetryAfterMs = 5_000;

export class Doorman {
  readonly #parts: DoormanParts;
  readonly #pace: Pace;
  readonly #sockets: Presence;
  readonly #sessions: Presence;

  constructor(parts: DoormanParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.maxAddressRequests);
    this.#sockets = new Presence(parts.maxAddressConnections);
    this.#sessions = new Presence(parts.maxAddressConnections);
  }

  /**
   * A request or an upgrade.
   * @param isPublic what it asks for is nobody's secret: pages of every origin may load it.
   * @throws ConduitError `forbidden` or `rate_limited`
   */
  admit(caller: Caller, isPublic = false): void {
    const { hosts, origins, maxAddressRequests, elapsed } = this.#parts;
    const { host, origin, localAddress } = caller;
    if (!hosts.admits(host, localAddress)) {
      const flag = 'if it is meant to, start it with --allow-origin and the address of its pages';
      throw new ConduitError('forbidden', `this hub does not answer to the name in Host; ${flag}`, {
        details: { reason: 'host' },
      });
    }
    if (!isPublic && !origins.admits({ origin, host, localAddress })) {
      const flag = 'start the hub with --allow-origin and that address to let it in';
      throw new ConduitError('forbidden', `pages of this Origin may not speak to this hub; ${flag}`, {
        details: { reason: 'origin' },
      });
    }
    const place = this.#placeOf(caller);
    const retryAfterMs = place === undefined ? undefined : this.#pace.visit(place, elapsed());
    if (retryAfterMs !== undefined) throw limited('max_address_requests', maxAddressRequests, retryAfterMs);
  }

  /** A connection of TCP, known by its own address only. @returns what to call when it is gone; undefined: there is no room. */
  connected(remoteAddress: string | undefined): (() => void) | undefined {
    return this.#enter(this.#sockets, this.#placeOf({ remoteAddress, forwardedFor: undefined }));
  }

  /** @throws ConduitError `rate_limited` when its address has as many sessions of Socket.IO as it may. */
  admitSession(caller: Caller): void {
    const place = this.#placeOf(caller);
    if (place === undefined || this.#sessions.hasRoom(place)) return;
    throw limited('max_address_connections', this.#parts.maxAddressConnections, fullRetryAfterMs);
  }

  /** A session of Socket.IO. @returns what to call when it is gone. */
  sessionOpened(caller: Caller): () => void {
    const place = this.#placeOf(caller);
    return place === undefined ? () => undefined : this.#sessions.enter(place);
  }

  #enter(presence: Presence, place: string | undefined): (() => void) | undefined {
    if (place === undefined) return () => undefined;
    return presence.hasRoom(place) ? presence.enter(place) : undefined;
  }

  /** Undefined: limits by address are not for it. */
  #placeOf({ remoteAddress, forwardedFor }: Pick<Caller, 'remoteAddress' | 'forwardedFor'>): string | undefined {
    const { proxies } = this.#parts;
    const address = proxies.addressOf(remoteAddress, forwardedFor);
    return proxies.isExempt(address) ? undefined : placeOf(address);
  }
}

function limited(limit: string, max: number, retryAfterMs: number): ConduitError {
  const details = { limit, max, retry_after_ms: retryAfterMs };
  return new ConduitError('rate_limited', `too much comes from your address; try again in ${retryAfterMs} ms`, { details });
}
