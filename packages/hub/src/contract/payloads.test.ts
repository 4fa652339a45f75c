/** Services' schemas check payloads, and can't be made to stop the hub. */

import { describe, expect, test } from 'vitest';
import { PayloadSchemas } from './payloads.ts';

const schemas = new PayloadSchemas();
const sized = { type: 'object', required: ['width'], properties: { width: { type: 'integer', minimum: 1 } } };

test('a payload that fits has no issues, one that does not says where', () => {
  schemas.admit(sized, 'actions[0].input');
  expect(schemas.check(sized, { width: 5 }, 20)).toEqual([]);
  expect(schemas.check(sized, { width: 0 }, 20)).toEqual([{ path: ['width'], message: 'must be >= 1', keyword: 'minimum' }]);
});

test('a catastrophic pattern takes no time', () => {
  const evil = { type: 'string', pattern: '^(a+)+$' };
  schemas.admit(evil, 'x');
  const startedAt = performance.now();
  expect(schemas.check(evil, `${'a'.repeat(5_000)}!`, 5_001)).toHaveLength(1);
  expect(performance.now() - startedAt).toBeLessThan(500);
});

const cost = (message: RegExp) => [{ path: [], keyword: 'cost', message: expect.stringMatching(message) }];

test('a payload that takes too long to check does not fit, and after three of them the schema is not tried again', () => {
  const twice = { $ref: '#' };
  const doubling = { properties: { a: { allOf: [twice, twice] } } };
  schemas.admit(doubling, 'x');
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`);
  for (let time = 0; time < 3; time += 1) expect(schemas.check(doubling, deep, 360)).toEqual(cost(/^takes longer than 250 ms/));
  const startedAt = performance.now();
  expect(schemas.check(doubling, {}, 2)).toEqual(cost(/^is not checked/));
  expect(performance.now() - startedAt).toBeLessThan(100);
});

test('a large list that is compared with itself is given up', () => {
  const unequal = { uniqueItems: true };
  schemas.admit(unequal, 'x');
  const list = Array.from({ length: 50_000 }, (_, at) => ({ at }));
  expect(schemas.check(unequal, list, 800_000)).toEqual(cost(/^takes longer/));
});

test('a schema that goes round in circles fits nothing', () => {
  const circle = { $ref: '#' };
  schemas.admit(circle, 'x');
  expect(schemas.check(circle, 1, 1)).toEqual(cost(/in circles/));
});

describe('a schema is refused, with its place and the reason', () => {
  const deep = Array.from({ length: 3_000 }).reduce<Record<string, unknown>>((inner) => ({ not: inner }), {});
  const wide = { properties: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`p${at}`, { type: 'string' }])) };
  test.each<[name: string, schema: Readonly<Record<string, unknown>>, sentence: RegExp]>([
    ['too long', { description: 'x'.repeat(70_000) }, /65536 bytes/],
    ['too deep', deep, /32 deep/],
    ['of too many parts', wide, /200 parts/],
    ['that refers elsewhere', { $ref: 'https://example.com/schema.json' }, /can't resolve reference/],
    ['that is none', { type: 'nonsense' }, /can be used/],
    ['with a pattern that looks around', { type: 'string', pattern: '(?=a)a' }, /can be used/],
  ])('%s', (_name, schema, sentence) => {
    expect(() => schemas.admit(schema, 'actions[0].input')).toThrow(sentence);
    expect(() => schemas.admit(schema, 'actions[0].input')).toThrow(/^actions\[0\]\.input must be/);
  });
});
