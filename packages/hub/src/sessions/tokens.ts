/** Signed names of sessions: whoever shows one may be that session again, on any hub that has the key. Nothing of them is stored. */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Identity } from '../access/identity.ts';

/** `pid` is what stock clients give back by themselves; `token` is what `register` answers and `resume` takes. */
type Purpose = 'pid' | 'token';

export interface SignedSession {
  readonly sessionId: string;
  readonly generation: number;
}

const maxLength = 256;

export class SessionTokens {
  readonly #secret: Uint8Array;

  /** @param secret the hub's own key, at least 32 bytes. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  sign(purpose: Purpose, { sessionId, generation }: SignedSession, identity: Identity): string {
    const head = `${sessionId}.${generation}`;
    return `${head}.${this.#mac(purpose, head, identity)}`;
  }

  /** The session that the text names, if this key signed it for this purpose and identity. */
  read(purpose: Purpose, text: unknown, identity: Identity): SignedSession | undefined {
    if (typeof text !== 'string' || text.length > maxLength) return undefined;
    const [sessionId, generation, mac, ...rest] = text.split('.');
    if (sessionId === undefined || generation === undefined || mac === undefined || rest.length > 0) return undefined;
    const expected = Buffer.from(this.#mac(purpose, `${sessionId}.${generation}`, identity));
    const given = Buffer.from(mac);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return { sessionId, generation: Number(generation) };
  }

  /** The scopes are signed too: a session keeps following and serving, and comes back only to whoever may still do all that. */
  #mac(purpose: Purpose, head: string, { tenant, subject, scopes }: Identity): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([purpose, head, tenant, subject, [...new Set(scopes)].sort()]))
      .digest('base64url');
  }
}
