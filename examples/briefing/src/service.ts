/** Serves `briefing`: joins the job with the SDK. */

import { type Provider, type ServeOptions, serve } from '@conduit/sdk';
import { briefing } from './contract.ts';
import { prepare } from './prepare.ts';

/** It only waits for others. */
const capacity = 32;

/** Resolves once the hub knows it. */
export async function serveBriefing(options: ServeOptions = {}): Promise<Provider> {
  return await serve(
    briefing,
    { prepare: async (payload, context) => await prepare(payload, context) },
    { capacity, ...options },
  );
}
