/** The SDK's connection of this page, opened when the first request is followed or sent: one for all of them, and another for another token. */

import { type Conduit, connect } from '@conduit/sdk';
import { ConduitProvider } from '@conduit/sdk/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { hubUrl } from '../app/place.ts';
import { tokenStore } from './token.ts';

let connection: Promise<Conduit> | undefined;

export async function theConnection(): Promise<Conduit> {
  connection ??= connect(hubUrl.href, {
    token: () => tokenStore.value,
    name: 'dashboard',
    connectTimeoutMs: Number.POSITIVE_INFINITY,
  });
  return await connection;
}

tokenStore.subscribe(() => {
  const former = connection;
  connection = undefined;
  former?.then(
    (conduit) => conduit.close(),
    // It never came to be.
    () => undefined,
  );
});

/** What is in it may use the SDK's hooks; it is there as soon as the connection is. */
export function Connected({ children }: { readonly children: ReactNode }) {
  const { data: conduit } = useQuery({ queryKey: ['connection'], queryFn: theConnection, retry: false });
  return conduit === undefined ? null : <ConduitProvider conduit={conduit}>{children}</ConduitProvider>;
}
