/** The example over a real hub: one trace from whoever asks, through a worker, to the worker that it asks. */

import { createTestHub } from '@conduit/hub/testing';
import { type Conduit, connect, type ServeOptions } from '@conduit/sdk';
import { openTelemetry } from '@conduit/sdk/opentelemetry';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveShop, serveStock } from './services.ts';
import { startTracing } from './tracing.ts';

/** Keeps the spans that have ended, and says so. */
class Spans extends InMemorySpanExporter {
  #waiting: (() => void)[] = [];

  override export(...exported: Parameters<InMemorySpanExporter['export']>): void {
    super.export(...exported);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** So many by their names, of which each is there once. A handler's may end a moment after the requester has its result. */
  async first(count: number): Promise<ReadonlyMap<string, ReadableSpan>> {
    while (this.getFinishedSpans().length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    expect(this.getFinishedSpans()).toHaveLength(count);
    return new Map(this.getFinishedSpans().map((span) => [span.name, span]));
  }
}

let exporter: Spans;
const leaving: (() => unknown)[] = [];
let url: string;
let conduit: Conduit;

beforeEach(async () => {
  exporter = new Spans();
  leaving.push(startTracing(exporter));
  const hub = await createTestHub();
  leaving.push(() => hub.close());
  url = hub.url;
  const tracing = openTelemetry();
  const options: ServeOptions = { hub: url, tracing, handlesSignals: false, log: () => undefined };
  const providers = [await serveStock(options), await serveShop(options)];
  for (const provider of providers) leaving.push(() => provider.close());
  conduit = await connect(url, { tracing });
  leaving.push(() => conduit.close());
});

afterEach(async () => {
  for (const leave of leaving.splice(0).reverse()) await leave();
  for (const api of [trace, context, propagation]) api.disable();
});

function parentOf(span: ReadableSpan | undefined): string | undefined {
  return span?.parentSpanContext?.spanId;
}

function idOf(span: ReadableSpan | undefined): string | undefined {
  return span?.spanContext().spanId;
}

test('a request, the worker on it, its own request and the worker on that are one trace, each the child of the one before', async () => {
  const total = await trace.getTracer('test').startActiveSpan('checkout', async (span) => {
    const asked = await conduit.request('shop', 'total', { items: ['pear'] });
    span.end();
    return asked;
  });
  expect(total).toBe(0.5);
  const found = await exporter.first(5);
  const chain = ['checkout', 'request shop', 'handle shop', 'request stock', 'handle stock'].map((name) => found.get(name));
  expect(new Set(chain.map((span) => span?.spanContext().traceId)).size).toBe(1);
  for (const [at, span] of chain.entries()) expect(parentOf(span), span?.name).toBe(at === 0 ? undefined : idOf(chain[at - 1]));
  const [, sent, handled, child] = chain;
  expect([sent?.kind, handled?.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
  expect(sent?.attributes).toEqual({
    'messaging.system': 'conduit',
    'messaging.operation.name': 'request',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'shop',
    'messaging.message.id': expect.any(String),
    'conduit.action': 'total',
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(url).port),
  });
  expect(handled?.attributes).toMatchObject({
    'messaging.operation.name': 'handle',
    'messaging.operation.type': 'process',
    'messaging.message.id': sent?.attributes['messaging.message.id'],
    'conduit.attempt': 1,
  });
  expect(child?.attributes['messaging.message.id']).not.toBe(sent?.attributes['messaging.message.id']);
});

test('what failed is told at each of the spans that it failed, with its code', async () => {
  await expect(conduit.request('shop', 'total', { items: ['plum'] })).rejects.toThrow('there are no "plum" here');
  const found = await exporter.first(4);
  for (const name of ['request shop', 'handle shop', 'request stock', 'handle stock']) {
    expect(found.get(name)?.status, name).toEqual({ code: SpanStatusCode.ERROR, message: 'there are no "plum" here' });
    expect(found.get(name)?.attributes['error.type'], name).toBe('unknown_item');
  }
});

test('a trace that began elsewhere is continued, and what the hub would refuse stays behind', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const came = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tenant: 'acme' };
  // A context manager is what a page has none of: the trace goes on all the same.
  context.disable();
  await conduit.request('shop', 'total', { items: [] }, { trace: came });
  const found = await exporter.first(2);
  expect(parentOf(found.get('request shop'))).toBe('b7ad6b7169203331');
  expect(found.get('handle shop')?.spanContext().traceId).toBe(traceId);
  expect(parentOf(found.get('handle shop'))).toBe(idOf(found.get('request shop')));

  const baggage = propagation.createBaggage({ note: { value: 'x'.repeat(2_000) } });
  const span = openTelemetry().work({ requestId: '1', service: 's', action: 'a', hub: url, attempt: 1, trace: came });
  const said = span.run(() => span.trace);
  expect(said).toEqual({ traceparent: expect.stringContaining(traceId), tenant: 'acme' });
  span.end();
  const large = propagation.setBaggage(context.active(), baggage);
  const carrier: Record<string, string> = {};
  propagation.inject(large, carrier);
  expect(carrier['baggage']?.length).toBeGreaterThan(1_024);
  const sent = openTelemetry().request({ requestId: '2', service: 's', action: 'a', hub: url, trace: carrier });
  expect(Object.keys(sent.trace)).toEqual(['traceparent']);
  sent.end();
});

test('without an SDK nothing is made, and what came is carried as it came', async () => {
  for (const api of [trace, context, propagation]) api.disable();
  const came = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  expect(openTelemetry().request({ requestId: '1', service: 's', action: 'a', hub: url, trace: came }).trace).toBe(came);
  expect(await conduit.request('shop', 'total', { items: ['apple', 'pear'] })).toBe(0.9);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
