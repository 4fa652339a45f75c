/** All services by tenant and name: who provides what, and what was provided in the last seven days. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { KnownService } from './ports.ts';
import { Service } from './service.ts';

/** A service is remembered this long after its last provider left. */
const rememberedMs = 7 * 24 * 60 * 60_000;
/** Names are forgotten by the day. */
const retryAfterMs = 60_000;

export class Registry {
  readonly #maxTenantServices: number;
  readonly #services = new Map<string, Service>();
  /** How many of its services were ever provided, by tenant. */
  readonly #provided = new Map<string, number>();

  constructor(maxTenantServices: number) {
    this.#maxTenantServices = maxTenantServices;
  }

  recall(known: KnownService): void {
    this.#count(known.tenant, 1);
    this.open(known.tenant, known.name).recall(known);
  }

  /**
   * The service that somebody begins to provide.
   * @throws ConduitError `rate_limited` when it would be one more than the tenant may have.
   */
  provide(tenant: string, name: string, elapsed: number): Service {
    const known = this.find(tenant, name);
    if (known?.seenElapsed === undefined) {
      const max = this.#maxTenantServices;
      if ((this.#provided.get(tenant) ?? 0) >= max) throw tooMany(max);
      this.#count(tenant, 1);
    }
    const service = this.open(tenant, name);
    service.seenElapsed = elapsed;
    return service;
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
      if (service.waiting > 0 || isKnown(service, elapsed)) continue;
      this.#services.delete(key);
      if (service.seenElapsed !== undefined) this.#count(service.tenant, -1);
    }
  }

  #count(tenant: string, change: 1 | -1): void {
    const count = (this.#provided.get(tenant) ?? 0) + change;
    if (count > 0) this.#provided.set(tenant, count);
    else this.#provided.delete(tenant);
  }
}

function tooMany(max: number): ConduitError {
  const details = { limit: 'max_tenant_services', max, retry_after_ms: retryAfterMs };
  return new ConduitError('rate_limited', `this tenant provides, or provided in the last 7 days, ${max} services already`, {
    details,
  });
}

function isKnown(service: Service, elapsed: number): boolean {
  if (service.pool.size > 0) return true;
  return service.seenElapsed !== undefined && elapsed - service.seenElapsed < rememberedMs;
}

/** No name contains a space. */
function keyOf(tenant: string, name: string): string {
  return `${tenant} ${name}`;
}
