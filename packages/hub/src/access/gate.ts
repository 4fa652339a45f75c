/** Who may come in: whoever has a token, or anybody while there is none. What a token opened closes when it ends. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { type Identity, localIdentity } from './identity.ts';
import type { SignedTokens } from './signed-tokens.ts';
import { idOf, proves, type TokenRecord } from './token.ts';
import { readTokens, versionOf } from './token-file.ts';

/** What is new or revoked counts within this time, and a little. */
const lookMs = 250;
/** A JWT with many claims has some kilobytes. */
const maxTokenLength = 8 * 1024;

/** What somebody shows of himself. */
export interface Credentials {
  readonly token?: string;
}

interface GateParts {
  /** Where the hub's own tokens are; undefined: nowhere. */
  readonly tokenFile: string | undefined;
  /** Undefined: nobody else's tokens count. */
  readonly signed: SignedTokens | undefined;
  /** Wall clock, milliseconds: when a token ends is told in it. */
  readonly now: () => number;
  readonly log: { error(fields: object, sentence: string): void; info(fields: object, sentence: string): void };
}

interface Known {
  readonly record: TokenRecord;
  readonly identity: Identity;
}

interface Held {
  readonly identity: Identity;
  readonly end: () => void;
}

export class Gate {
  readonly #parts: GateParts;
  readonly #held = new Set<Held>();
  #known: ReadonlyMap<string, Known> = new Map();
  #version: string | undefined;
  #asksForToken: boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @throws TokenFileError when the file is there and can't be read: a hub that can't know its tokens lets nobody in. */
  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#asksForToken = parts.signed !== undefined;
    this.#read();
  }

  /** Follows the file from now on. */
  start(): void {
    this.#timer = setInterval(() => this.look(), lookMs);
  }

  /** Once true it stays true while the hub runs: a file that is gone, or has no token left, opens nothing. */
  get asksForToken(): boolean {
    return this.#asksForToken;
  }

  /** How many tokens of its own the hub knows. */
  get tokenCount(): number {
    return this.#known.size;
  }

  /** @throws ConduitError `unauthenticated`; `details.reason` says whether it is missing, unknown, expired or invalid. */
  authenticate({ token }: Credentials): Identity | Promise<Identity> {
    if (!this.#asksForToken) this.#readOn();
    if (!this.#asksForToken) return localIdentity;
    if (token === undefined || token === '') {
      throw unauthenticated('missing', 'this hub asks for a token: give it as auth: { token }, or as Authorization: Bearer');
    }
    if (token.length > maxTokenLength) throw unauthenticated('invalid', `a token has at most ${maxTokenLength} characters`);
    const id = idOf(token);
    if (id === undefined && this.#parts.signed !== undefined) return this.#parts.signed.verify(token);
    const known = id === undefined ? undefined : this.#find(id);
    if (known === undefined || !proves(token, known.record)) {
      throw unauthenticated('unknown', 'this hub does not know the token: it was revoked, or belongs to another hub');
    }
    if (this.#hasExpired(known.identity)) {
      throw unauthenticated('expired', `the token ${known.record.id} ended at ${known.record.expiresAt}; ask for a new one`);
    }
    return known.identity;
  }

  /**
   * Runs `end` once when what proved the identity is worth nothing any more: revoked, changed, expired, or none where one is
   * asked for by now. @returns what stops waiting for that.
   */
  hold(identity: Identity, end: () => void): () => void {
    const held = { identity, end };
    this.#held.add(held);
    return () => void this.#held.delete(held);
  }

  /** Looks at the file and at the clock. Linear in what is held, at some nanoseconds each. */
  look(): void {
    this.#readOn();
    let ended = 0;
    for (const held of this.#held) {
      if (this.#isGood(held.identity)) continue;
      this.#held.delete(held);
      ended += 1;
      held.end();
    }
    if (ended > 0) this.#parts.log.info({ ended }, 'connections were closed: their tokens have ended');
  }

  close(): void {
    clearInterval(this.#timer);
    this.#held.clear();
  }

  /** A token that was made this moment is one: its file is looked at before it is refused. */
  #find(id: string): Known | undefined {
    if (!this.#known.has(id)) this.#readOn();
    return this.#known.get(id);
  }

  #readOn(): void {
    try {
      this.#read();
    } catch (error) {
      // What was known still counts: a slip of the hand in an editor should not cut everybody off.
      this.#parts.log.error({ err: error }, 'the tokens can not be read; those known before still count');
    }
  }

  #read(): void {
    const { tokenFile, log } = this.#parts;
    if (tokenFile === undefined) return;
    const version = versionOf(tokenFile);
    if (version === this.#version) return;
    this.#version = version;
    const records = readTokens(tokenFile);
    if (records !== undefined && !this.#asksForToken) {
      this.#asksForToken = true;
      log.info({ tokens: records.length }, 'this hub asks for a token');
    }
    this.#known = new Map((records ?? []).map((record) => [record.id, this.#remember(record)]));
  }

  /** A token that stands as it stood is the same identity; one that was changed is another, and closes what it had opened. */
  #remember(record: TokenRecord): Known {
    const before = this.#known.get(record.id);
    if (before !== undefined && JSON.stringify(before.record) === JSON.stringify(record)) return before;
    const { id, tenant, subject, scopes, expiresAt } = record;
    const identity = { tenant, subject, scopes, tokenId: id };
    return { record, identity: expiresAt === undefined ? identity : { ...identity, expiresAt: Date.parse(expiresAt) } };
  }

  #isGood(identity: Identity): boolean {
    if (!this.#asksForToken) return true;
    if (identity.tokenId === undefined || this.#hasExpired(identity)) return false;
    return isSigned(identity) || this.#known.get(identity.tokenId)?.identity === identity;
  }

  #hasExpired({ expiresAt }: Identity): boolean {
    return expiresAt !== undefined && this.#parts.now() >= expiresAt;
  }
}

/** The ids of the hub's own tokens have no colon in them. */
function isSigned({ tokenId }: Identity): boolean {
  return tokenId?.includes(':') === true;
}

function unauthenticated(reason: 'missing' | 'unknown' | 'expired' | 'invalid', message: string): ConduitError {
  return new ConduitError('unauthenticated', message, { details: { reason } });
}
