/** What no decent peer sends: each is answered with the right error, while others are served. */

import type { Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import type { RawPeer } from '../testing/raw-peer.ts';
import { type Served, serve } from '../testing/served.ts';

type Answer = Record<string, unknown> & { error: { code: string; message: string; details: Record<string, unknown> } };

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A hub with a service and a client who must not notice anything. */
async function aHub(settings: Parameters<typeof serve>[0] = {}) {
  const hub = await serve(settings);
  ends.push(() => hub.close());
  const worker = await hub.connect();
  await worker.emitWithAck('register', { type: 'service', name: 'echo' });
  worker.on('request', ({ request_id, payload }: { request_id: string; payload: unknown }) => {
    worker.emit('result', { request_id, result: payload });
  });
  return { hub, worker, other: await hub.connect() };
}

async function isServed(client: Socket): Promise<boolean> {
  const result = new Promise<{ result: unknown }>((resolve) => client.once('result', resolve));
  await client.emitWithAck('request', { to: 'echo', action: 'say', payload: 'hello' });
  return (await result).result === 'hello';
}

async function aRawPeer(hub: Served): Promise<RawPeer> {
  return await (await hub.raw()).connect();
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

const tooMuch: Record<string, { readonly packet: string; readonly limit: string }> = {
  'nesting 5,000 deep': { packet: `["request",${nested(5_000)}]`, limit: 'max_depth' },
  'a payload one level too deep': {
    packet: `["request",{"to":"echo","action":"say","payload":${nested(64)}}]`,
    limit: 'max_depth',
  },
  'a list of a hundred thousand': {
    packet: `["request",{"to":"echo","action":"say","payload":[${'0,'.repeat(100_000)}0]}]`,
    limit: 'max_values',
  },
  'a message of more than a mebibyte': {
    packet: `["request",{"to":"echo","action":"say","payload":"${'x'.repeat(1_200_000)}"}]`,
    limit: 'max_message_bytes',
  },
  'depth where no object belongs': { packet: `["request",${'['.repeat(5_000)}${']'.repeat(5_000)}]`, limit: 'max_depth' },
  'depth behind the first object': { packet: `["request",{},${nested(5_000)}]`, limit: 'max_depth' },
};

for (const [what, { packet, limit }] of Object.entries(tooMuch)) {
  test(`${what} is too large, and the answer names the limit`, async () => {
    const { hub, other } = await aHub();
    const peer = await aRawPeer(hub);
    const { error } = (await peer.ask(packet, 1)) as Answer;
    expect(error).toMatchObject({ code: 'payload_too_large', retryable: false, details: { limit } });
    expect(await isServed(other)).toBe(true);
    expect(peer.isClosed).toBe(false);
    expect(hub.errors).toEqual([]);
  });
}

test('a payload as deep as a message may be passes through', async () => {
  const { hub } = await aHub();
  const client = await hub.connect();
  const payload: unknown = JSON.parse(nested(62));
  const result = new Promise<{ result: unknown }>((resolve) => client.once('result', resolve));
  expect(await client.emitWithAck('request', { to: 'echo', action: 'say', payload })).toMatchObject({ ok: true });
  expect((await result).result).toEqual(payload);
});

const nonsense: Record<string, { readonly packet: string; readonly path?: string }> = {
  'an event called __proto__': { packet: '["__proto__",{}]', path: '' },
  'an event called constructor': { packet: '["constructor",{}]', path: '' },
  'an event called hasOwnProperty': { packet: '["hasOwnProperty",{}]', path: '' },
  'an event without letters': { packet: '["",{}]', path: '' },
  'an event that is a number': { packet: '[7,{}]', path: '' },
  'an event that only the hub sends': { packet: '["registered",{}]', path: '' },
  'a message without a body': { packet: '["request"]', path: '' },
  'a body that is null': { packet: '["request",null]', path: '' },
  'a body that is a list': { packet: '["request",[]]', path: '' },
  'a body that is a text': { packet: '["request","please"]', path: '' },
  'two bodies': { packet: '["request",{"to":"echo","action":"say"},{}]', path: '' },
  'a request to nobody': { packet: '["request",{"action":"say"}]', path: 'to' },
  'a name that is an object': { packet: '["request",{"to":{"a":1},"action":"say"}]', path: 'to' },
  'a name with a space': { packet: '["request",{"to":"an echo","action":"say"}]', path: 'to' },
  'a member that only a prototype has': { packet: '["request",{"__proto__":{"to":"echo","action":"say"}}]', path: 'to' },
  'a time that is no number': { packet: '["request",{"to":"echo","action":"say","timeout_ms":"soon"}]', path: 'timeout_ms' },
  'a time out of range': { packet: '["request",{"to":"echo","action":"say","timeout_ms":1e99}]', path: 'timeout_ms' },
  'a type that is neither': { packet: '["register",{"type":"spy"}]', path: 'type' },
  'a service without a name': { packet: '["register",{"type":"service"}]', path: 'name' },
  'a resume that is a text': { packet: '["register",{"type":"client","resume":"me"}]', path: 'resume' },
  'a watch of a number': { packet: '["watch",{"request_id":7}]', path: 'request_id' },
  'a result without a request': { packet: '["result",{"result":1}]', path: 'request_id' },
};

test('nonsense is answered with where it is wrong, and nobody else notices', async () => {
  const { hub, other } = await aHub();
  const peer = await aRawPeer(hub);
  let id = 0;
  for (const [what, { packet, path }] of Object.entries(nonsense)) {
    id += 1;
    const { ok, error } = (await peer.ask(packet, id)) as Answer;
    expect({ what, ok, code: error.code, path: error.details['path'] }).toEqual({
      what,
      ok: false,
      code: 'invalid_message',
      path,
    });
  }
  expect(await isServed(other)).toBe(true);
  expect(peer.isClosed).toBe(false);
  expect(hub.errors).toEqual([]);
});

test('an event with a name of 200 kB is answered in a few words', async () => {
  const { hub, other } = await aHub();
  const peer = await aRawPeer(hub);
  const { error } = (await peer.ask(`["${'n'.repeat(200_000)}",{}]`, 1)) as Answer;
  expect(error.code).toBe('invalid_message');
  expect(error.message.length).toBeLessThan(120);
  peer.say(`42["${'m'.repeat(200_000)}",{}]`);
  await peer.until(() => peer.received.some((text) => text.startsWith('42["refused"')));
  expect(peer.received.find((text) => text.startsWith('42["refused"'))?.length).toBeLessThan(400);
  expect(await isServed(other)).toBe(true);
});

test('a handshake that says too much of itself is refused, and keeps no memory', async () => {
  const { hub, other } = await aHub();
  for (const auth of [`{"token":"${'t'.repeat(100_000)}"}`, nested(5_000), `{"pid":[${'0,'.repeat(1_000)}0]}`]) {
    const peer = await hub.raw();
    peer.say(`40${auth}`);
    await peer.until(() => peer.received.some((text) => text.startsWith('44')));
    expect(peer.received.find((text) => text.startsWith('44'))).toContain('payload_too_large');
  }
  expect(await isServed(other)).toBe(true);
});

test('results before register, or for what somebody else holds, are not this connection’s to send', async () => {
  const { hub, worker, other } = await aHub();
  worker.removeAllListeners('request');
  const { request_id } = (await other.emitWithAck('request', { to: 'echo', action: 'say' })) as { request_id: string };
  const peer = await hub.connect();
  for (const [name, fields] of [
    ['result', { result: 'forged' }],
    ['chunk', { data: 'forged' }],
    ['error', { error: { message: 'forged' } }],
    ['progress', { progress: 1 }],
  ] as const) {
    expect(await peer.emitWithAck(name, { request_id, ...fields })).toMatchObject({ ok: false, error: { code: 'not_assigned' } });
  }
  expect(await peer.emitWithAck('result', { request_id: '0190d3b4-7a52-7bd0-8f3e-0d5a5d2f9a10' })).toMatchObject({
    ok: false,
    error: { code: 'not_assigned' },
  });
  const result = new Promise<{ result: unknown }>((resolve) => other.once('result', resolve));
  worker.emit('result', { request_id, result: 'real' });
  expect((await result).result).toBe('real');
});

test('a provider’s message that was refused uses up its number, and the next one counts on', async () => {
  const { worker, other } = await aHub();
  worker.removeAllListeners('request');
  const handed = new Promise<{ request_id: string; attempt: number }>((resolve) => worker.once('request', resolve));
  other.emit('request', { to: 'echo', action: 'say' });
  const { request_id, attempt } = await handed;
  const stamp = { request_id, attempt };
  const deep: unknown = JSON.parse(nested(100));
  expect(await worker.emitWithAck('chunk', { ...stamp, n: 1, data: 'one' })).toEqual({ ok: true });
  expect(await worker.emitWithAck('chunk', { ...stamp, n: 2 })).toMatchObject({ error: { code: 'invalid_message' } });
  expect(await worker.emitWithAck('chunk', { ...stamp, n: 3, data: deep })).toMatchObject({
    error: { code: 'payload_too_large' },
  });
  expect(await worker.emitWithAck('chunk', { ...stamp, n: 4, data: 'four' })).toEqual({ ok: true });
  expect(await worker.emitWithAck('chunk', { ...stamp, n: 4, data: 'four' })).toEqual({ ok: true, duplicate: true });
});

test('a client that says too much is told how long to wait, and may go on then', async () => {
  const { hub, other } = await aHub({ rates: { eventsPerSecond: 100 } });
  const peer = await aRawPeer(hub);
  for (let at = 0; at < 100; at += 1) peer.say('42["services",{}]');
  const { error } = (await peer.ask('["services",{}]', 1)) as Answer;
  expect(error).toMatchObject({ code: 'rate_limited', retryable: true, details: { limit: 'events_per_second', max: 100 } });
  const retryAfterMs = error.details['retry_after_ms'] as number;
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(await isServed(other)).toBe(true);
  hub.clock.advance(retryAfterMs);
  expect(await peer.ask('["services",{}]', 2)).toMatchObject({ ok: true });
});

test('a provider that says too much is heard later, whole and in order', async () => {
  const { hub, worker, other } = await aHub({ rates: { eventsPerSecond: 50 } });
  worker.removeAllListeners('request');
  const handed = new Promise<{ request_id: string }>((resolve) => worker.once('request', resolve));
  other.emit('request', { to: 'echo', action: 'say' });
  const { request_id } = await handed;
  const parts: string[] = [];
  other.on('chunk', ({ data }: { data: string }) => parts.push(data));
  for (let at = 0; at < 200; at += 1) worker.emit('chunk', { request_id, data: `${at} ` });
  const ended = worker.emitWithAck('result', { request_id });
  let isEnded = false;
  const result = new Promise<void>((resolve) => other.once('result', () => resolve())).then(() => {
    isEnded = true;
  });
  while (!isEnded) {
    hub.clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await result;
  expect(await ended).toEqual({ ok: true });
  expect(parts.join('')).toBe(Array.from({ length: 200 }, (_, at) => `${at} `).join(''));
});

test('a peer that does not take its answers is not heard further, and gets them all when it does', async () => {
  const { hub, worker, other } = await aHub();
  const result = new Promise((resolve) => other.once('result', resolve));
  const { request_id } = (await other.emitWithAck('request', {
    to: 'echo',
    action: 'say',
    payload: 'x'.repeat(500_000),
  })) as { request_id: string };
  await result;
  const peer = await aRawPeer(hub);
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  peer.stopReading();
  for (let id = 0; id < 400; id += 1) peer.say(`42${id}["get",{"request_id":"${request_id}","include":["payload"]}]`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  // 400 answers are 200 MB.
  expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
  expect(await isServed(other)).toBe(true);
  expect(worker.connected).toBe(true);
  peer.goOnReading();
  let timersRun = 0;
  while (peer.received.filter((text) => text.startsWith('43')).length < 400 && timersRun < 5_000) {
    hub.clock.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    timersRun += 1;
  }
  expect(peer.received.filter((text) => text.startsWith('43'))).toHaveLength(400);
});
