/** What makes spans of requests and of the work on them. The SDK knows when they begin and end; whose spans they are is not its matter. */

export interface TracedRequest {
  readonly requestId: string;
  readonly service: string;
  readonly action: string;
  /** Its address. */
  readonly hub: string;
  /** What came with it: from the caller's options, or over the wire. */
  readonly trace: Readonly<Record<string, string>>;
}

export interface TracedWork extends TracedRequest {
  /** 1 for the first hand-over. */
  readonly attempt: number;
}

export interface TracedSpan {
  /** What travels on: to the provider, or to the requests that a handler sends. At most 8 texts. */
  readonly trace: Readonly<Record<string, string>>;
  /** It is over; said again, it is nothing. @param error what it ended with; left out: all is well. */
  end(error?: unknown): void;
}

export interface TracedWorkSpan extends TracedSpan {
  /** Runs the handler where its span is the current one. */
  run<Value>(work: () => Value): Value;
}

/** Give `connect` or `serve` one as `tracing`: `openTelemetry()` of `@conduit/sdk/opentelemetry`, or your own. */
export interface Tracing {
  request(request: TracedRequest): TracedSpan;
  work(work: TracedWork): TracedWorkSpan;
}
