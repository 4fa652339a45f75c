/** Serves `documents`: joins the steps with the SDK. */

import { type Provider, type ServeOptions, serve } from '@conduit/sdk';
import { documents } from './contract.ts';
import { processDocument } from './process.ts';

/** One thread reads for each: more at once would only wait for each other. */
const capacity = 4;

/** Resolves once the hub knows it. */
export async function serveDocuments(options: ServeOptions = {}): Promise<Provider> {
  return await serve(
    documents,
    {
      // The hub declares the contract's steps as it hands a request over.
      process: processDocument,
    },
    { capacity, ...options },
  );
}
