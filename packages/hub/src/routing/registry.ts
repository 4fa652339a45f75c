/** All services by tenant and name: who provides what, and what was provided in the last seven days. */

import type { KnownService } from './ports.ts';
import { Service } from './service.ts';

/** A service is remembered this long after its last provider left. */
const rememberedMs = 7 * 24 * 60 * 60_000;

export class Registry {
  #services = new Map<string, Service>();

  recall(known: KnownService): void {
    this.open(known.tenant, known.name).recall(known);
  }

  /** The service, made if it is not known. */
  open(tenant: string, name: string): Service {
    const key = keyOf(tenant, name);
    let service = this.#services.get(key);
    if (service === undefined) {
      service = new Service(tenant, name);
      this.#services.set(key, service);
    }
    return service;
  }

  find(tenant: string, name: string): Service | undefined {
    return this.#services.get(keyOf(tenant, name));
  }

  /** A service that has, or had in the last seven days, a provider. */
  findKnown(tenant: string, name: string, elapsed: number): Service | undefined {
    const service = this.find(tenant, name);
    return service !== undefined && isKnown(service, elapsed) ? service : undefined;
  }

  ofTenant(tenant: string, elapsed: number): Service[] {
    return this.known(elapsed).filter((service) => service.tenant === tenant);
  }

  /** Of all tenants. */
  known(elapsed: number): Service[] {
    return [...this.#services.values()].filter((service) => isKnown(service, elapsed));
  }

  /** Of all tenants, also those that were only ever asked for. */
  get all(): Iterable<Service> {
    return this.#services.values();
  }

  /** Drops what nobody waits for, serves or remembers: names that were only ever asked for don't add up. */
  tidy(elapsed: number): void {
    for (const [key, service] of this.#services) {
      if (service.waiting === 0 && !isKnown(service, elapsed)) this.#services.delete(key);
    }
  }
}

function isKnown(service: Service, elapsed: number): boolean {
  if (service.pool.size > 0) return true;
  return service.seenElapsed !== undefined && elapsed - service.seenElapsed < rememberedMs;
}

/** No name contains a space. */
function keyOf(tenant: string, name: string): string {
  return `${tenant} ${name}`;
}
