/** Where a request comes from: the address of its connection, or the one that a trusted proxy saw and appended. */

import { BlockList, isIP, isIPv6 } from 'node:net';
import { isLoopbackAddress } from './origins.ts';

export class Proxies {
  readonly #trusted = new BlockList();

  /** @param trusted addresses and subnets, such as `127.0.0.1` and `10.0.0.0/24`. */
  constructor(trusted: readonly string[]) {
    for (const said of trusted) {
      const [address = '', bits] = said.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  trusts(address: string): boolean {
    return isIP(address) !== 0 && this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  /**
   * Only what a trusted proxy appended counts, from the right: what stands left of the first address that is not trusted was
   * written by the peer itself.
   */
  addressOf(remoteAddress: string | undefined, forwardedFor: string | undefined): string {
    let address = plainAddress(remoteAddress ?? '');
    const hops = (forwardedFor ?? '').split(',');
    while (this.trusts(address)) {
      const hop = plainAddress(withoutPort((hops.pop() ?? '').trim()));
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  }

  /** Whether limits by address are not for it: this machine, and proxies whose peers can't be told apart. */
  isExempt(address: string): boolean {
    return isLoopbackAddress(address) || this.trusts(address);
  }
}

/** What counts as one place: an address, or the network of 64 bits that one customer has of IPv6. */
export function placeOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeroes = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: Math.max(0, zeroes) }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** A socket that listens for both families tells addresses of IPv4 as those of IPv6. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address;
}

/** Some proxies append the port too. */
function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}
