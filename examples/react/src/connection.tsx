/** How the connection is: it comes back by itself, and somebody who waits should know. */

import type { ConnectionState } from '@conduit/sdk';
import { useConnection } from '@conduit/sdk/react';
import type { ReactNode } from 'react';

export function Connection(): ReactNode {
  const { state, error } = useConnection();
  return (
    <p className="connection" role="status" data-state={state}>
      {error?.message ?? sentences[state]}
    </p>
  );
}

const sentences: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Looking for the hub…',
  connected: 'Connected',
  reconnecting: 'The connection is gone; it comes back by itself…',
  closed: 'The connection is closed',
};
