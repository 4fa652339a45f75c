/** JWTs that others signed: proved by keys that were configured with one algorithm each, and read as an identity. */

import { createHash, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Identity } from './identity.ts';
import { isScope } from './scopes.ts';
import { areScopes, isParty } from './token.ts';

const algorithms = ['HS256', 'RS256', 'EdDSA'] as const;
type Algorithm = (typeof algorithms)[number];

/** What the clocks of two machines may differ by, seconds. */
const clockToleranceS = 5;
/** A shorter one can be found by trying (RFC 7518, 3.2). */
const minSecretBytes = 32;
const minRsaBits = 2_048;
/** Each costs a verification of a token that no key made. */
const maxKeys = 16;

interface SignedTokensParts {
  /** Each an algorithm and a file, such as `RS256:/etc/conduit/issuer.pem`. */
  readonly keys: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

interface Key {
  readonly algorithm: Algorithm;
  /** As the issuer names it; a token that names one is proved by no other. */
  readonly kid: string | undefined;
  readonly key: KeyObject;
}

export class SignedTokens {
  readonly #parts: SignedTokensParts;
  readonly #keys: readonly Key[];

  /** @throws Error with one sentence for people, when a key can't be used. */
  constructor(parts: SignedTokensParts) {
    this.#parts = parts;
    this.#keys = parts.keys.flatMap(readKeys);
    if (this.#keys.length > maxKeys)
      throw new Error(`${this.#keys.length} JWT keys are more than the ${maxKeys} that a hub tries`);
  }

  /** @throws ConduitError `unauthenticated` */
  async verify(token: string): Promise<Identity> {
    const { issuer, audience, now } = this.#parts;
    let refusal: unknown;
    for (const { key, algorithm } of this.#candidates(token)) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          currentDate: new Date(now()),
          clockTolerance: clockToleranceS,
          requiredClaims: ['exp', 'sub', 'tenant'],
        });
        return identityOf(payload, token);
      } catch (error) {
        refusal = error;
        // Only a signature that does not fit may fit another key.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw unauthenticated(refusal);
  }

  #candidates(token: string): readonly Key[] {
    try {
      const { alg, kid } = decodeProtectedHeader(token);
      return this.#keys.filter((key) => key.algorithm === alg && (kid === undefined || key.kid === undefined || key.kid === kid));
    } catch {
      // It is no JWT, and no token of this hub either.
      return [];
    }
  }
}

/** `sub`, `tenant`, and `scope`: a text with spaces between, or a list. Scopes of other systems in it are no matter of ours. */
function identityOf(payload: JWTPayload, token: string): Identity {
  const { sub, exp, tenant, scope } = payload;
  if (!isParty(sub)) throw invalid('its "sub" must have 1 to 128 visible characters, no spaces');
  if (!isParty(tenant)) throw invalid('its "tenant" must have 1 to 128 visible characters, no spaces');
  const said: unknown[] = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scope) ? scope : [];
  const scopes = said.filter((one) => typeof one === 'string' && isScope(one));
  if (!areScopes(scopes)) throw invalid('it has more scopes than a token may have');
  const tokenId = `jwt:${createHash('sha256').update(token).digest('hex').slice(0, 12)}`;
  return { tenant, subject: sub, scopes, tokenId, expiresAt: ((exp ?? 0) + clockToleranceS) * 1_000 };
}

function unauthenticated(refusal: unknown): ConduitError {
  if (refusal instanceof errors.JWTExpired) {
    return new ConduitError('unauthenticated', 'the token has expired; ask for a new one', { details: { reason: 'expired' } });
  }
  if (refusal instanceof errors.JWTClaimValidationFailed)
    return invalid(`its claim "${refusal.claim}" is not what this hub takes`);
  if (refusal instanceof ConduitError) return refusal;
  return invalid('no key of this hub made it');
}

function invalid(why: string): ConduitError {
  return new ConduitError('unauthenticated', `the token is not accepted: ${why}`, { details: { reason: 'invalid' } });
}

/** A file may hold one key, or a set of them of which those of the algorithm are taken. */
function readKeys(setting: string): readonly Key[] {
  const [, algorithm, path] = /^(HS256|RS256|EdDSA):(.+)$/.exec(setting) ?? [];
  const known = algorithms.find((one) => one === algorithm);
  if (known === undefined || path === undefined) {
    throw new Error(
      `a JWT key is one of ${algorithms.join(', ')}, a colon and a file, such as RS256:issuer.pem, not "${setting}"`,
    );
  }
  try {
    const content = readFileSync(path);
    if (known === 'HS256') return [{ algorithm: known, kid: undefined, key: secretOf(content) }];
    const keys = publicKeys(content.toString('utf8')).filter(({ key }) => fits(key, known));
    if (keys.length === 0) throw new Error(`it holds no ${known === 'RS256' ? 'RSA key of 2,048 bits or more' : 'Ed25519 key'}`);
    return keys.map((one) => ({ ...one, algorithm: known }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the JWT key ${path} can't be used: ${why}`, { cause: error });
  }
}

/** The bytes of the file, but for a line break that an editor left at its end. */
function secretOf(content: Buffer): KeyObject {
  const end = content.at(-1) === 0x0a ? (content.at(-2) === 0x0d ? -2 : -1) : content.length;
  const secret = content.subarray(0, end);
  if (secret.length < minSecretBytes) throw new Error(`a secret has ${minSecretBytes} bytes or more, this one ${secret.length}`);
  return createSecretKey(secret);
}

function publicKeys(text: string): Omit<Key, 'algorithm'>[] {
  if (/PRIVATE KEY/.test(text))
    throw new Error('it is a private key; the hub needs the public one, and the private one stays with its issuer');
  if (!text.trimStart().startsWith('{')) return [{ kid: undefined, key: createPublicKey(text) }];
  const parsed = JSON.parse(text) as { readonly keys?: unknown };
  const keys: readonly unknown[] = Array.isArray(parsed.keys) ? parsed.keys : [parsed];
  return keys.flatMap((value) => {
    const { kty, kid, d } = value as Record<string, unknown>;
    if (d !== undefined) throw new Error('it holds a private key; the hub needs the public one');
    if (kty !== 'RSA' && kty !== 'OKP') return [];
    const key = createPublicKey({ key: value as Record<string, string>, format: 'jwk' });
    return [{ kid: typeof kid === 'string' ? kid : undefined, key }];
  });
}

function fits(key: KeyObject, algorithm: 'RS256' | 'EdDSA'): boolean {
  if (algorithm === 'EdDSA') return key.asymmetricKeyType === 'ed25519';
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= minRsaBits;
}
