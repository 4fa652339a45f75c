/** Work for the dashboard to show: services of every kind of luck, and requests of every state that stand still until a test says otherwise. */

import { type LooseHandlers, ServiceError } from '@conduit/sdk';
import { aConduit, aGate, aProvider } from '../support/sdk.ts';

/** One transparent pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export interface Work {
  /** One of each state; `failed` is of `documents`, all others of `brightwrapper`. */
  readonly ids: Readonly<Record<'completed' | 'failed' | 'running' | 'queued' | 'cancelled', string>>;
  /** Lets what is running come to its end, and all that waits for it. */
  goOn(): void;
}

/** `brightwrapper` draws with tasks, one at a time; `documents` fails; `nightly` is known but has no provider, and somebody waits for it. */
export async function someWork(url: string): Promise<Work> {
  const gate = aGate();
  const brightwrapper: LooseHandlers = {
    async 'generate-infographics'({ article }: { readonly article: string }, ctx) {
      ctx.tasks([
        { taskId: 'read', title: 'Read the page' },
        { taskId: 'draw', title: 'Draw', weight: 3 },
      ]);
      ctx.task('read').done({ words: 812 });
      ctx.task('draw').progress(0.5, 'half of the sheet');
      await ctx.chunk('It was a dark and stormy night.\n');
      if (article === 'held') await gate.opened;
      ctx.task('draw').done();
      return { title: `About ${article} <b>&</b>`, picture };
    },
  };
  await aProvider(url, brightwrapper, { service: 'brightwrapper', capacity: 1, name: 'press 1' });
  const documents: LooseHandlers = {
    process: () => {
      throw new ServiceError('no_pages', 'the document <b>has</b> no pages', { details: { pages: 0 } });
    },
  };
  await aProvider(url, documents, { service: 'documents', capacity: 4 });
  const nightly = await aProvider(url, { sweep: () => null }, { service: 'nightly' });
  const conduit = await aConduit(url, { name: 'storefront' });
  const ask = (article: string) => {
    const request = conduit.request('brightwrapper', 'generate-infographics', { article }, { tags: ['user-42', article] });
    // How each ends is for the page to tell.
    request.catch(() => undefined);
    return request;
  };

  const completed = ask('tides');
  await completed;
  const failed = conduit.request('documents', 'process', {});
  await failed.catch(() => undefined);
  const running = ask('held');
  for await (const event of running) if (event.type === 'chunk') break;
  const [queued, cancelled] = [ask('held too'), ask('not wanted')];
  for (const request of [queued, cancelled]) for await (const event of request) if (event.type === 'waiting') break;
  await cancelled.cancel('not wanted');
  nightly.close();
  const waiting = conduit.request('nightly', 'sweep', {}, { startTimeoutMs: 600_000 });
  waiting.catch(() => undefined);
  for await (const event of waiting) if (event.type === 'waiting') break;
  return {
    ids: { completed: completed.id, failed: failed.id, running: running.id, queued: queued.id, cancelled: cancelled.id },
    goOn: gate.open,
  };
}
