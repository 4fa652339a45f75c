/** A message is measured before anything else touches it, whatever shape it has. */

import { describe, expect, test } from 'vitest';
import { ConduitError } from './errors.ts';
import { defaultLimits } from './limits.ts';
import { measure } from './measure.ts';

function nested(levels: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { in: value } : [value];
  return value;
}

function refusalOf(message: unknown): unknown {
  try {
    return measure(message, defaultLimits);
  } catch (error) {
    return error instanceof ConduitError ? { code: error.code, ...error.details } : error;
  }
}

describe('nesting', () => {
  test('of 64 levels passes, of 65 does not', () => {
    expect(measure(nested(64), defaultLimits).values).toBe(65);
    expect(refusalOf(nested(65))).toEqual({ code: 'payload_too_large', limit: 'max_depth', max: 64 });
  });

  test.each([5_000, 1_000_000])('of %i levels is refused, and nothing overflows', (levels) => {
    expect(refusalOf(nested(levels))).toMatchObject({ limit: 'max_depth' });
  });
});

test('a wide object is refused by its number of values', () => {
  const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`k${at}`, at]));
  expect(refusalOf(wide)).toEqual({ code: 'payload_too_large', limit: 'max_values', max: 100_000 });
});

test('bytes are counted as UTF-8, and binary by its length', () => {
  expect(refusalOf({ text: 'ä'.repeat(524_290) })).toMatchObject({ limit: 'max_message_bytes' });
  expect(measure({ text: 'a'.repeat(524_280) }, defaultLimits).bytes).toBeGreaterThan(524_280);
  expect(refusalOf({ data: new Uint8Array(1024 * 1024 + 1) })).toMatchObject({ limit: 'max_message_bytes' });
});

test('attachments are counted, and their bytes are no values', () => {
  expect(measure({ one: new Uint8Array(1_000), two: new ArrayBuffer(5) }, defaultLimits)).toMatchObject({
    attachments: 2,
    values: 3,
  });
  expect(refusalOf(Array.from({ length: 11 }, () => new Uint8Array(1)))).toMatchObject({ limit: 'max_attachments', max: 10 });
});

test('own keys of odd names are members like any other', () => {
  const odd = JSON.parse('{"__proto__": {"a": 1}, "constructor": {"prototype": 2}, "toJSON": 3}');
  expect(measure(odd, defaultLimits).values).toBe(6);
});

test('the name of a member weighs its UTF-8 bytes too', () => {
  expect(measure({ ä: 1, '€': 2, '🙂': 3 }, defaultLimits).bytes - measure({ a: 1, b: 2, c: 3 }, defaultLimits).bytes).toBe(6);
  expect(refusalOf({ ['ä'.repeat(524_288)]: 1 })).toEqual({
    code: 'payload_too_large',
    limit: 'max_message_bytes',
    max: 1024 * 1024,
  });
});

test('a million levels are walked without recursion where nothing refuses them', () => {
  const boundless = { ...defaultLimits, maxDepth: Infinity, maxValues: Infinity, maxMessageBytes: Infinity };
  expect(measure(nested(1_000_000), boundless).values).toBe(1_000_001);
});
