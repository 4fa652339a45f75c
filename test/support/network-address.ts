/** An address of this machine that is not loopback: what another machine would reach, and whoever comes to it comes from it. */

import { networkInterfaces } from 'node:os';

export function networkAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const address = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (address === undefined) throw new Error('this test needs a machine with an address in a network, not only loopback');
  return address;
}
