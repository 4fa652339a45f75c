/** The one state machine of a request: what a step makes of a record. Pure; every ledger calls it and only makes it atomic. */

import type { RequestRecord } from './record.ts';
import type { Decision, Moment, Step } from './steps.ts';

/** Decides what comes of `step`; changes nothing but the live part of the record. The events are the ledger's to fold and commit. */
export function decide(_record: RequestRecord, _step: Step, _moment: Moment): Decision {
  return { events: [], live: [] };
}
