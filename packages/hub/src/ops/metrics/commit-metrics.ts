/** Counts what the ledger commits, and how long the store takes for it. */

import type { Metrics } from './metrics.ts';
import type { Histogram, Value } from './values.ts';

export class CommitMetrics {
  readonly #duration: Histogram;
  readonly #events: Histogram;
  readonly #bytes: Value;
  readonly #failures: Value;

  constructor(metrics: Metrics) {
    this.#duration = metrics.histograms('conduit_commit_duration_seconds').of();
    this.#events = metrics.histograms('conduit_commit_events').of();
    this.#bytes = metrics.values('conduit_committed_bytes_total').of();
    this.#failures = metrics.values('conduit_commit_failures_total').of();
  }

  committed({ ms, events, bytes }: { readonly ms: number; readonly events: number; readonly bytes: number }): void {
    this.#duration.observe(ms / 1_000);
    this.#events.observe(events);
    this.#bytes.add(bytes);
  }

  failed(): void {
    this.#failures.add();
  }
}
