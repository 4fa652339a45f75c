import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allows, isScope, matches } from './scopes.ts';

test('scopes are those of the protocol, and nothing that only looks like one', () => {
  for (const scope of ['request:*', 'provide:llm', 'observe:team-a/*', 'admin', 'operator'])
    expect(isScope(scope), scope).toBe(true);
  const wrong = ['', '*', 'request', 'request:', 'request: llm', 'admin:*', 'Admin', 'request:a b', `request:${'x'.repeat(129)}`];
  for (const scope of wrong) expect(isScope(scope), scope).toBe(false);
});

test('a glob without a star is one name', () => {
  expect(matches('llm', 'llm')).toBe(true);
  expect(matches('llm', 'llm2')).toBe(false);
  expect(matches('llm', 'LLM')).toBe(false);
});

test('a star stands for any characters, none among them', () => {
  for (const name of ['team-a/', 'team-a/llm', 'team-a/x/y.z']) expect(matches('team-a/*', name), name).toBe(true);
  for (const name of ['team-a', 'team-b/llm', 'xteam-a/llm']) expect(matches('team-a/*', name), name).toBe(false);
  expect(matches('*', 'anything')).toBe(true);
  expect(matches('a*a', 'a')).toBe(false);
  expect(matches('a*b*c', 'a-c-b-c')).toBe(true);
});

test('a dot is a dot, and nothing in a glob is a regular expression', () => {
  expect(matches('a.c', 'abc')).toBe(false);
  expect(matches('a.*', 'a.c')).toBe(true);
});

test('it answers as a regular expression of the same meaning would', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(text, name, (glob, of) => {
      expect(matches(glob, of)).toBe(new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(of));
    }),
  );
});

test('no glob is slow: many stars over a name that nearly fits', () => {
  const name = 'a'.repeat(128);
  const startedAt = performance.now();
  for (let time = 0; time < 1_000; time += 1) expect(matches(`${'a*'.repeat(63)}b`, name)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('one kind of scope gives nothing of another', () => {
  const scopes = ['request:llm', 'provide:draw*', 'admin'];
  expect(allows(scopes, 'request', 'llm')).toBe(true);
  expect(allows(scopes, 'provide', 'llm')).toBe(false);
  expect(allows(scopes, 'provide', 'drawing')).toBe(true);
  expect(allows(scopes, 'observe', 'llm')).toBe(false);
});
