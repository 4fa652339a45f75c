/** Counts what becomes of requests and their providers, as routing tells it. */

import { isTerminal } from '@conduit/sdk/protocol/states';
import type { Counter, Histogram } from 'prom-client';
import type { Change, PoolInfo, Witness } from '../../routing/ports.ts';
import type { RequestRecord } from '../../routing/record.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceLabels } from './service-labels.ts';

/** Reasons for which a request goes back to its line. */
const lostFor: ReadonlySet<string> = new Set(['provider_lost', 'provider_deaf', 'rejected']);

interface RequestMetricsParts {
  readonly metrics: Metrics;
  readonly labels: ServiceLabels;
  readonly pools: () => readonly PoolInfo[];
  readonly open: () => Readonly<Record<string, number>>;
}

export class RequestMetrics implements Witness {
  readonly #labels: ServiceLabels;
  readonly #accepted: Counter;
  readonly #attempts: Counter;
  readonly #attemptsLost: Counter;
  readonly #providersLost: Counter;
  readonly #late: Counter;
  readonly #total: Histogram;
  readonly #queued: Histogram;
  readonly #running: Histogram;

  constructor({ metrics, labels, pools, open }: RequestMetricsParts) {
    this.#labels = labels;
    this.#accepted = metrics.counter('conduit_requests_accepted_total');
    this.#attempts = metrics.counter('conduit_attempts_total');
    this.#attemptsLost = metrics.counter('conduit_attempts_lost_total');
    this.#providersLost = metrics.counter('conduit_providers_lost_total');
    this.#late = metrics.counter('conduit_late_messages_total');
    this.#total = metrics.histogram('conduit_request_duration_seconds');
    this.#queued = metrics.histogram('conduit_request_queued_seconds');
    this.#running = metrics.histogram('conduit_request_running_seconds');
    const waiting = metrics.gauge('conduit_requests_waiting');
    const providers = metrics.gauge('conduit_providers');
    const openNow = metrics.gauge('conduit_requests_open');
    metrics.atScrape(() => {
      waiting.reset();
      providers.reset();
      for (const pool of pools()) {
        const service = labels.of(pool.service, pool.isProvided);
        waiting.inc({ service }, pool.waiting);
        for (const [state, count] of Object.entries(pool.providers)) providers.inc({ service, state }, count);
      }
      for (const [state, count] of Object.entries(open())) openNow.set({ state }, count);
    });
  }

  /** Most changes are progress and chunks, of which nothing is counted. */
  committed({ record, step, events, before }: Change): void {
    if (step.type === 'open' && events.length > 0) this.#accepted.inc({ service: this.#labelOf(record) });
    for (const event of events) {
      if (event.type !== 'status') continue;
      if (event.state === 'assigned' && event.attempt > before.attempt) this.#attempts.inc({ service: this.#labelOf(record) });
      if (event.state === 'queued' && event.seq > 1) this.#attemptLost(record, event.reason);
    }
    const last = events.at(-1);
    if (last === undefined || (last.type !== 'result' && last.type !== 'error')) return;
    // A service's own error may be called so too.
    if (last.type === 'error' && step.type !== 'work' && last.error.code === 'provider_lost')
      this.#attemptLost(record, 'provider_lost');
    this.#ended(record, last.timings);
  }

  late(code: string): void {
    this.#late.inc({ code });
  }

  providerLost(service: string): void {
    this.#providersLost.inc({ service: this.#labels.of(service, true) });
  }

  #attemptLost(record: RequestRecord, reason: string | undefined): void {
    if (reason !== undefined && lostFor.has(reason)) this.#attemptsLost.inc({ service: this.#labelOf(record), reason });
  }

  #ended(record: RequestRecord, timings: { queuedMs: number; runningMs?: number; totalMs: number }): void {
    if (!isTerminal(record.state)) return;
    const service = this.#labelOf(record);
    const { state } = record;
    this.#total.observe({ service, state }, timings.totalMs / 1_000);
    this.#queued.observe({ service }, timings.queuedMs / 1_000);
    if (timings.runningMs !== undefined) this.#running.observe({ service, state }, timings.runningMs / 1_000);
  }

  #labelOf({ to, attempt }: RequestRecord): string {
    return this.#labels.of(to, attempt > 0);
  }
}
