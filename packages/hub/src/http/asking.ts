/** Asks routing once and waits for its answer: what an HTTP call is, where a socket would send a message. */

import type { Identity } from '../access/identity.ts';
import { Peer } from '../routing/peer.ts';
import type { Reply } from '../routing/ports.ts';

/** Resolves with the answer, or rejects with the refusal. */
export async function answerTo<Value>(ask: (reply: Reply<Value>) => void): Promise<Value> {
  return await new Promise((resolve, reject) => ask({ ok: resolve, refuse: reject }));
}

/** Somebody who only looks: no session, so nothing has to be forgotten afterwards. */
export function visitor(identity: Identity): Peer {
  return new Peer('', identity);
}
