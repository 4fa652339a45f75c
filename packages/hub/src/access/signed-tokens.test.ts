import { createHmac, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { SignedTokens } from './signed-tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'conduit-jwt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const now = Date.UTC(2026, 0, 1);
const issuer = 'https://issuer.example.org';
const audience = 'conduit';
const secret = randomBytes(32).toString('base64');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ed = generateKeyPairSync('ed25519');

function aFile(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keys = [
  `HS256:${aFile('secret', `${secret}\n`)}`,
  `RS256:${aFile('rsa.pem', rsaPem)}`,
  `EdDSA:${aFile('ed.pem', ed.publicKey.export({ type: 'spki', format: 'pem' }))}`,
];
const signers = {
  HS256: new TextEncoder().encode(secret),
  RS256: rsa.privateKey,
  EdDSA: ed.privateKey,
} as const satisfies Record<string, Uint8Array | KeyObject>;

const signed = new SignedTokens({ keys, issuer, audience, now: () => now });
const claims = { sub: 'alice', tenant: 'acme', scope: 'openid request:* provide:llm profile' };

interface Said {
  readonly alg?: keyof typeof signers;
  readonly key?: Uint8Array | KeyObject;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

async function aToken({ alg = 'RS256', key = signers[alg], claims: said = {}, header = {} }: Said = {}): Promise<string> {
  const all = { iss: issuer, aud: audience, exp: now / 1_000 + 60, ...claims, ...said };
  return await new SignJWT(all as JWTPayload).setProtectedHeader({ alg, ...header }).sign(key);
}

/** A token as no library would write it. */
function byHand(header: object, payload: object, sign: (head: string) => string): string {
  const head = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${head}.${sign(head)}`;
}

async function refusal(token: string, by = signed): Promise<unknown> {
  return await by.verify(token).then(
    () => undefined,
    (error: Error) => ({
      code: Reflect.get(error, 'code') as unknown,
      reason: Reflect.get(Reflect.get(error, 'details') as object, 'reason') as unknown,
    }),
  );
}

const invalid = { code: 'unauthenticated', reason: 'invalid' };

for (const alg of ['HS256', 'RS256', 'EdDSA'] as const) {
  test(`a token that was signed with ${alg} tells tenant, subject, scopes and its end`, async () => {
    expect(await signed.verify(await aToken({ alg }))).toEqual({
      tenant: 'acme',
      subject: 'alice',
      scopes: ['request:*', 'provide:llm'],
      tokenId: expect.stringMatching(/^jwt:[0-9a-f]{12}$/),
      expiresAt: now + 65_000,
    });
  });
}

test('scopes may be a list', async () => {
  expect(await signed.verify(await aToken({ claims: { scope: ['admin', 'other', 7] } }))).toMatchObject({ scopes: ['admin'] });
  expect(await signed.verify(await aToken({ claims: { scope: undefined } }))).toMatchObject({ scopes: [] });
});

describe('what must not be accepted', () => {
  const { exp, ...rest } = { iss: issuer, aud: audience, exp: now / 1_000 + 60, ...claims };

  test('a token without a signature, whatever its header says', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await refusal(byHand({ alg }, { exp, ...rest }, () => '')), alg).toEqual(invalid);
    }
  });

  test('HS256 signed with the public key as its secret', async () => {
    const token = byHand({ alg: 'HS256' }, { exp, ...rest }, (head) =>
      createHmac('sha256', rsaPem).update(head).digest('base64url'),
    );
    expect(await refusal(token)).toEqual(invalid);
    const onlyRsa = new SignedTokens({ keys: [`RS256:${join(folder, 'rsa.pem')}`], issuer, audience, now: () => now });
    expect(await refusal(token, onlyRsa)).toEqual(invalid);
  });

  test('an algorithm that no key was configured for', async () => {
    expect(await refusal(await new SignJWT({ exp, ...rest }).setProtectedHeader({ alg: 'PS256' }).sign(rsa.privateKey))).toEqual(
      invalid,
    );
    expect(
      await refusal(await new SignJWT({ exp, ...rest }).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.alloc(64))),
    ).toEqual(invalid);
  });

  test.each([
    ['another key', { key: otherRsa.privateKey }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['another audience', { claims: { aud: 'another-service' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
    ['no tenant', { claims: { tenant: undefined } }],
    ['a tenant that is no text', { claims: { tenant: ['acme'] } }],
    ['a tenant with a space', { claims: { tenant: 'ac me' } }],
    ['no end', { claims: { exp: undefined } }],
    ['a beginning in the future', { claims: { nbf: now / 1_000 + 60 } }],
    ['more scopes than a token may have', { claims: { scope: Array.from({ length: 65 }, (_, at) => `request:${at}`) } }],
  ] satisfies [string, Said][])('a token with %s', async (_what, said) => {
    expect(await refusal(await aToken(said))).toEqual(invalid);
  });

  test('a token with a critical extension that nobody knows', async () => {
    const header = { alg: 'HS256', crit: ['mine'], mine: true };
    const sign = (head: string): string => createHmac('sha256', secret).update(head).digest('base64url');
    expect(await refusal(byHand({ alg: 'HS256' }, { exp, ...rest }, sign))).toBeUndefined();
    expect(await refusal(byHand(header, { exp, ...rest }, sign))).toEqual(invalid);
  });

  test('a token whose claims were changed', async () => {
    const [head, , signature] = (await aToken()).split('.');
    const payload = Buffer.from(JSON.stringify({ exp, ...rest, tenant: 'other' })).toString('base64url');
    expect(await refusal(`${head}.${payload}.${signature}`)).toEqual(invalid);
  });

  test('what is no token at all', async () => {
    for (const token of ['', '.', '..', 'a.b.c', `${await aToken()}.x`, '{}'])
      expect(await refusal(token), token).toEqual(invalid);
  });
});

test('an expired token says so, but for what clocks may differ by', async () => {
  expect(await refusal(await aToken({ claims: { exp: now / 1_000 - 10 } }))).toEqual({
    code: 'unauthenticated',
    reason: 'expired',
  });
  expect(await refusal(await aToken({ claims: { exp: now / 1_000 - 2 } }))).toBeUndefined();
});

test('of a set of keys the one that the token names proves it', async () => {
  const jwks = {
    keys: [
      { ...(await exportJWK(rsa.publicKey)), kid: 'one' },
      { ...(await exportJWK(otherRsa.publicKey)), kid: 'two' },
      { ...(await exportJWK(ed.publicKey)), kid: 'three' },
      { kty: 'EC', crv: 'P-256', x: 'unread', y: 'unread' },
    ],
  };
  const set = new SignedTokens({ keys: [`RS256:${aFile('set.json', JSON.stringify(jwks))}`], issuer, audience, now: () => now });
  expect(await refusal(await aToken({ header: { kid: 'one' } }), set)).toBeUndefined();
  expect(await refusal(await aToken({ key: otherRsa.privateKey }), set)).toBeUndefined();
  expect(await refusal(await aToken({ header: { kid: 'two' } }), set)).toEqual(invalid);
  expect(await refusal(await aToken({ alg: 'EdDSA', header: { kid: 'three' } }), set)).toEqual(invalid);
});

test.each([
  ['another algorithm', 'none:secret', 'is one of HS256, RS256, EdDSA'],
  ['no file', 'RS256:/nonexistent/key', 'ENOENT'],
  ['a short secret', `HS256:${aFile('short', 'too short')}`, '32 bytes or more, this one 9'],
  ['a private key', `RS256:${aFile('private.pem', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }))}`, 'is a private key'],
  ['a key of another kind', `EdDSA:${join(folder, 'rsa.pem')}`, 'it holds no Ed25519 key'],
  [
    'a small RSA key',
    `RS256:${aFile('small.pem', generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ type: 'spki', format: 'pem' }))}`,
    '2,048 bits or more',
  ],
])('a key with %s is refused in one sentence', (_what, key, sentence) => {
  expect(() => new SignedTokens({ keys: [key], issuer, audience, now: () => now })).toThrow(sentence);
});
