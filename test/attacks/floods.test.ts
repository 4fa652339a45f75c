/** Attacks by how much is said, and by not listening to the answers. */

import { setImmediate as turn } from 'node:timers/promises';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { RawPeer } from '../../packages/hub/src/testing/raw-peer.ts';
import { anAttackedHub } from '../support/attacked-hub.ts';
import { aClient, aName, aWorker } from '../support/peer.ts';

const hub = anAttackedHub();
const mib = 1024 ** 2;

/** Says the same again and again, as fast as it can be written, until the hub closes the connection. */
async function flood(peer: RawPeer, times: number, packets: readonly string[]): Promise<void> {
  for (let time = 0; time < times && !peer.isClosed; time += 1) {
    peer.say(...packets);
    await turn();
  }
}

test('100,000 small events in a row are answered one by one, and others are served meanwhile', async () => {
  const peer = await hub.raw();
  await flood(peer, 100, Array(1_000).fill('42["unwatch",{"request_id":7}]'));
  const last = () => peer.received.at(-1) ?? '';
  await peer.until(() => peer.received.length > 100_000 && last().startsWith('42["refused"'));
  const codes = new Set(peer.received.map((text) => /"code":"(\w+)"/.exec(text)?.[1]).filter((code) => code !== undefined));
  expect([...codes].filter((code) => code !== 'invalid_message' && code !== 'rate_limited')).toEqual([]);
});

test('2 million pings whose answers nobody reads stay with whoever sends them', async () => {
  const peer = await hub.raw();
  peer.stopReading();
  for (let batch = 0; batch < 200 && !peer.isClosed; batch += 1) {
    peer.ping(10_000);
    await turn();
  }
  // Each look comes after what the hub could read meanwhile.
  for (let look = 0; look < 20; look += 1) expect(await hub.grownBytes()).toBeLessThan(50 * mib);
});

test.each([
  ['has not been let in', 'unfinished', 8 * mib],
  ['has been let in', 'raw', 72 * mib],
] as const)('who %s and reads no answers is closed before they fill the memory', async (_who, how, boundBytes) => {
  const peer = await hub[how]();
  peer.stopReading();
  // Who does not read hears of the end when it writes on.
  while (!peer.isClosed) {
    await flood(peer, 4, [`40/${'x'.repeat(mib)},{}`]);
    expect(await hub.grownBytes()).toBeLessThan(boundBytes + 20 * mib);
  }
});

test('a message in pieces of one byte that never ends is cut off', async () => {
  const peer = await hub.raw();
  const piece = (opcode: number): Buffer => Buffer.from([opcode, 0x81, 0, 0, 0, 0, 0x34]);
  peer.sayBytes(piece(0x01));
  const pieces = Buffer.concat(Array.from({ length: 10_000 }, () => piece(0x00)));
  for (let batch = 0; batch < 300 && !peer.isClosed; batch += 1) {
    peer.sayBytes(pieces);
    await turn();
  }
  await peer.closed();
});

test('a compressed message ends the connection, and none is ever inflated', async () => {
  const bomb = deflateRawSync(Buffer.alloc(200 * mib, ' '));
  const peer = await hub.raw();
  const head = Buffer.alloc(14);
  head[0] = 0xc1; // A whole text, said to be compressed.
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(bomb.length), 2);
  peer.sayBytes(Buffer.concat([head, bomb]));
  await peer.closed();
});

test('compressed bodies are never inflated: they are no JSON', async () => {
  const body = gzipSync(`{"to":"others","action":"go","payload":"${' '.repeat(200 * mib)}"}`);
  const answer = await fetch(`${hub.url}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    body: new Uint8Array(body),
  });
  expect(await answer.json()).toMatchObject({ error: { code: 'invalid_message' } });
  const polling = await aPollingSession();
  await fetch(polling, {
    method: 'POST',
    headers: { 'content-encoding': 'gzip' },
    body: new Uint8Array(gzipSync('42["services",{}]')),
  });
  expect((await fetch(polling)).status).toBe(400);
});

/** A session of Socket.IO by plain HTTP. @returns where it is asked. */
async function aPollingSession(): Promise<string> {
  const address = `${hub.url}/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(address)).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  const session = `${address}&sid=${sid}`;
  await fetch(session, { method: 'POST', body: '40{}' });
  await (await fetch(session)).text();
  return session;
}

test.each(['42["a"]', '42["services",{}]', '40{}', '40/a', '41', '3', '6'])(
  'a polling body of 2 MB full of packets like %s holds up nobody',
  async (packet) => {
    const session = await aPollingSession();
    const body = Array(Math.floor((2 * mib) / (packet.length + 1))).fill(packet);
    const answer = await fetch(session, { method: 'POST', body: body.join('\u001e') });
    expect([200, 400]).toContain(answer.status);
    // What it was answered with goes with it.
    await fetch(session, { method: 'POST', body: '1' });
  },
);

test('what a provider says too much of one request is let go, oldest first, and the request ends', async () => {
  const service = aName('flood');
  const worker = await aWorker(hub.url, service);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to: service, action: 'go' });
  const { attempt } = await worker.next('request');
  const data = 'x'.repeat(10_000);
  for (let at = 0; at < 4_000; at += 1) worker.say('chunk', { request_id, attempt, data });
  for (let at = 0; at < 20_000; at += 1) worker.say('progress', { request_id, attempt, progress: at / 20_000 });
  for (let at = 0; at < 1_100; at += 1) worker.say('task_result', { request_id, attempt, task_id: `task-${at}` });
  expect(await worker.next('refused', { event: 'task_result' })).toMatchObject({
    error: { code: 'payload_too_large', details: { limit: 'max_tasks' } },
  });
  const ended = client.end(request_id);
  await worker.ok('result', { request_id, attempt });
  expect((await ended).name).toBe('result');
  expect(await (await aClient(hub.url)).ok('watch', { request_id, after_seq: 0 })).toMatchObject({ mode: 'snapshot', gap: true });
});
