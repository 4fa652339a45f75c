/** The connection of a tree of components: given, or opened and closed with the tree. */

import { createContext, createElement, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { Conduit } from '../client/conduit.ts';
import { openable } from '../client/opening.ts';
import type { ConnectionOptions } from '../connection/connection.ts';

export type ConduitProviderProps = { readonly children?: ReactNode } & (
  | {
      /** A connection of your own: you close it. */
      readonly conduit: Conduit;
    }
  | {
      readonly conduit?: undefined;
      /** Where the hub is; left out, where `connect` looks. Another one closes the connection and opens another. */
      readonly url?: string | undefined;
      /** As `connect` takes them, read when the connection is opened. */
      readonly options?: ConnectionOptions;
    }
);

const Given = createContext<Conduit | undefined>(undefined);

/**
 * Gives the components in it a connection to a hub. One that it opens waits for the hub as long as it takes, comes back by itself, and is
 * closed when the provider goes.
 *
 * @example
 * ```tsx
 * <ConduitProvider url="https://hub.example.org">
 *   <App />
 * </ConduitProvider>
 * ```
 */
export function ConduitProvider(props: ConduitProviderProps): ReactNode {
  if (props.conduit !== undefined) return createElement(Given.Provider, { value: props.conduit }, props.children);
  return createElement(Opening, { url: props.url, options: props.options ?? {} }, props.children);
}

interface OpeningProps {
  readonly url: string | undefined;
  readonly options: ConnectionOptions;
  readonly children?: ReactNode;
}

function Opening({ url, options, children }: OpeningProps): ReactNode {
  // Made before it is opened: the components in it ask from their first render on, and a server's render opens nothing.
  const [made, setMade] = useState(() => ({ url, ...openable(url, options) }));
  const latest = useRef(options);
  const opened = useRef<Conduit>(undefined);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    // Strict mode leaves and is back at once: what the components in it have begun goes on.
    clearTimeout(leaving.current);
    if (made.url !== url || made.conduit.state === 'closed') {
      made.conduit.close();
      return setMade({ url, ...openable(url, latest.current) });
    }
    // Why it failed is its state: `useConnection` tells.
    if (opened.current !== made.conduit) made.open(Number.POSITIVE_INFINITY, { waitsForHub: true }).catch(() => undefined);
    opened.current = made.conduit;
    return () => {
      leaving.current = setTimeout(() => made.conduit.close());
    };
  }, [made, url]);
  return createElement(Given.Provider, { value: made.conduit }, children);
}

/**
 * The connection of this tree, for what the hooks don't do.
 * @throws Error outside of a `ConduitProvider`.
 */
export function useConduit(): Conduit {
  const conduit = useContext(Given);
  if (conduit === undefined) throw new Error('there is no connection here: put the component into a <ConduitProvider>');
  return conduit;
}
