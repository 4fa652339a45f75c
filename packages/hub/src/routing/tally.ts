/** The numbers of what goes on, by tenant, counted as it happens, but for what the hub asks of itself. A request is in exactly one count of those that are open. */

import type { OpenState, Stats, StatsPoint } from '@conduit/sdk/protocol/overview';
import { isTerminal, type RequestState, type TerminalState } from '@conduit/sdk/protocol/states';
import { hubTenant } from '../access/identity.ts';
import type { Clock } from './ports.ts';
import type { RequestRecord } from './record.ts';

/** What of the numbers is counted of requests. */
type RequestStats = Omit<Stats, 'services' | 'providers' | 'clients'>;
type Counted = 'accepted' | TerminalState;

/** Durations of the latest ends, of which the percentiles are taken: more would tell no more. */
const maxDurations = 1_000;
const minuteMs = 60_000;
const secondMs = 1_000;
/** What is kept of the past: a quarter of an hour, as coarse as a chart of it can show. */
const stepMs = 10_000;
const maxSteps = 90;

export class Tally {
  readonly #clock: Clock;
  readonly #tenants = new Map<string, Counts>();
  readonly #hub = new Counts();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes in what a change made of a request. */
  note(record: RequestRecord): void {
    if (record.tenant === hubTenant) return;
    const elapsed = this.#clock.elapsed();
    this.#hub.note(record, elapsed);
    this.#of(record.tenant).note(record, elapsed);
  }

  /** One that a former hub left: open, and not accepted now. */
  restore(record: RequestRecord): void {
    if (record.tenant === hubTenant) return;
    this.note(record);
    const elapsed = this.#clock.elapsed();
    for (const counts of [this.#hub, this.#of(record.tenant)]) counts.uncount('accepted', elapsed);
  }

  /** How many requests of the whole hub have not ended. */
  get openCount(): number {
    return this.#hub.openCount;
  }

  /** @param tenant left out: the whole hub's. */
  stats(tenant?: string): RequestStats {
    return (tenant === undefined ? this.#hub : this.#of(tenant)).stats(this.#clock.elapsed());
  }

  /** What happened in the last quarter of an hour, oldest first; its last step is still going on. Steps in which nothing did are left out. */
  history(tenant?: string): { readonly stepMs: number; readonly points: readonly StatsPoint[] } {
    const elapsed = this.#clock.elapsed();
    const steps = (tenant === undefined ? this.#hub : this.#of(tenant)).history(elapsed);
    const startedAt = this.#clock.now() - elapsed;
    return { stepMs, points: steps.map(([step, counts]) => ({ at: startedAt + step * stepMs, ...counts })) };
  }

  #of(tenant: string): Counts {
    let counts = this.#tenants.get(tenant);
    if (counts === undefined) {
      counts = new Counts();
      this.#tenants.set(tenant, counts);
    }
    return counts;
  }
}

class Counts {
  readonly #shown = new Map<string, OpenState>();
  readonly #open: Record<OpenState, number> = { queued: 0, assigned: 0, running: 0, cancelling: 0 };
  /** What happened, by the second in which it did; the last minute's. */
  readonly #seconds = new Map<number, Record<Counted, number>>();
  /** The same by coarser steps, for longer. */
  readonly #steps = new Map<number, Record<Counted, number>>();
  /** The latest, oldest first. */
  #durations: { readonly elapsed: number; readonly ms: number }[] = [];

  note(record: RequestRecord, elapsed: number): void {
    const { requestId } = record;
    const before = this.#shown.get(requestId);
    const now: RequestState = record.state === 'assigned' && record.live.running ? 'running' : record.state;
    if (before === now) return;
    if (before !== undefined) this.#open[before] -= 1;
    else this.#count('accepted', elapsed);
    if (isTerminal(now)) {
      this.#shown.delete(requestId);
      this.#count(now, elapsed);
      this.#durations.push({ elapsed, ms: elapsed - record.createdElapsed });
      if (this.#durations.length >= 2 * maxDurations) this.#durations = this.#durations.slice(-maxDurations);
    } else {
      this.#shown.set(requestId, now);
      this.#open[now] += 1;
    }
  }

  get openCount(): number {
    return this.#shown.size;
  }

  uncount(what: Counted, elapsed: number): void {
    this.#second(elapsed)[what] -= 1;
    this.#step(elapsed)[what] -= 1;
  }

  stats(elapsed: number): RequestStats {
    this.#forget(elapsed);
    const lastMinute = noCounts();
    for (const counts of this.#seconds.values()) {
      for (const what of counted) lastMinute[what] += counts[what];
    }
    const recent = this.#durations.slice(-maxDurations).filter((one) => one.elapsed > elapsed - minuteMs);
    const sorted = recent.map(({ ms }) => ms).sort((one, other) => one - other);
    const stats = { open: { ...this.#open }, lastMinute };
    if (sorted.length === 0) return stats;
    return { ...stats, durations: { p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95) } };
  }

  history(elapsed: number): readonly (readonly [step: number, counts: Readonly<Record<Counted, number>>])[] {
    this.#forgetSteps(elapsed);
    return [...this.#steps];
  }

  #count(what: Counted, elapsed: number): void {
    this.#second(elapsed)[what] += 1;
    this.#step(elapsed)[what] += 1;
  }

  #step(elapsed: number): Record<Counted, number> {
    const step = Math.floor(elapsed / stepMs);
    let counts = this.#steps.get(step);
    if (counts === undefined) {
      this.#forgetSteps(elapsed);
      counts = noCounts();
      this.#steps.set(step, counts);
    }
    return counts;
  }

  #forgetSteps(elapsed: number): void {
    for (const step of this.#steps.keys()) {
      if (step > Math.floor(elapsed / stepMs) - maxSteps) return;
      this.#steps.delete(step);
    }
  }

  #second(elapsed: number): Record<Counted, number> {
    const second = Math.floor(elapsed / secondMs);
    let counts = this.#seconds.get(second);
    if (counts === undefined) {
      this.#forget(elapsed);
      counts = noCounts();
      this.#seconds.set(second, counts);
    }
    return counts;
  }

  #forget(elapsed: number): void {
    for (const second of this.#seconds.keys()) {
      if (second > Math.floor((elapsed - minuteMs) / secondMs)) return;
      this.#seconds.delete(second);
    }
  }
}

const counted = ['accepted', 'completed', 'failed', 'cancelled', 'expired'] as const satisfies readonly Counted[];

function noCounts(): Record<Counted, number> {
  return { accepted: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 };
}

/** The nearest rank of a sorted list that is not empty. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
