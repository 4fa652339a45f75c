/** One connection for the whole page: opened with it, closed with it, and shown while it is not there. */

import { type Conduit, type ConnectionState, connect } from '@conduit/sdk';
import { type ReactNode, useEffect, useState } from 'react';

interface ConnectedProps {
  readonly hub: string;
  readonly children: (conduit: Conduit) => ReactNode;
}

export function Connected({ hub, children }: ConnectedProps): ReactNode {
  const [conduit, setConduit] = useState<Conduit>();
  const [state, setState] = useState<ConnectionState>('connecting');
  const [failure, setFailure] = useState<string>();

  useEffect(() => {
    let isLeft = false;
    let opened: Conduit | undefined;
    const open = async (): Promise<void> => {
      const connection = await connect(hub, { connectTimeoutMs: Number.POSITIVE_INFINITY });
      // The page was left before a hub answered.
      if (isLeft) return connection.close();
      opened = connection;
      setConduit(connection);
      setState(connection.state);
      connection.onState(setState);
    };
    open().catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
    return () => {
      isLeft = true;
      opened?.close();
    };
  }, [hub]);

  return (
    <main>
      <p className="connection" role="status" data-state={failure === undefined ? state : 'closed'}>
        {failure ?? sentences[state]}
      </p>
      {conduit !== undefined && children(conduit)}
    </main>
  );
}

const sentences: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Looking for the hub…',
  connected: 'Connected',
  reconnecting: 'The connection is gone; it comes back by itself…',
  closed: 'The connection is closed',
};
