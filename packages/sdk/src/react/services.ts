/** Which services there are. */

import { useEffect, useState } from 'react';
import type { ConduitError } from '../protocol/errors.ts';
import type { ServiceInfo } from '../protocol/events.ts';
import { useConduit } from './provider.ts';

export interface ServicesView {
  /** By name; undefined until the hub has told them. */
  readonly data: readonly ServiceInfo[] | undefined;
  /** Why they can't be told. */
  readonly error: ConduitError<string> | undefined;
}

const unknown: ServicesView = { data: undefined, error: undefined };

/** The services that this token may see, with their providers and what waits, as they change. */
export function useServices(): ServicesView {
  const conduit = useConduit();
  const [view, setView] = useState(unknown);
  useEffect(() => {
    let isLeft = false;
    const loop = conduit.watchServices();
    const read = async (): Promise<void> => {
      try {
        for await (const data of loop) if (!isLeft) setView({ data, error: undefined });
      } catch (error) {
        if (!isLeft) setView(({ data }) => ({ data, error: error as ConduitError<string> }));
      }
    };
    void read();
    return () => {
      isLeft = true;
      void loop.return();
      setView(unknown);
    };
  }, [conduit]);
  return view;
}
