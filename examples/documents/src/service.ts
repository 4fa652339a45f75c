/** Serves `documents`: joins the steps with the SDK. */

import { type Provider, type ServeOptions, serve } from '@conduit/sdk';
import { documents, steps } from './contract.ts';
import { processDocument } from './process.ts';

/** One thread reads for each: more at once would only wait for each other. */
const capacity = 4;

/** Resolves once the hub knows it. */
export async function serveDocuments(options: ServeOptions = {}): Promise<Provider> {
  return await serve(
    documents,
    {
      async process(payload, context) {
        // Said once for all: each step that is named for the first time later would be declared again.
        context.tasks(steps);
        return await processDocument(payload, context);
      },
    },
    { capacity, ...options },
  );
}
