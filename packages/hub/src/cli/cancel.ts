/** `conduit cancel`: asks for the end of requests; who follows them is told how they ended. */

import { isConduitError } from '@conduit/sdk';
import { atHub, type HubOptions } from './at-hub.ts';
import { exitCodes } from './exit.ts';
import { findRequest } from './find-request.ts';
import { jsonLine } from './wire-lines.ts';

export interface CancelOptions extends HubOptions {
  readonly reason?: string;
}

const sentences = {
  cancelled: 'is cancelled',
  requested: 'is told to stop; its provider has 10 s for that',
  already_finished: 'had ended already',
} as const;

/** @returns the exit code: that of a failure where one of them is not there, or had ended. */
export async function cancel(parts: readonly string[], options: CancelOptions): Promise<number> {
  const ids: string[] = [];
  for (const part of parts) ids.push(await findRequest(part, options));
  const name = 'conduit cancel';
  const all = await atHub(options, { name, note: () => undefined }, async (conduit) => {
    const asked = ids.map(async (id) => ({ id, outcome: await conduit.follow(id).cancel(options.reason) }));
    return await Promise.all(asked.map(async (one, at) => await one.catch((error: unknown) => notThere(ids[at], error))));
  });
  for (const { id = '', outcome } of all) {
    if (options.json === true) process.stdout.write(jsonLine({ request_id: id, outcome }));
    else if (outcome === 'request_not_found') process.stderr.write(`conduit: there is no request ${id}\n`);
    else process.stdout.write(`${id} ${sentences[outcome]}\n`);
  }
  const isDone = all.every(({ outcome }) => outcome === 'cancelled' || outcome === 'requested');
  return exitCodes[isDone ? 'completed' : 'failed'].code;
}

/** One that is not there does not keep the others from being cancelled. */
function notThere(
  id: string | undefined,
  error: unknown,
): { readonly id: string | undefined; readonly outcome: 'request_not_found' } {
  if (!isConduitError(error, 'request_not_found')) throw error;
  return { id, outcome: 'request_not_found' };
}
