/** Attacks by what a service says of itself: schemas that are hard to use. */

import { expect, test } from 'vitest';
import { anAttackedHub } from '../support/attacked-hub.ts';
import { aClient, aName, aPeer, aWorker } from '../support/peer.ts';

const hub = anAttackedHub();

const properties = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`property-${at}`, { type: 'string' }]));
const nested = (depth: number) => JSON.parse(`${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`) as object;

test.each([
  ['of almost a megabyte', { type: 'object', properties: properties(25_000) }],
  ['of 64 KiB of text', { description: 'x'.repeat(65_536) }],
  ['of more than 200 parts', { type: 'object', properties: properties(250) }],
  ['more than 32 deep', nested(40)],
  ['that refers elsewhere', { $ref: 'https://evil.example/schema.json' }],
  ['that refers to this machine', { $ref: 'http://127.0.0.1:1/schema.json' }],
  ['that refers to a file', { $ref: 'file:///etc/passwd' }],
  ['that says to be made of another one', { $schema: 'https://evil.example/meta.json', type: 'string' }],
  ['with a pattern that looks around', { type: 'string', pattern: '^(?=a)b' }],
  ['with a pattern that refers back', { type: 'string', pattern: '(a)\\1' }],
  ['with a pattern that repeats a million times', { type: 'string', pattern: '(a{1000}){1000}' }],
])('a schema %s is refused with its registration', async (_what, input) => {
  const peer = aPeer(hub.url);
  const refusal = await peer.refusal('register', { type: 'service', name: aName('schema'), actions: [{ name: 'go', input }] });
  expect(refusal.code).toMatch(/^(invalid_message|payload_too_large)$/);
});

test('a schema of more than a megabyte is a message too large', async () => {
  const peer = aPeer(hub.url);
  const input = { description: 'x'.repeat(1_100_000) };
  const refusal = await peer.refusal('register', { type: 'service', name: aName('schema'), actions: [{ name: 'go', input }] });
  expect(refusal).toMatchObject({ code: 'payload_too_large', details: { limit: 'max_message_bytes' } });
});

const doubling = { properties: { a: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } };
const nest = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`) as object;

test.each([
  ['a pattern', { type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`],
  ['a pattern of alternatives', { type: 'string', pattern: '^(a|a)*$' }, `${'a'.repeat(50_000)}!`],
  ['a pattern for names', { patternProperties: { '^(a+)+$': false } }, { [`${'a'.repeat(50_000)}!`]: 1 }],
  ['190 patterns', { allOf: Array(190).fill({ pattern: '(x+x+)+y' }) }, 'x'.repeat(500_000)],
  ['a schema of itself', { $ref: '#' }, 1],
  ['a schema of itself twice', doubling, nest],
  ['a list of no equals', { uniqueItems: true }, Array.from({ length: 40_000 }, (_, at) => ({ at }))],
])('%s that would take for ever is checked in no time, or given up', async (_what, input, payload) => {
  const service = aName('costly');
  await aWorker(hub.url, service, { register: { actions: [{ name: 'go', input }] } });
  const client = await aClient(hub.url);
  for (let time = 0; time < 4; time += 1) await client.call('request', { to: service, action: 'go', payload });
  const startedAt = performance.now();
  await client.call('request', { to: service, action: 'go', payload });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
