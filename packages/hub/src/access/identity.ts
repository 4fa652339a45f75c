/** Who speaks: every session, service, request and key belongs to a tenant and a subject. */

export interface Identity {
  readonly tenant: string;
  readonly subject: string;
  /** What it may do: `request:<glob>`, `provide:<glob>`, `observe:<glob>`, `admin`, `operator`. */
  readonly scopes: readonly string[];
}

/** The one identity of a hub without tokens: it may do everything. */
export const localIdentity: Identity = {
  tenant: 'local',
  subject: 'local',
  scopes: ['request:*', 'provide:*', 'observe:*', 'admin', 'operator'],
};

/** Whether an identity may follow what others of its tenant asked for. */
export function mayObserve(identity: Identity, service: string): boolean {
  return identity.scopes.some((scope) => scope === 'observe:*' || scope === `observe:${service}` || scope === 'admin');
}

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
