/** `/metrics`: the numbers of the whole hub, for its operators. What they are is counted elsewhere. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Hono } from 'hono';
import { mayOperate } from '../access/identity.ts';
import { type CallerParts, demandOrigin, identityOf } from './caller.ts';
import type { StreamEnv } from './event-streams.ts';

/** What `/metrics` answers with. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export function addMetricsRoute(
  app: Hono<StreamEnv>,
  { metrics, ...caller }: CallerParts & { readonly metrics: MetricsText },
): void {
  app.get('/metrics', async (context) => {
    demandOrigin(caller, context);
    if (!mayOperate(await identityOf(caller, context))) {
      throw new ConduitError('forbidden', 'metrics are of the whole hub; use a token with the scope operator');
    }
    return context.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType });
  });
}
