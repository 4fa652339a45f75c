/** `@conduit/sdk/opentelemetry`: spans of requests and of the work on them, by OpenTelemetry's API. Which SDK exports them is the application's matter. */

import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { TracedRequest, TracedSpan, TracedWork, TracedWorkSpan, Tracing } from './connection/tracing.ts';
import { maxTextLength } from './protocol/limits.ts';

/** What the hub carries of a trace: see `trace` in docs/protocol.md. */
const maxTexts = 8;
const maxNameLength = 64;

export interface OpenTelemetryOptions {
  /** Left out, the one that the application has registered. */
  readonly tracerProvider?: TracerProvider;
}

/**
 * A span for each request that is sent, until it has ended, and one for each run of a handler, in one trace over all processes: the hub
 * carries `traceparent`, `tracestate` and `baggage` from one to the other. Attributes follow the conventions for messaging.
 *
 * @example
 * ```ts
 * const tracing = openTelemetry();
 * const conduit = await connect('https://hub.example.org', { tracing });
 * const provider = await serve('greeter', { greet: ({ name }) => `Hello ${name}` }, { tracing });
 * console.log(await conduit.request('greeter', 'greet', { name: 'Ada' }));
 * ```
 */
export function openTelemetry({ tracerProvider = trace }: OpenTelemetryOptions = {}): Tracing {
  // Asked for each time: who registers an SDK later is found all the same.
  const tracer = () => tracerProvider.getTracer('@conduit/sdk');
  return {
    request(request: TracedRequest): TracedSpan {
      const active = context.active();
      // Without a context manager, as in most pages, what came with it says whose part it is.
      const parent = trace.getSpan(active) === undefined ? propagation.extract(active, request.trace) : active;
      const attributes = { ...attributesOf(request, 'request'), 'messaging.operation.type': 'send' };
      const span = tracer().startSpan(`request ${request.service}`, { kind: SpanKind.PRODUCER, attributes }, parent);
      return { trace: carried(request.trace, trace.setSpan(parent, span)), end: ending(span) };
    },
    work(work: TracedWork): TracedWorkSpan {
      const parent = propagation.extract(ROOT_CONTEXT, work.trace);
      const attributes = {
        ...attributesOf(work, 'handle'),
        'messaging.operation.type': 'process',
        'conduit.attempt': work.attempt,
      };
      const span = tracer().startSpan(`handle ${work.service}`, { kind: SpanKind.CONSUMER, attributes }, parent);
      const own = trace.setSpan(parent, span);
      return {
        trace: carried(work.trace, own),
        end: ending(span),
        run: (handler) => context.with(own, handler),
      };
    },
  };
}

function attributesOf({ requestId, service, action, hub }: TracedRequest, operation: string): Attributes {
  const attributes: Attributes = {
    'messaging.system': 'conduit',
    'messaging.operation.name': operation,
    'messaging.destination.name': service,
    'messaging.message.id': requestId,
    'conduit.action': action,
  };
  if (!URL.canParse(hub)) return attributes;
  const { hostname, port } = new URL(hub);
  attributes['server.address'] = hostname;
  if (port !== '') attributes['server.port'] = Number(port);
  return attributes;
}

/** What came, with the context in place of what there was of one. What the hub would refuse stays behind: a trace is not worth a request. */
function carried(came: Readonly<Record<string, string>>, own: Context): Readonly<Record<string, string>> {
  const said: Record<string, string> = {};
  propagation.inject(own, said);
  if (Object.keys(said).length === 0) return came;
  const former = new Set(propagation.fields());
  const entries = [...Object.entries(said), ...Object.entries(came).filter(([name]) => !former.has(name))];
  const fits = entries.filter(([name, text]) => name.length <= maxNameLength && text.length <= maxTextLength);
  return Object.fromEntries(fits.slice(0, maxTexts));
}

function ending(span: Span): (error?: unknown) => void {
  let isOver = false;
  return (error) => {
    if (isOver) return;
    isOver = true;
    if (error !== undefined) fail(span, error);
    span.end();
  };
}

function fail(span: Span, error: unknown): void {
  const message = textIn(error, 'message');
  span.setAttribute('error.type', textIn(error, 'code') ?? textIn(error, 'name') ?? '_OTHER');
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
  if (error instanceof Error) span.recordException(error);
}

function textIn(error: unknown, member: string): string | undefined {
  const text: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, member) : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
