/** The numbers of what goes on, by hub, tenant and service, counted as it happens, but for what the hub asks of itself. Only this knows where each open request is counted. */

import type { OpenState, ServiceStats, Stats, StatsPoint } from '@conduit/sdk/protocol/overview';
import { isTerminal, type RequestState, type TerminalState } from '@conduit/sdk/protocol/states';
import { hubTenant } from '../access/identity.ts';
import type { Core } from './core.ts';
import { Counts } from './counts.ts';
import { Failures } from './failures.ts';
import { lastQuarter } from './lately.ts';
import { type RequestRecord, shownState } from './record.ts';

/** What of the numbers is counted of requests. */
type RequestStats = Omit<Stats, 'services' | 'providers' | 'clients'>;

interface OfService {
  readonly counts: Counts;
  /** Made for the first of them: most services never have one. */
  failures: Failures | undefined;
}

interface OfTenant {
  readonly counts: Counts;
  readonly services: Map<string, OfService>;
  /** So many services, and those that are over are looked for. */
  tidyAt: number;
}

/** An open request: what it shows, and who else counts it. */
interface Open {
  shown: OpenState;
  readonly tenant: Counts;
  readonly service: OfService;
}

/** Fewer services are no matter. */
const leastTidied = 256;

export class Tally {
  readonly #core: Pick<Core, 'clock' | 'registry'>;
  readonly #open = new Map<string, Open>();
  readonly #hub = new Counts();
  readonly #tenants = new Map<string, OfTenant>();

  constructor(core: Pick<Core, 'clock' | 'registry'>) {
    this.#core = core;
  }

  /** Takes in what a change made of a request. Called for every change, most of which change nothing here. */
  note(record: RequestRecord): void {
    if (record.tenant === hubTenant) return;
    const open = this.#open.get(record.requestId);
    const now = shownState(record);
    if (open?.shown === now) return;
    const elapsed = this.#core.clock.elapsed();
    if (open === undefined) this.#begin(record, now, elapsed);
    else if (isTerminal(now)) this.#end(record, { open, now, elapsed });
    else {
      for (const counts of [this.#hub, open.tenant, open.service.counts]) counts.moved(open.shown, now);
      open.shown = now;
    }
  }

  /** One that a former hub left: open, and not accepted now. */
  restore(record: RequestRecord): void {
    if (record.tenant !== hubTenant) this.#add(record, shownState(record));
  }

  /** How many requests of the whole hub have not ended. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Of how many services anything is kept. */
  get serviceCount(): number {
    return [...this.#tenants.values()].reduce((sum, { services }) => sum + services.size, 0);
  }

  /** @param tenant left out: the whole hub's. */
  stats(tenant?: string): RequestStats {
    const elapsed = this.#core.clock.elapsed();
    const counts = tenant === undefined ? this.#hub : this.#of(tenant).counts;
    const durations = counts.tookInMinute(elapsed);
    const stats = { open: counts.open, lastMinute: counts.lastMinute(elapsed) };
    return durations === undefined ? stats : { ...stats, durations };
  }

  /** Of one service of a tenant; of one of which nothing is kept, that nothing happened. */
  serviceStats(tenant: string, service: string): ServiceStats {
    const elapsed = this.#core.clock.elapsed();
    const { counts, failures } = this.#of(tenant).services.get(service) ?? ofService();
    const times = counts.inQuarter(elapsed);
    return {
      service,
      open: counts.open,
      lastMinute: counts.lastMinute(elapsed),
      lastQuarter: counts.lastQuarter(elapsed),
      ...(times === undefined ? {} : { durations: times.took, queued: times.waited }),
      errors: failures?.list(elapsed) ?? [],
    };
  }

  /** What happened in the last quarter of an hour, oldest first; its last step is still going on. Steps in which nothing did are left out. */
  history(tenant?: string): { readonly stepMs: number; readonly points: readonly StatsPoint[] } {
    const { clock } = this.#core;
    const elapsed = clock.elapsed();
    const steps = (tenant === undefined ? this.#hub : this.#of(tenant).counts).steps(elapsed);
    const wallOffset = clock.now() - elapsed;
    const points = steps.map(([startedElapsed, happened]) => ({ at: wallOffset + startedElapsed, ...happened }));
    return { stepMs: lastQuarter.stepMs, points };
  }

  #begin(record: RequestRecord, now: RequestState, elapsed: number): void {
    const open = this.#add(record, now);
    if (open === undefined) return;
    for (const counts of [this.#hub, open.tenant, open.service.counts]) counts.accepted(elapsed);
  }

  /** @returns undefined for one that had ended before it was heard of: there is none. */
  #add(record: RequestRecord, shown: RequestState): Open | undefined {
    if (isTerminal(shown)) return undefined;
    const tenant = this.#of(record.tenant);
    const open: Open = { shown, tenant: tenant.counts, service: this.#serviceOf(record, tenant) };
    this.#open.set(record.requestId, open);
    for (const counts of [this.#hub, open.tenant, open.service.counts]) counts.opened(shown);
    return open;
  }

  #end(
    record: RequestRecord,
    { open, now, elapsed }: { readonly open: Open; readonly now: TerminalState; readonly elapsed: number },
  ): void {
    this.#open.delete(record.requestId);
    const end = { record, elapsed };
    for (const counts of [this.#hub, open.tenant, open.service.counts]) counts.ended(open.shown, now, end);
    if (record.error === undefined || now === 'cancelled') return;
    open.service.failures ??= new Failures();
    open.service.failures.add(record.error.code, { at: this.#core.clock.now(), elapsed });
  }

  #of(tenant: string): OfTenant {
    let known = this.#tenants.get(tenant);
    if (known === undefined) {
      known = { counts: new Counts(), services: new Map(), tidyAt: leastTidied };
      this.#tenants.set(tenant, known);
    }
    return known;
  }

  #serviceOf({ tenant: name, to }: RequestRecord, tenant: OfTenant): OfService {
    const { services } = tenant;
    let known = services.get(to);
    if (known === undefined) {
      if (services.size >= tenant.tidyAt) this.#tidy(name, tenant);
      known = ofService();
      services.set(to, known);
    }
    return known;
  }

  /**
   * Drops services of which nothing is open and nothing is told any more, and names that nobody provides, of which nobody is told:
   * whoever asks for ever new names costs nothing but what is open of them. Done when they have doubled, it costs each new one little.
   */
  #tidy(tenantName: string, tenant: OfTenant): void {
    const { clock, registry } = this.#core;
    const elapsed = clock.elapsed();
    for (const [name, { counts }] of tenant.services) {
      if (counts.openCount > 0) continue;
      if (counts.isQuiet(elapsed) || registry.findKnown(tenantName, name, elapsed) === undefined) tenant.services.delete(name);
    }
    tenant.tidyAt = Math.max(leastTidied, 2 * tenant.services.size);
  }
}

function ofService(): OfService {
  return { counts: new Counts(), failures: undefined };
}
