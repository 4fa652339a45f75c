import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { localIdentity } from '../access/identity.ts';
import { SessionTokens } from './tokens.ts';

const tokens = new SessionTokens(randomBytes(32));
const named = { sessionId: '0190d3b4-7a52-7bd0-8f3e-0d5a5d2f9a10', generation: 7 };

test('what was signed names its session again', () => {
  expect(tokens.read('token', tokens.sign('token', named, localIdentity), localIdentity)).toEqual(named);
});

test('the same session always has the same pid, so that stock clients see themselves recovered', () => {
  expect(tokens.sign('pid', named, localIdentity)).toBe(tokens.sign('pid', named, localIdentity));
});

test('a pid is no token, and a token is no pid', () => {
  expect(tokens.read('token', tokens.sign('pid', named, localIdentity), localIdentity)).toBeUndefined();
  expect(tokens.read('pid', tokens.sign('token', named, localIdentity), localIdentity)).toBeUndefined();
});

test('nobody else may show it: not another subject, not another tenant', () => {
  const token = tokens.sign('token', named, localIdentity);
  expect(tokens.read('token', token, { ...localIdentity, subject: 'other' })).toBeUndefined();
  expect(tokens.read('token', token, { ...localIdentity, tenant: 'other' })).toBeUndefined();
});

test('another token of the same subject may show it if it allows the same', () => {
  const identity = { tenant: 'a', subject: 'b', scopes: ['request:x', 'provide:y'] };
  const token = tokens.sign('token', named, identity);
  const renewed = { ...identity, tokenId: 'another', scopes: ['provide:y', 'request:x', 'request:x'] };
  expect(tokens.read('token', token, renewed)).toEqual(named);
  expect(tokens.read('token', token, { ...identity, scopes: ['request:x'] })).toBeUndefined();
  expect(tokens.read('token', token, { ...identity, scopes: ['request:*', 'provide:y'] })).toBeUndefined();
});

test('another key reads nothing', () => {
  const token = tokens.sign('token', named, localIdentity);
  expect(new SessionTokens(randomBytes(32)).read('token', token, localIdentity)).toBeUndefined();
});

test('every changed character makes it worthless', () => {
  const token = tokens.sign('token', named, localIdentity);
  for (let at = 0; at < token.length; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === '1' ? '2' : '1'}${token.slice(at + 1)}`;
    expect(tokens.read('token', changed, localIdentity), changed).toBeUndefined();
  }
});

test('whatever a peer gives instead of one is no token', () => {
  const odd = [undefined, null, 7, {}, [], '', '.', '..', '...', 'a.1.', 'x'.repeat(100_000), { toString: () => 'a.1.b' }];
  for (const text of odd) expect(tokens.read('pid', text, localIdentity)).toBeUndefined();
});
