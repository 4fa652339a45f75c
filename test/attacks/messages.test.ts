/** Attacks by what is said over a socket: too deep, too large, too many, too odd. */

import { expect, test } from 'vitest';
import type { RawPeer } from '../../packages/hub/src/testing/raw-peer.ts';
import { anAttackedHub } from '../support/attacked-hub.ts';
import { aClient, aName } from '../support/peer.ts';

const hub = anAttackedHub();

const mib = 1024 ** 2;

function lists(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function objects(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

/** A request that a peer made by hand holds as a provider. */
async function aHeldRequest() {
  const service = aName('held');
  const provider = await hub.raw();
  await provider.ask(`["register",{"type":"service","name":"${service}"}]`, 1);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: service, action: 'go' });
  await provider.until(() => provider.received.some((text) => text.includes(request_id)));
  return { provider, client, request_id };
}

async function refused(peer: RawPeer, code: string): Promise<void> {
  await peer.until(() => peer.received.some((text) => text.startsWith('44') && text.includes(code)));
}

test.each([
  ['5,000 objects', objects(5_000)],
  ['400,000 lists', lists(400_000)],
])('%s in one another are too deep in request, progress, result and chunk, and the connection goes on', async (_what, nest) => {
  const { provider, request_id } = await aHeldRequest();
  const fields = { request: 'payload', progress: 'progress', result: 'result', chunk: 'data' };
  let id = 1;
  for (const [event, field] of Object.entries(fields)) {
    const bodies = [nest, `{"to":"others","action":"go","request_id":"${request_id}","${field}":${nest}}`];
    for (const body of bodies) {
      id += 1;
      const { error } = await provider.ask(`["${event}",${body}]`, id);
      expect(error, event).toMatchObject({ code: 'payload_too_large', details: { limit: 'max_depth' } });
    }
  }
  expect(await provider.ask(`["result",{"request_id":"${request_id}","result":1}]`, id + 1)).toEqual({ ok: true });
});

test.each([
  ['5,000 objects', objects(5_000)],
  ['400,000 lists', lists(400_000)],
])('%s in one another are too much for the handshake', async (_what, nest) => {
  for (const auth of [`{"token":${nest}}`, nest]) {
    const peer = await hub.unfinished();
    peer.say(`40${auth}`);
    await Promise.race([refused(peer, 'payload_too_large'), peer.closed()]);
    expect(peer.received.filter((text) => text.startsWith('40'))).toEqual([]);
  }
});

test('400,000 lists in one another around an attachment end the connection', async () => {
  const peer = await hub.raw();
  peer.say(`451-["request",{"payload":${lists(400_000)}}]`, new Uint8Array([1]));
  await peer.closed();
});

test('400,000 objects in one another are more than a frame may have, and end the connection', async () => {
  const peer = await hub.raw();
  peer.say(`421["request",${objects(400_000)}]`);
  await peer.closed();
});

test('an object of 200,000 keys is refused by its values', async () => {
  const peer = await hub.raw();
  const keys = Array.from({ length: 200_000 }, (_, at) => `"${at.toString(36)}":0`);
  const { error } = await peer.ask(`["request",{"to":"others","action":"go","payload":{${keys.join(',')}}}]`, 1);
  expect(error).toMatchObject({ code: 'payload_too_large', details: { limit: 'max_values' } });
});

test('a message of 1.1 MB is refused, one of 3 MB ends the connection', async () => {
  const peer = await hub.raw();
  const packet = (bytes: number): string => `["request",{"to":"others","action":"go","payload":"${'x'.repeat(bytes)}"}]`;
  const { error } = await peer.ask(packet(1.1 * mib), 1);
  expect(error).toMatchObject({ code: 'payload_too_large', details: { limit: 'max_message_bytes', max: mib } });
  peer.say(`422${packet(3 * mib)}`);
  await peer.closed();
});

test('ten attachments of a megabyte each are refused together', async () => {
  const peer = await hub.raw();
  const attachments = Array.from({ length: 10 }, (_, num) => `{"_placeholder":true,"num":${num}}`);
  peer.say(
    `4510-1["request",{"to":"others","action":"go","payload":[${attachments}]}]`,
    ...attachments.map(() => new Uint8Array(mib)),
  );
  await peer.until(() => peer.received.some((text) => text.startsWith('431[')));
  expect(peer.received.find((text) => text.startsWith('431['))).toContain('"limit":"max_message_bytes"');
});

test.each(['0', '-1', '11', '1000000000', '1e9', 'NaN', '', '1.5'])(
  'a binary packet that announces "%s" attachments ends the connection',
  async (count) => {
    const peer = await hub.raw();
    peer.say(`45${count}-["request",{"to":"others","action":"go"}]`);
    await peer.closed();
  },
);

