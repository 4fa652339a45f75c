/** By which names the hub may be reached. A foreign name that was made to point at it (DNS rebinding) makes any page its own. */

import { isIP } from 'node:net';
import { isLoopbackAddress, isLoopbackName } from './origins.ts';

interface HostsParts {
  /** Origins whose hosts are this hub's, such as `https://hub.example.org`; `*` takes any. */
  readonly allowed: readonly string[];
  /** Where a token is asked for, a page that made itself the hub's own still has none. */
  readonly asksForToken: () => boolean;
}

/** Names that nobody outside can make point anywhere: no public domain ends like them. */
const privateNames = /^[^.]+$|\.(?:local|localhost|internal|lan|test|home\.arpa)$/;

export class Hosts {
  readonly #takesAny: boolean;
  readonly #allowed: ReadonlySet<string>;
  readonly #asksForToken: () => boolean;

  constructor({ allowed, asksForToken }: HostsParts) {
    this.#takesAny = allowed.includes('*');
    this.#allowed = new Set(allowed.filter((origin) => URL.canParse(origin)).map((origin) => new URL(origin).host));
    this.#asksForToken = asksForToken;
  }

  /**
   * Whether a request that names this host is meant for this hub. Over loopback it must name this machine, or what the hub was
   * told of; elsewhere a hub without tokens takes addresses and names of private networks.
   * @param host the `Host` header; what is no browser may send none.
   */
  admits(host: string | undefined, localAddress: string | undefined): boolean {
    if (host === undefined || this.#takesAny || this.#allowed.has(host.toLowerCase())) return true;
    const hostname = hostnameOf(host);
    if (hostname === undefined) return false;
    if (isLoopbackName(hostname) || isAddress(hostname)) return true;
    if (isLoopbackAddress(localAddress)) return false;
    return this.#asksForToken() || privateNames.test(hostname);
  }
}

function hostnameOf(host: string): string | undefined {
  const url = `http://${host}`;
  if (/[/?#@\\]/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, '');
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
