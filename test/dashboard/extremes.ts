/** Work that is larger than the examples': long names, many steps, many children, much output, a failure with details, a worker that is silent. */

import { setTimeout as delay } from 'node:timers/promises';
import { type Conduit, type LooseHandlers, ServiceError, serve } from '@conduit/sdk';

const service = 'customer-data-enrichment-and-normalization-pipeline';
const name = 'the-enrichment-and-normalization-worker-of-eu-central-1a';
const batches = 16;

const handlers: LooseHandlers = {
  /** Short steps, and one that takes longer than all of them. */
  async steps(_, ctx) {
    const titles = Array.from({ length: batches }, (__, n) => `Reconcile batch ${n + 1} with the registry of companies`);
    ctx.tasks([
      ...titles.map((title, n) => ({ taskId: `batch-${n}`, title })),
      { taskId: 'long', title: 'Wait for the registry to answer' },
      { taskId: 'never', title: 'Send the letters, if there are any' },
    ]);
    for (let n = 0; n < batches; n += 1) {
      ctx.task(`batch-${n}`).progress(0.5);
      await delay(40);
      ctx.task(`batch-${n}`).done();
    }
    ctx.task('long').progress(0.3, 'asked, not answered');
    await delay(8_000);
    ctx.task('long').done();
    ctx.task('never').skip();
    return { batches };
  },
  async fan(_, ctx) {
    ctx.tasks([
      { taskId: 'ask', title: 'Ask everybody' },
      { taskId: 'gather', title: 'Gather' },
    ]);
    const ask = ctx.task('ask');
    ask.progress(0);
    const prompts = Array.from({ length: 14 }, (__, n) => `Is it so? ${n}`);
    await Promise.all(prompts.map(async (prompt) => await ctx.request('llm', 'chat', { prompt }, { taskId: 'ask' })));
    ask.done();
    ctx.task('gather').done();
    return { n: prompts.length };
  },
  list: () => Array.from({ length: 200 }, (_, n) => ({ id: n, name: `row ${n}`, tags: ['a', 'b'], at: { x: n, y: -n } })),
  async talk(_, ctx) {
    for (let line = 1; line <= 3_000; line += 1) await ctx.chunk(`Line ${line} of many, none of which is of any interest.\n`);
    return 'said';
  },
  fail() {
    throw new ServiceError(
      'upstream_unavailable',
      `The registry answered 503 after 3 tries: ${'a long reason follows; '.repeat(12)}`,
      {
        details: { status: 503, tries: 3, url: 'https://registry.example/companies', headers: { 'retry-after': '120' } },
        retryable: true,
      },
    );
  },
};

/** @param signal ends the service. @returns the addresses of what came of it. */
export async function extremes(url: string, conduit: Conduit, signal: AbortSignal): Promise<Record<string, string>> {
  await serve(service, handlers, { hub: url, name, capacity: 16, signal, handlesSignals: false, log: () => undefined });
  const asked = Object.entries({
    'request-steps': 'steps',
    'request-fan': 'fan',
    'request-large': 'list',
    'request-long': 'talk',
    'request-failure': 'fail',
  }).map(([picture, action]) => [picture, conduit.request(service, action, {}, { tags: ['extreme'] })] as const);
  await Promise.allSettled(asked.map(([, request]) => request));
  return Object.fromEntries(asked.map(([picture, request]) => [picture, `requests/${request.id}`]));
}
