/** How the connection is. */

import { useCallback, useSyncExternalStore } from 'react';
import type { ConnectionState } from '../connection/connection.ts';
import type { ConduitError } from '../protocol/errors.ts';
import { useConduit } from './provider.ts';

export interface ConnectionView {
  /** `connecting` and `reconnecting` become `connected` by themselves; `closed` stays. */
  readonly state: ConnectionState;
  /** Why it is closed: the hub's refusal, such as `unauthenticated`, or `closed`. */
  readonly error: ConduitError<string> | undefined;
}

/** How the connection of this tree is, as it changes. */
export function useConnection(): ConnectionView {
  const conduit = useConduit();
  const subscribe = useCallback((onChange: () => void) => conduit.onState(onChange), [conduit]);
  const state = useSyncExternalStore(
    subscribe,
    () => conduit.state,
    () => 'connecting' as const,
  );
  return { state, error: state === 'closed' ? conduit.closedBy : undefined };
}
