/** Runs one part of the example, its spans on standard output: `main.js stock`, `main.js shop`, both by `main.js serve`, or `main.js ask apple pear`. */

import { connect } from '@conduit/sdk';
import { openTelemetry } from '@conduit/sdk/opentelemetry';
import { trace } from '@opentelemetry/api';
import { serveShop, serveStock } from './services.ts';
import { startTracing } from './tracing.ts';

const [part, ...items] = process.argv.slice(2);
const endTracing = startTracing();
const tracing = openTelemetry();

if (part === 'stock') await (await serveStock({ tracing })).closed;
else if (part === 'shop') await (await serveShop({ tracing })).closed;
else if (part === 'serve')
  await Promise.all(
    (await Promise.all([serveStock({ tracing }), serveShop({ tracing })])).map(async ({ closed }) => await closed),
  );
else if (part === 'ask') await ask();
else {
  process.stderr.write('say which part: stock, shop, serve for both, or ask and what to ask for\n');
  process.exitCode = 2;
}
await endTracing();

/** What an application does in a span of its own is the parent of what it asks for meanwhile. */
async function ask(): Promise<void> {
  const conduit = await connect(undefined, { tracing });
  await trace.getTracer('example').startActiveSpan('checkout', async (span) => {
    const total = await conduit.request('shop', 'total', { items });
    process.stdout.write(`${items.join(' and ')} cost ${String(total)}, trace ${span.spanContext().traceId}\n`);
    span.end();
  });
  conduit.close();
}
