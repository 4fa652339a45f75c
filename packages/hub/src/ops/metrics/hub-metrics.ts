/** All numbers of one hub: what is counted as it happens, and what is read when somebody asks. */

import { statfs } from 'node:fs/promises';
import type { PoolInfo } from '../../routing/ports.ts';
import { type MessageCounts, Pulse } from '../pulse.ts';
import { CommitMetrics } from './commit-metrics.ts';
import { Metrics } from './metrics.ts';
import { watchProcess } from './process-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';
import { ServiceLabels } from './service-labels.ts';
import type { Family, Value } from './values.ts';

/** Where the numbers of this moment are read. */
interface Readings {
  readonly hubId: string;
  readonly version: string;
  /** Undefined: all is kept in memory. */
  readonly dataDir: string | undefined;
  readonly isReady: () => boolean;
  /** Undefined before the first came back. */
  readonly probeMs: () => number | undefined;
  readonly pools: () => readonly PoolInfo[];
  readonly open: () => Readonly<Record<string, number>>;
  readonly connections: () => number;
  readonly eventStreams: () => number;
  readonly sessions: () => Readonly<Record<'connected' | 'away', number>>;
  readonly messages: () => MessageCounts;
  readonly receivedBytes: () => number;
  readonly sentBytes: () => number;
  readonly commitsWaiting: () => number;
  readonly isWritable: () => boolean;
}

export class HubMetrics {
  readonly requests: RequestMetrics;
  readonly commits: CommitMetrics;
  /** How the process fares by now. */
  readonly pulse: Pulse;
  readonly #metrics = new Metrics();
  readonly #refusals: Family<Value>;
  readonly #endProcess: () => void;

  constructor({ pools, open, ...readings }: Readings) {
    const metrics = this.#metrics;
    this.requests = new RequestMetrics({ metrics, labels: new ServiceLabels(), pools, open });
    this.commits = new CommitMetrics(metrics);
    this.#refusals = metrics.values('conduit_refusals_total');
    this.#read(readings);
    this.pulse = new Pulse(readings.messages);
    this.#endProcess = watchProcess(metrics, this.pulse);
  }

  get contentType(): string {
    return this.#metrics.contentType;
  }

  async text(): Promise<string> {
    return await this.#metrics.text();
  }

  /** Counts what is refused there. */
  refusedAt(where: 'door' | 'handshake' | 'message' | 'http'): (code: string) => void {
    return (code) => this.#refusals.of(where, code).add();
  }

  close(): void {
    this.pulse.close();
    this.#endProcess();
  }

  #read(readings: Omit<Readings, 'pools' | 'open'>): void {
    const { hubId, version, dataDir, sessions } = readings;
    const metrics = this.#metrics;
    metrics.values('conduit_info').of(version, hubId, process.version).now = 1;
    metrics.read('conduit_ready', () => Number(readings.isReady()));
    metrics.read('conduit_probe_duration_seconds', () => {
      const ms = readings.probeMs();
      return ms === undefined ? undefined : ms / 1_000;
    });
    metrics.read('conduit_connections', readings.connections);
    metrics.read('conduit_event_streams', readings.eventStreams);
    const sessionsNow = metrics.values('conduit_sessions');
    metrics.atScrape(() => {
      for (const [state, count] of Object.entries(sessions())) sessionsNow.of(state).now = count;
    });
    metrics.read('conduit_received_messages_total', () => readings.messages().received);
    metrics.read('conduit_sent_messages_total', () => readings.messages().sent);
    metrics.read('conduit_received_bytes_total', readings.receivedBytes);
    metrics.read('conduit_sent_bytes_total', readings.sentBytes);
    metrics.read('conduit_commits_waiting', readings.commitsWaiting);
    metrics.read('conduit_store_writable', () => Number(readings.isWritable()));
    metrics.read('conduit_data_free_bytes', () => (dataDir === undefined ? undefined : freeBytes(dataDir)));
  }
}

/** What whoever runs the hub may still write there; undefined where the system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  return await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}