test('nine of ten attachments, and a packet of text in place of the tenth, end the connection', async () => {
  const peer = await hub.raw();
  const attachments = Array.from({ length: 10 }, (_, num) => `{"_placeholder":true,"num":${num}}`);
  peer.say(`4510-["request",{"payload":[${attachments}]}]`, ...attachments.slice(1).map(() => new Uint8Array(1_000)));
  peer.say('421["services",{}]');
  await peer.closed();
});

test('names that every object has are no events, whatever their length and type', async () => {
  const peer = await hub.raw();
  const names = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', '', 7, -0, 1e300, 'x'.repeat(200_000)];
  for (const [id, name] of names.entries()) {
    const { error } = await peer.ask(JSON.stringify([name, {}]), id);
    expect(error, String(name).slice(0, 20)).toMatchObject({ code: 'invalid_message', details: { path: '' } });
    expect(JSON.stringify(error).length).toBeLessThan(400);
  }
  expect(await peer.ask('["services",{}]', names.length)).toMatchObject({ ok: true });
});

const polluting = '{"__proto__":{"isAdmin":true,"ok":false},"constructor":{"prototype":{"isAdmin":true}},"a":1}';

test('keys that every object has pass through bodies as they are, and change nothing else', async () => {
  const { provider, client, request_id } = await aHeldRequest();
  expect(await provider.ask(`["progress",{"request_id":"${request_id}","message":"x","__proto__":{"progress":1}}]`, 2)).toEqual({
    ok: true,
  });
  expect(await provider.ask(`["result",{"request_id":"${request_id}","result":${polluting}}]`, 3)).toEqual({ ok: true });
  const { body } = await client.end(request_id);
  expect(JSON.stringify(body.result)).toBe(polluting);
  for (const path of ['requests', 'services', 'providers', 'clients', 'stats', 'hubs']) {
    expect(await (await fetch(`${hub.url}/api/v1/${path}`)).text(), path).not.toContain('isAdmin');
  }
  const answer = await fetch(`${hub.url}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"to":"others","action":"go","payload":${polluting},"__proto__":{"priority":10},"constructor":{}}`,
  });
  const { request_id: id } = (await answer.json()) as { request_id: string };
  expect(await (await fetch(`${hub.url}/api/v1/requests/${id}/payload`)).text()).toBe(polluting);
  expect((await client.ok('get', { request_id: id })).request).not.toHaveProperty('priority', 10);
});

test.each(['request', 'register', 'result', 'watch', 'services', 'tasks'])(
  '"%s" whose fields stand in its __proto__ has none',
  async (event) => {
    const peer = await hub.raw();
    const fields =
      '{"type":"client","to":"others","action":"go","request_id":"0190d3b4-7a52-7bd0-8f3e-0d5a5d2f9a10","watch":true}';
    const answer = await peer.ask(`["${event}",{"__proto__":${fields}}]`, 1);
    if (event === 'services') expect(answer).toMatchObject({ ok: true });
    else expect(answer['error']).toMatchObject({ code: 'invalid_message' });
  },
);

test('acknowledgements beyond any number, and of nothing, are nobody’s', async () => {
  const ids = ['99999999999999999999', '9'.repeat(1_000), '18446744073709551616', '4294967296', '0', ''];
  const peer = await hub.raw();
  for (const id of ids) peer.say(`43${id}[{"ok":true}]`, `43${id}[]`);
  expect(await peer.ask('["services",{}]', 1)).toMatchObject({ ok: true });
  // An answer carries whatever number it was asked under, and is written back as one.
  peer.say(`42${'9'.repeat(400)}["services",{}]`, '4299999999999999999999["services",{}]');
  await Promise.race([peer.closed(), peer.until(() => peer.received.filter((text) => text.startsWith('43')).length === 3)]);
});

test('an acknowledgement with a number that is no number ends the connection at the most', async () => {
  for (const id of ['-1', '1.5', '1e3', 'NaN', '__proto__']) {
    const peer = await hub.raw();
    peer.say(`43${id}[{"ok":true}]`);
    await Promise.race([peer.closed(), peer.ask('["services",{}]', 1)]);
  }
});

test('a thousand namespaces on one connection are refused one by one, and it goes on', async () => {
  const peer = await hub.raw();
  for (let at = 0; at < 1_000; at += 1) peer.say(`40/namespace-${at},{}`);
  await peer.until(() => peer.received.filter((text) => text.includes('Invalid namespace')).length === 1_000);
  expect(await peer.ask('["services",{}]', 1)).toMatchObject({ ok: true });
});
