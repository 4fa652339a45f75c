/** Every number that `/metrics` tells: its type, its labels, what it says. `docs/operations.md` has a row for each, which a test holds to this. */

interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** Of a histogram: where its buckets end. */
  readonly buckets?: readonly number[];
}

/** From a request that is answered at once to one that works for an hour. Seconds. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600];
const commitSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const commitEvents = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];
const gcSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

export const metricTable = {
  conduit_info: { type: 'gauge', labels: ['version', 'hub_id', 'node'], help: 'Always 1; the labels say what runs.' },
  conduit_ready: { type: 'gauge', labels: [], help: '1 while /readyz says that the hub is ready, else 0.' },
  conduit_probe_duration_seconds: {
    type: 'gauge',
    labels: [],
    help: 'How long the last request took that the hub sent to itself and that came back.',
  },
  conduit_requests_accepted_total: { type: 'counter', labels: ['service'], help: 'Requests that were accepted.' },
  conduit_request_duration_seconds: {
    type: 'histogram',
    labels: ['service', 'state'],
    help: 'From the creation of a request to its end, by its final state; the count is that of all ended ones.',
    buckets: requestSeconds,
  },
  conduit_request_queued_seconds: {
    type: 'histogram',
    labels: ['service'],
    help: 'How long ended requests had waited for a provider, all waits together.',
    buckets: requestSeconds,
  },
  conduit_request_running_seconds: {
    type: 'histogram',
    labels: ['service', 'state'],
    help: "How long the latest attempt of ended requests ran, from the provider's first sign of work.",
    buckets: requestSeconds,
  },
  conduit_requests_open: { type: 'gauge', labels: ['state'], help: 'Requests that have not ended.' },
  conduit_requests_waiting: { type: 'gauge', labels: ['service'], help: 'Requests in the line of a service.' },
  conduit_providers: {
    type: 'gauge',
    labels: ['service', 'state'],
    help: 'Providers in the pool of a service: ready, busy, draining or suspect.',
  },
  conduit_attempts_total: { type: 'counter', labels: ['service'], help: 'Hand-overs of a request to a provider.' },
  conduit_attempts_lost_total: {
    type: 'counter',
    labels: ['service', 'reason'],
    help: 'Hand-overs that came to nothing: provider_lost, provider_deaf or rejected.',
  },
  conduit_providers_lost_total: {
    type: 'counter',
    labels: ['service'],
    help: 'Providers whose connection went although they had not drained.',
  },
  conduit_late_messages_total: {
    type: 'counter',
    labels: ['code'],
    help: "Providers' messages refused by the fence: the request was not theirs any more, or had ended.",
  },
  conduit_refusals_total: {
    type: 'counter',
    labels: ['where', 'code'],
    help: 'What was refused: at the door, at the handshake, as a message, over HTTP.',
  },
  conduit_connections: { type: 'gauge', labels: [], help: 'Sockets that are connected.' },
  conduit_event_streams: { type: 'gauge', labels: [], help: 'Open responses of server-sent events.' },
  conduit_sessions: { type: 'gauge', labels: ['state'], help: 'Sessions: connected, or away and awaited.' },
  conduit_received_messages_total: { type: 'counter', labels: [], help: 'Messages that came over sockets.' },
  conduit_sent_messages_total: { type: 'counter', labels: [], help: 'Messages that were sent over sockets.' },
  conduit_received_bytes_total: { type: 'counter', labels: [], help: 'Bytes read from all connections, whatever they carried.' },
  conduit_sent_bytes_total: { type: 'counter', labels: [], help: 'Bytes written to all connections.' },
  conduit_commit_duration_seconds: {
    type: 'histogram',
    labels: [],
    help: 'How long the store took for a commit.',
    buckets: commitSeconds,
  },
  conduit_commit_events: { type: 'histogram', labels: [], help: 'Events in a commit.', buckets: commitEvents },
  conduit_committed_bytes_total: { type: 'counter', labels: [], help: 'About what the committed payloads and events weigh.' },
  conduit_commit_failures_total: { type: 'counter', labels: [], help: 'Commits that the store did not take.' },
  conduit_commits_waiting: { type: 'gauge', labels: [], help: 'Batches that wait for their commit.' },
  conduit_store_writable: { type: 'gauge', labels: [], help: '1 while the store takes what is committed, else 0.' },
  conduit_data_free_bytes: {
    type: 'gauge',
    labels: [],
    help: 'Free space where the data folder is; nothing where all is kept in memory.',
  },
  process_cpu_user_seconds_total: { type: 'counter', labels: [], help: 'CPU time in user mode.' },
  process_cpu_system_seconds_total: { type: 'counter', labels: [], help: 'CPU time in system mode.' },
  process_start_time_seconds: { type: 'gauge', labels: [], help: 'When the process began, in seconds since 1970.' },
  process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Memory that the process holds.' },
  process_open_fds: { type: 'gauge', labels: [], help: 'Open files and sockets; only on Linux.' },
  process_max_fds: { type: 'gauge', labels: [], help: 'How many files and sockets may be open; only on Linux.' },
  nodejs_heap_size_used_bytes: { type: 'gauge', labels: [], help: "JavaScript's heap in use." },
  nodejs_heap_size_total_bytes: { type: 'gauge', labels: [], help: "JavaScript's heap." },
  nodejs_external_memory_bytes: { type: 'gauge', labels: [], help: 'Buffers and other memory outside the heap.' },
  nodejs_eventloop_lag_p50_seconds: { type: 'gauge', labels: [], help: 'Lag of the loop since the last scrape, the median.' },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Lag of the loop since the last scrape, 99 of 100 below.',
  },
  nodejs_eventloop_lag_max_seconds: { type: 'gauge', labels: [], help: 'Lag of the loop since the last scrape, the longest.' },
  nodejs_gc_duration_seconds: {
    type: 'histogram',
    labels: ['kind'],
    help: 'Garbage collections: minor, major, incremental or weakcb.',
    buckets: gcSeconds,
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricTable;
