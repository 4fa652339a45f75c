/** Who speaks: every session, service, request and key belongs to a tenant and a subject. What it may do is asked here. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { allows } from './scopes.ts';

export interface Identity {
  readonly tenant: string;
  readonly subject: string;
  /** What it may do: `request:<glob>`, `provide:<glob>`, `observe:<glob>`, `admin`, `operator`. */
  readonly scopes: readonly string[];
  /** The token that proved it, by its id. None: the hub asked for no token. */
  readonly tokenId?: string;
  /** When the token ends; wall clock, milliseconds. None: only its revocation ends it. */
  readonly expiresAt?: number;
}

/** The one identity of a hub without tokens: it may do everything. */
export const localIdentity: Identity = {
  tenant: 'local',
  subject: 'local',
  scopes: ['request:*', 'provide:*', 'observe:*', 'admin', 'operator'],
};

/** Whose is what the hub asks of itself. Nobody else can be of this tenant: a tenant's name has no spaces. */
export const hubTenant = 'the hub';

/** @throws ConduitError `forbidden`, the same whether the service exists or not. */
export function demand(identity: Identity, kind: 'request' | 'provide', service: string): void {
  if (allows(identity.scopes, kind, service)) return;
  const scope = `${kind}:${service}`;
  throw new ConduitError('forbidden', `this token does not allow ${scope}; use one that was created with --scope ${scope}`, {
    details: { scope },
  });
}

/** Whether an identity may follow what others of its tenant asked for. */
export function mayObserve(identity: Identity, service: string): boolean {
  return allows(identity.scopes, 'observe', service) || mayAdminister(identity);
}

/** Whether an identity is told of a service of its tenant: it may use it, serve it or watch it. */
export function mayKnow(identity: Identity, service: string): boolean {
  const { scopes } = identity;
  return allows(scopes, 'request', service) || allows(scopes, 'provide', service) || mayObserve(identity, service);
}

/** Whether it may do within its tenant what only operators of the tenant do: cancel, pause and drain what is others'. */
export function mayAdminister(identity: Identity): boolean {
  return identity.scopes.includes('admin');
}

/** Whether it may follow whatever anybody of its tenant asked for. */
export function mayObserveAll(identity: Identity): boolean {
  return identity.scopes.includes('observe:*') || mayAdminister(identity);
}

/** Whether the hub itself is its matter: what of it concerns no tenant, or all of them. */
export function mayOperate(identity: Identity): boolean {
  return identity.scopes.includes('operator');
}
