/** OpenTelemetry's SDK for one process: the only file that knows it. Where the spans go is the application's choice. */

import { ConsoleSpanExporter, NodeTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';

/** Registers it as the process's own. @returns sends what is left, and ends it. */
export function startTracing(exporter: SpanExporter = new ConsoleSpanExporter()): () => Promise<void> {
  // In production a batch of spans at a time: BatchSpanProcessor with an exporter for OTLP.
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  // The propagator for `traceparent`, and the context that follows an `await`, come with it.
  provider.register();
  return async () => await provider.shutdown();
}
