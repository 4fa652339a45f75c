/** Counts what the ledger commits, and how long the store takes for it. */

import type { Counter, Histogram } from 'prom-client';
import type { Metrics } from './metrics.ts';

export class CommitMetrics {
  readonly #duration: Histogram;
  readonly #events: Histogram;
  readonly #bytes: Counter;
  readonly #failures: Counter;

  constructor(metrics: Metrics) {
    this.#duration = metrics.histogram('conduit_commit_duration_seconds');
    this.#events = metrics.histogram('conduit_commit_events');
    this.#bytes = metrics.counter('conduit_committed_bytes_total');
    this.#failures = metrics.counter('conduit_commit_failures_total');
  }

  committed({ ms, events, bytes }: { readonly ms: number; readonly events: number; readonly bytes: number }): void {
    this.#duration.observe(ms / 1_000);
    this.#events.observe(events);
    this.#bytes.inc(bytes);
  }

  failed(): void {
    this.#failures.inc();
  }
}
