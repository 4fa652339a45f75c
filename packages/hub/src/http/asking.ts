/** Asks routing once and waits for its answer: what an HTTP call is, where a socket would send a message. */

import type { RequestObject } from '@conduit/sdk/protocol/events';
import type { Get } from '@conduit/sdk/protocol/messages';
import type { Identity } from '../access/identity.ts';
import type { Body } from '../routing/body.ts';
import { Peer } from '../routing/peer.ts';
import type { Reply } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';

/** Resolves with the answer, or rejects with the refusal. */
export async function answerTo<Value>(ask: (reply: Reply<Value>) => void): Promise<Value> {
  return await new Promise((resolve, reject) => ask({ ok: resolve, refuse: reject }));
}

/** Somebody who asks once: no session, so nothing has to be forgotten afterwards. @param sessionId where it is told to others. */
export function visitor(identity: Identity, sessionId = ''): Peer {
  return new Peer(sessionId, identity);
}

export async function readRequest(router: Router, identity: Identity, message: Get): Promise<RequestObject<Body>> {
  return await answerTo((reply) => router.get(visitor(identity), message, reply));
}
