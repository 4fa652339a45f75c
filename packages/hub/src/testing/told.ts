/** Events as somebody who follows a request is told them, with only what a test cares about said. */

import type { FollowedEvent } from '@conduit/sdk';

type Type = FollowedEvent['type'];
type Event<Name extends Type> = Extract<FollowedEvent, { readonly type: Name }>;
type Stamp = Pick<Event<'running'>, 'seq' | 'attempt' | 'at' | 'overall'>;

/** Of attempt 1, unless it says so. */
export function told<Name extends Type>(type: Name, said: Omit<Event<Name>, keyof Stamp | 'type'> & Partial<Stamp>): Event<Name>;
export function told(type: Type, said: object): object {
  return { type, seq: 1, attempt: 1, at: 0, overall: 0, ...said };
}
