/** Who sees which request, and who may act on it. To anybody else it does not exist: the answer has the bytes of one about an id that never was. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { type Identity, mayAdminister, mayObserve } from '../access/identity.ts';
import type { Origin } from './record.ts';

/** A session is one subject's for as long as it lasts: whoever sent a request is of its subject. */
type Whose = Pick<Origin, 'tenant' | 'subject' | 'to'>;

export function maySee(identity: Identity, { tenant, subject, to }: Whose): boolean {
  return tenant === identity.tenant && (subject === identity.subject || mayObserve(identity, to));
}

export function mayActOn(identity: Identity, { tenant, subject }: Whose): boolean {
  return tenant === identity.tenant && (subject === identity.subject || mayAdminister(identity));
}

export function notFound(requestId: string): ConduitError {
  return new ConduitError('request_not_found', `there is no request ${requestId}`);
}

/** Of a request that others hold, and of none. */
export function notHeld(requestId: string): ConduitError {
  return new ConduitError('not_assigned', `this connection does not hold ${requestId}`);
}
