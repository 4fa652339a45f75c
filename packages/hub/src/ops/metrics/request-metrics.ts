/** Counts what becomes of requests and their providers, as routing tells it. */

import { isTerminal, type TerminalState } from '@conduit/sdk/protocol/states';
import type { Change, LateMessage, LostProvider, PoolInfo, Witness } from '../../routing/ports.ts';
import type { RequestRecord } from '../../routing/record.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceLabels } from './service-labels.ts';
import type { Family, Histogram, Value } from './values.ts';

/** Reasons for which a request goes back to its line. */
const lostFor: ReadonlySet<string> = new Set(['provider_lost', 'provider_deaf', 'rejected']);

interface RequestMetricsParts {
  readonly metrics: Metrics;
  readonly labels: ServiceLabels;
  readonly pools: () => readonly PoolInfo[];
  readonly open: () => Readonly<Record<string, number>>;
}

/** What is counted of one service with every request: found once. */
interface OfService {
  readonly accepted: Value;
  readonly attempts: Value;
  readonly queued: Histogram;
  readonly ended: Map<TerminalState, { readonly total: Histogram; readonly running: Histogram }>;
}

export class RequestMetrics implements Witness {
  readonly #labels: ServiceLabels;
  readonly #services = new Map<string, OfService>();
  readonly #accepted: Family<Value>;
  readonly #attempts: Family<Value>;
  readonly #attemptsLost: Family<Value>;
  readonly #providersLost: Family<Value>;
  readonly #late: Family<Value>;
  readonly #total: Family<Histogram>;
  readonly #queued: Family<Histogram>;
  readonly #running: Family<Histogram>;

  constructor({ metrics, labels, pools, open }: RequestMetricsParts) {
    this.#labels = labels;
    this.#accepted = metrics.values('conduit_requests_accepted_total');
    this.#attempts = metrics.values('conduit_attempts_total');
    this.#attemptsLost = metrics.values('conduit_attempts_lost_total');
    this.#providersLost = metrics.values('conduit_providers_lost_total');
    this.#late = metrics.values('conduit_late_messages_total');
    this.#total = metrics.histograms('conduit_request_duration_seconds');
    this.#queued = metrics.histograms('conduit_request_queued_seconds');
    this.#running = metrics.histograms('conduit_request_running_seconds');
    const waiting = metrics.values('conduit_requests_waiting');
    const providers = metrics.values('conduit_providers');
    const openNow = metrics.values('conduit_requests_open');
    metrics.atScrape(() => {
      waiting.clear();
      providers.clear();
      for (const pool of pools()) {
        const service = labels.of(pool.service, pool.isProvided);
        waiting.of(service).add(pool.waiting);
        for (const [state, count] of Object.entries(pool.providers)) providers.of(service, state).add(count);
      }
      for (const [state, count] of Object.entries(open())) openNow.of(state).now = count;
    });
  }

  committed({ record, step, events, before }: Change): void {
    if (step.type === 'open') this.#of(record).accepted.add();
    for (const event of events) {
      if (event.type === 'status') {
        if (event.state === 'assigned' && event.attempt > before.attempt) this.#of(record).attempts.add();
        if (event.state === 'queued' && event.seq > 1) this.#attemptLost(record, event.reason);
      }
      if (event.type !== 'result' && event.type !== 'error') continue;
      // A service's own error may be called so too.
      if (event.type === 'error' && step.type !== 'work' && event.error.code === 'provider_lost') {
        this.#attemptLost(record, 'provider_lost');
      }
      this.#ended(record, event.timings);
    }
  }

  late({ code }: LateMessage): void {
    this.#late.of(code).add();
  }

  providerLost({ service }: LostProvider): void {
    this.#providersLost.of(this.#labels.of(service, true)).add();
  }

  #attemptLost(record: RequestRecord, reason: string | undefined): void {
    if (reason !== undefined && lostFor.has(reason)) this.#attemptsLost.of(this.#labelOf(record), reason).add();
  }

  #ended(record: RequestRecord, timings: { queuedMs: number; runningMs?: number; totalMs: number }): void {
    const { state } = record;
    if (!isTerminal(state)) return;
    const service = this.#of(record);
    let ended = service.ended.get(state);
    if (ended === undefined) {
      const label = this.#labelOf(record);
      ended = { total: this.#total.of(label, state), running: this.#running.of(label, state) };
      service.ended.set(state, ended);
    }
    ended.total.observe(timings.totalMs / 1_000);
    service.queued.observe(timings.queuedMs / 1_000);
    if (timings.runningMs !== undefined) ended.running.observe(timings.runningMs / 1_000);
  }

  #of(record: RequestRecord): OfService {
    const label = this.#labelOf(record);
    let service = this.#services.get(label);
    if (service === undefined) {
      service = {
        accepted: this.#accepted.of(label),
        attempts: this.#attempts.of(label),
        queued: this.#queued.of(label),
        ended: new Map(),
      };
      this.#services.set(label, service);
    }
    return service;
  }

  #labelOf({ to, attempt }: RequestRecord): string {
    return this.#labels.of(to, attempt > 0);
  }
}
