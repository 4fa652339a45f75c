/** The process itself, under the names that dashboards for Node know: CPU, memory, open files, the loop's lag, garbage collections. */

import { readdir, readFile } from 'node:fs/promises';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { Pulse } from '../pulse.ts';
import type { Metrics } from './metrics.ts';

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Watches from now on. @returns ends it. */
export function watchProcess(metrics: Metrics, pulse: Pulse): () => void {
  metrics.read('process_cpu_user_seconds_total', () => process.cpuUsage().user / 1e6);
  metrics.read('process_cpu_system_seconds_total', () => process.cpuUsage().system / 1e6);
  const startedAt = Math.round(performance.timeOrigin) / 1_000;
  metrics.read('process_start_time_seconds', () => startedAt);
  metrics.read('process_resident_memory_bytes', () => process.memoryUsage.rss());
  metrics.read('process_open_fds', openFiles);
  metrics.read('process_max_fds', maxOpenFiles);
  metrics.read('nodejs_heap_size_used_bytes', () => process.memoryUsage().heapUsed);
  metrics.read('nodejs_heap_size_total_bytes', () => process.memoryUsage().heapTotal);
  metrics.read('nodejs_external_memory_bytes', () => process.memoryUsage().external);
  tellLag(metrics, pulse);
  return watchCollections(metrics);
}

function tellLag(metrics: Metrics, pulse: Pulse): void {
  const [p50, p99, max] = [
    metrics.values('nodejs_eventloop_lag_p50_seconds').of(),
    metrics.values('nodejs_eventloop_lag_p99_seconds').of(),
    metrics.values('nodejs_eventloop_lag_max_seconds').of(),
  ];
  metrics.atScrape(() => {
    const lag = pulse.takeLag();
    p50.now = lag.p50 / 1_000;
    p99.now = lag.p99 / 1_000;
    max.now = lag.max / 1_000;
  });
}

function watchCollections(metrics: Metrics): () => void {
  const durations = metrics.histograms('nodejs_gc_duration_seconds');
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = 'detail' in entry ? gcKindOf(entry.detail) : undefined;
      if (kind !== undefined) durations.of(kind).observe(entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function gcKindOf(detail: unknown): string | undefined {
  if (typeof detail !== 'object' || detail === null || !('kind' in detail)) return undefined;
  return typeof detail.kind === 'number' ? gcKinds[detail.kind] : undefined;
}

/** Undefined where the system has no such folder. */
async function openFiles(): Promise<number | undefined> {
  return await readdir('/proc/self/fd').then(
    (names) => names.length,
    () => undefined,
  );
}

/** How many files and sockets this process may have open; undefined where the system does not say. */
export async function maxOpenFiles(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
