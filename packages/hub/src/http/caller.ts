/** Who asks over HTTP: a page that may, and a token that is known. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import type { Context } from 'hono';
import type { Identity } from '../access/identity.ts';
import type { Visit } from '../access/origins.ts';

export interface CallerParts {
  /** @throws ConduitError `unauthenticated` */
  readonly authenticate: (credentials: { readonly token?: string }) => Identity | Promise<Identity>;
  /** Whether a page may ask at all; what is no page says no origin. */
  readonly admits: (visit: Visit) => boolean;
}

/** @throws ConduitError `forbidden` for a page that may not ask. */
export function demandOrigin({ admits }: CallerParts, context: Context): void {
  const { origin, host } = context.req.header();
  const localAddress: string | undefined = context.env?.incoming?.socket.localAddress;
  if (admits({ origin, host, localAddress })) return;
  throw new ConduitError('forbidden', 'pages of this origin may not ask this hub; its log names the flag that would let them');
}

/** @throws ConduitError `unauthenticated` */
export async function identityOf({ authenticate }: CallerParts, context: Context): Promise<Identity> {
  return await authenticate(credentialsOf(context.req.header('authorization')));
}

function credentialsOf(authorization: string | undefined): { token?: string } {
  if (authorization === undefined) return {};
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new ConduitError('unauthenticated', 'Authorization must be Bearer and a token');
  return { token };
}
