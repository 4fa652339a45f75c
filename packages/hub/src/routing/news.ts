/** Tells who watches the services of every change, at most ten times a second each. */

import { serviceToWire } from '@conduit/sdk/protocol/wire';
import { mayKnow } from '../access/identity.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import type { Timer } from './ports.ts';
import type { Service } from './service.ts';
import { serviceNewsMs } from './settings.ts';

export class ServiceNews {
  readonly #core: Core;
  readonly #heard: (service: Service) => void;
  readonly #readers = new Set<Peer>();
  readonly #changed = new Set<Service>();
  #timer: Timer | undefined;

  /** @param heard whoever hears of every change at once. */
  constructor(core: Core, heard: (service: Service) => void) {
    this.#core = core;
    this.#heard = heard;
  }

  add(peer: Peer): void {
    peer.isWatchingServices = true;
    this.#readers.add(peer);
  }

  remove(peer: Peer): void {
    peer.isWatchingServices = false;
    this.#readers.delete(peer);
  }

  /** A stock client is back: what it missed is told as it stands. */
  resume(peer: Peer): void {
    if (!peer.isWatchingServices) return;
    for (const service of this.#core.registry.ofTenant(peer.identity.tenant, this.#core.clock.elapsed())) this.changed(service);
  }

  changed(service: Service): void {
    this.#heard(service);
    if (this.#readers.size === 0) return;
    this.#changed.add(service);
    this.#timer ??= this.#core.clock.after(serviceNewsMs, () => this.#tell());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #tell(): void {
    this.#timer = undefined;
    for (const service of this.#changed) {
      const isKnown = this.#core.registry.findKnown(service.tenant, service.name, this.#core.clock.elapsed()) !== undefined;
      const body = isKnown
        ? { service: serviceToWire(service.info(this.#core.clock.elapsed())) }
        : { name: service.name, gone: true };
      for (const { identity, outlet } of this.#readers) {
        if (identity.tenant === service.tenant && mayKnow(identity, service.name)) outlet?.send('service', body);
      }
    }
    this.#changed.clear();
  }
}
