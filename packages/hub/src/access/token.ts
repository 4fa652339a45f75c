/** One opaque token: how it is made, told apart and proved. It is shown once; what is kept of it proves it and can't be turned back into it. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isScope } from './scopes.ts';

/** What is kept of a token. */
export interface TokenRecord {
  /** Its public part: it names the token in lists, logs and revocations. */
  readonly id: string;
  /** SHA-256 of the whole token, in hexadecimal digits. Its secret part is random, so that nothing slower is needed. */
  readonly hash: string;
  readonly tenant: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. None: until it is revoked. */
  readonly expiresAt?: string;
}

/** By the first word secret scanners know what they have found; the second is the id. */
const tokenPattern = /^conduit_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const idPattern = /^[0-9a-f]{12}$/;
const hashPattern = /^[0-9a-f]{64}$/;
/** As keys, in messages and in lists: anything that can be seen, and no space. */
const partyPattern = /^[\x21-\x7e]{1,128}$/;
/** More would be a list of services, which is what globs are for. */
const maxScopes = 64;

/** @returns the token itself, which nobody keeps, and what is kept of it. */
export function newToken(said: Omit<TokenRecord, 'id' | 'hash'>): { readonly token: string; readonly record: TokenRecord } {
  const id = randomBytes(6).toString('hex');
  const token = `conduit_${id}_${randomBytes(32).toString('base64url')}`;
  return { token, record: { id, hash: hashOf(token), ...said } };
}

/** The id that a token claims; undefined for what is no token of ours. */
export function idOf(token: string): string | undefined {
  return tokenPattern.exec(token)?.[1];
}

export function proves(token: string, { hash }: TokenRecord): boolean {
  return timingSafeEqual(Buffer.from(hashOf(token)), Buffer.from(hash));
}

/** Whether a tenant or a subject may be called so. */
export function isParty(name: unknown): name is string {
  return typeof name === 'string' && partyPattern.test(name);
}

export function areScopes(scopes: unknown): scopes is readonly string[] {
  return (
    Array.isArray(scopes) && scopes.length <= maxScopes && scopes.every((scope) => typeof scope === 'string' && isScope(scope))
  );
}

/** A record as a file holds it; undefined for what is none. */
export function readRecord(value: unknown): TokenRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, hash, tenant, subject, scopes, createdAt, expiresAt } = value as Record<string, unknown>;
  if (typeof id !== 'string' || !idPattern.test(id) || typeof hash !== 'string' || !hashPattern.test(hash)) return undefined;
  if (!isParty(tenant) || !isParty(subject) || !areScopes(scopes) || !isInstant(createdAt)) return undefined;
  const record = { id, hash, tenant, subject, scopes, createdAt };
  if (expiresAt === undefined) return record;
  return isInstant(expiresAt) ? { ...record, expiresAt } : undefined;
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
