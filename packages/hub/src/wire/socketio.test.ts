import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConduitError } from '@conduit/sdk/protocol/errors';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { RawPeer } from '../testing/raw-peer.ts';
import type { Accept, Connection } from './connection.ts';
import { serveSocketIo, type Timing } from './socketio.ts';
import type { Messages } from './traffic.ts';

interface Heard {
  readonly name: unknown;
  readonly args: readonly unknown[];
}

interface Setup {
  readonly accept?: Accept;
  readonly timing?: Partial<Timing>;
  readonly messages?: Messages;
}

const ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Socket.IO whose every connection is kept, and whose every message is heard and acknowledged with its number of arguments. */
async function aWire({ accept, timing = {}, messages = { received: 0, sent: 0 } }: Setup = {}) {
  const connections: Connection[] = [];
  const heard: Heard[] = [];
  const happened: string[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const take: Accept = (connection) => ({
    pid: 'the-same-pid',
    start: () => {
      connections.push(connection);
      connection.listener = {
        message: (name, args, acknowledge) => {
          heard.push({ name, args });
          acknowledge?.({ heard: args.length });
        },
        heartbeatSent: () => happened.push('sent'),
        heartbeatAnswered: () => happened.push('answered'),
        closed: () => happened.push('closed'),
      };
    },
  });
  const sockets = serveSocketIo({
    server,
    maxMessageBytes: 1024 * 1024,
    messages,
    accept: accept ?? take,
    allowedOrigin: () => true,
    timing: { lookMs: 20, ...timing },
  });
  ends.push(() => sockets.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    sockets,
    connections,
    heard,
    happened,
    client(options: object = {}): Socket {
      const client = io(url, { forceNew: true, reconnectionDelay: 10, reconnectionDelayMax: 20, ...options });
      ends.push(() => void client.close());
      return client;
    },
    async raw(): Promise<RawPeer> {
      const peer = await RawPeer.open(url);
      ends.push(() => peer.end());
      return peer;
    },
  };
}

async function connected(client: Socket): Promise<Socket> {
  if (!client.connected) await new Promise<void>((resolve) => client.once('connect', resolve));
  return client;
}

async function event(client: Socket, name: string): Promise<unknown> {
  return await new Promise((resolve) => client.once(name, resolve));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Somebody else, who must not notice. */
async function isServed(client: Socket): Promise<boolean> {
  const answer = (await client.timeout(2_000).emitWithAck('hello', {})) as { heard: number };
  return answer.heard === 1;
}

test('messages arrive in the order in which they were sent, with what they carried', async () => {
  const wire = await aWire();
  const client = await connected(wire.client());
  client.emit('one', { a: 1 });
  client.emit('two', { data: new Uint8Array([1, 2]) }, { b: 2 });
  expect(await client.emitWithAck('three')).toEqual({ heard: 0 });
  expect(wire.heard.map(({ name, args }) => [name, args.length])).toEqual([
    ['one', 1],
    ['two', 2],
    ['three', 0],
  ]);
});

for (const transports of [['websocket'], ['polling']]) {
  test(`what is sent arrives over ${transports[0]}, and acknowledgements come back`, async () => {
    const wire = await aWire();
    const client = await connected(wire.client({ transports }));
    client.on('asked', (_body: unknown, acknowledge: (answer: object) => void) => acknowledge({ any: 'thing' }));
    wire.connections[0]?.send('told', { data: Buffer.from('abc') });
    expect(Buffer.from(((await event(client, 'told')) as { data: Buffer }).data).toString()).toBe('abc');
    await new Promise<void>((resolve) => wire.connections[0]?.sendForAck('asked', {}, resolve));
  });
}

test('a peer that may not connect at all is told the code', async () => {
  const wire = await aWire({
    accept: () => {
      throw new ConduitError('unauthenticated');
    },
  });
  const error = (await event(wire.client(), 'connect_error')) as Error & { data: { code: string } };
  expect(error.data.code).toBe('unauthenticated');
});

test('a peer that may not connect now is told to try again later, and a JavaScript client does', async () => {
  let isFull = true;
  const welcome = { pid: 'a-pid', start: () => undefined };
  const wire = await aWire({
    accept: async () => {
      if (isFull) throw new ConduitError('rate_limited');
      return welcome;
    },
  });
  const client = wire.client({ transports: ['websocket'] });
  const closing = await new Promise((resolve) => {
    client.once('disconnect', (_reason, details) => resolve(Reflect.get(details as object, 'context')));
  });
  expect(closing).toMatchObject({ code: 1013, reason: 'rate_limited' });
  const polling = wire.client({ transports: ['polling'] });
  expect(await event(polling, 'disconnect')).toBe('transport close');
  isFull = false;
  await Promise.all([connected(client), connected(polling)]);
});

test('a peer that leaves while its token is looked at leaves nothing behind', async () => {
  let look = (): void => undefined;
  const looked = new Promise<void>((resolve) => {
    look = resolve;
  });
  const wire = await aWire({
    accept: async () => {
      await looked;
      return { pid: 'a-pid', start: () => undefined };
    },
  });
  const [leaving, staying] = [await wire.raw(), await wire.raw()];
  leaving.say('40{}');
  staying.say('40{}');
  leaving.end();
  await leaving.closed();
  look();
  await staying.until(() => staying.received.some((text) => text.startsWith('40')));
  await until(() => wire.sockets.connections === 1);
});

test('a token in the address is refused, over both transports', async () => {
  const wire = await aWire();
  for (const transports of [['websocket'], ['polling']]) {
    const error = (await event(wire.client({ transports, query: { token: 'secret' } }), 'connect_error')) as Error & {
      data: unknown;
    };
    expect(error.data).toMatchObject({ code: 'unauthenticated', details: { reason: 'in_query' } });
  }
  expect(wire.connections).toEqual([]);
});

test('a stock client gives its pid back, finds itself recovered, and comes back by itself after close()', async () => {
  const wire = await aWire();
  const client = await connected(wire.client());
  expect(client.recovered).toBeFalsy();
  wire.connections[0]?.close();
  expect(await event(client, 'disconnect')).toBe('transport close');
  await connected(client);
  expect(client.recovered).toBe(true);
  expect(wire.connections[1]?.auth['pid']).toBe('the-same-pid');
  expect(wire.happened).toContain('closed');
});

test('what was sent before close() arrives', async () => {
  const wire = await aWire();
  const client = await connected(wire.client({ transports: ['websocket'] }));
  const received: unknown[] = [];
  client.on('part', (body: { data: Buffer }) => received.push(body.data.length));
  for (let at = 0; at < 20; at += 1) wire.connections[0]?.send('part', { data: Buffer.alloc(256 * 1024) });
  wire.connections[0]?.close();
  await event(client, 'disconnect');
  expect(received).toHaveLength(20);
});

test('heartbeats are told, sent before answered', async () => {
  const wire = await aWire({ timing: { heartbeatMs: 30 } });
  await connected(wire.client({ transports: ['websocket'] }));
  await until(() => wire.happened.length >= 4);
  expect(wire.happened.slice(0, 4)).toEqual(['sent', 'answered', 'sent', 'answered']);
});

test('how long a heartbeat takes there and back is known once it was answered, and an answer that nobody asked for measures nothing', async () => {
  const wire = await aWire({ timing: { heartbeatMs: 30 } });
  const peer = await (await wire.raw()).connect();
  const [connection] = wire.connections;
  peer.say('3');
  await until(() => wire.happened.includes('answered'));
  expect(connection?.roundTripMs).toBeUndefined();
  await until(() => wire.happened.includes('sent'));
  peer.say('3');
  await until(() => wire.happened.at(-1) === 'answered' && connection?.roundTripMs !== undefined);
  expect(connection?.roundTripMs).toBeGreaterThan(0);
  expect(connection?.roundTripMs).toBeLessThan(10_000);
});

test('messages are counted in either direction, and acknowledgements are none', async () => {
  const messages = { received: 0, sent: 0 };
  const wire = await aWire({ messages });
  const client = await connected(wire.client());
  client.on('asked', (_body: unknown, acknowledge: (answer: object) => void) => acknowledge({}));
  await client.emitWithAck('one', {});
  client.emit('two', {});
  wire.connections[0]?.send('told', {});
  await new Promise<void>((resolve) => wire.connections[0]?.sendForAck('asked', {}, resolve));
  await until(() => wire.heard.length === 2);
  expect(messages).toEqual({ received: 2, sent: 2 });
});

test('what a peer does not read is counted in bytes, and drains when it reads on', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  peer.stopReading();
  const [connection] = wire.connections;
  const part = { text: 'ü'.repeat(128 * 1024) };
  for (let at = 0; at < 64; at += 1) connection?.send('part', part);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const unsent = connection?.unsentBytes ?? 0;
  expect(unsent).toBeGreaterThan(4 * 1024 * 1024);
  expect(unsent).toBeLessThanOrEqual(64 * (256 * 1024 + 100));
  let isDrained = false;
  connection?.onDrain(() => {
    isDrained = true;
  });
  expect(isDrained).toBe(false);
  peer.goOnReading();
  await until(() => isDrained);
  expect(connection?.unsentBytes).toBeLessThan(128 * 1024);
});

test('what waits for a polling peer is counted in bytes', async () => {
  const wire = await aWire();
  const opened = await (await fetch(`${wire.url}/socket.io/?EIO=4&transport=polling`)).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  const poll = `${wire.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  await fetch(poll, { method: 'POST', body: '40' });
  await (await fetch(poll)).text();
  const [connection] = wire.connections;
  for (let at = 0; at < 10; at += 1) connection?.send('part', { data: 'x'.repeat(100_000) });
  expect(connection?.unsentBytes).toBeGreaterThan(1_000_000);
  const drained = new Promise<void>((resolve) => connection?.onDrain(resolve));
  await (await fetch(poll)).text();
  void fetch(poll).catch(() => undefined);
  await drained;
});

test('whoever waits for a connection to drain goes on when it is gone', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  peer.stopReading();
  const [connection] = wire.connections;
  for (let at = 0; at < 32; at += 1) connection?.send('part', { data: 'x'.repeat(512 * 1024) });
  const drained = new Promise<void>((resolve) => connection?.onDrain(resolve));
  peer.end();
  await drained;
});

test('a peer that takes nothing is closed; one that takes a little at a time is not', async () => {
  const wire = await aWire({ timing: { stuckMs: 150 } });
  const [stuck, slow] = [await (await wire.raw()).connect(), await (await wire.raw()).connect()];
  for (const connection of wire.connections) {
    for (let at = 0; at < 40; at += 1) connection.send('part', { data: 'x'.repeat(1024 * 1024) });
  }
  stuck.stopReading();
  let isSlow = true;
  const sip = async (): Promise<void> => {
    while (isSlow) {
      slow.stopReading();
      await new Promise((resolve) => setTimeout(resolve, 30));
      slow.goOnReading();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const sipping = sip();
  await until(() => wire.sockets.connections === 1);
  expect(wire.happened).toEqual(['closed']);
  isSlow = false;
  await sipping;
  await slow.until(() => slow.received.length >= 41);
  expect(slow.isClosed).toBe(false);
});

test('a paused connection is not heard until it is resumed, and nothing is lost', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  const [connection] = wire.connections;
  connection?.pause();
  for (let at = 0; at < 2_000; at += 1) peer.say(`42["message",{"at":${at},"fill":"${'x'.repeat(1_000)}"}]`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(wire.heard.length).toBeLessThan(2_000);
  connection?.resume();
  await until(() => wire.heard.length === 2_000);
  expect(wire.heard.map(({ args }) => (args[0] as { at: number }).at)).toEqual(Array.from({ length: 2_000 }, (_, at) => at));
});

test('a client that leaves on its own leaves nothing open', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  peer.say('41');
  await peer.closed();
  expect(wire.happened).toEqual(['closed']);
  expect(wire.sockets.connections).toBe(0);
});

test('closing waits for nobody who does not answer', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  peer.stopReading();
  for (let at = 0; at < 32; at += 1) wire.connections[0]?.send('part', { data: 'x'.repeat(512 * 1024) });
  const startedAt = performance.now();
  await wire.sockets.close();
  expect(performance.now() - startedAt).toBeLessThan(6_000);
});

const brokenPackets: Record<string, readonly (string | Uint8Array)[]> = {
  'no packet at all': ['4zzz'],
  'an unknown engine packet': ['zzz'],
  'broken JSON': ['42["message",{'],
  'an object instead of a list': ['42{"message":1}'],
  'an event without a name': ['42[null]'],
  'a name of the parser': ['42["disconnect"]'],
  'a name of the emitter': ['42["newListener",{}]'],
  'binary that nothing announced': [new Uint8Array([1, 2, 3])],
  'text where binary was announced': ['451-["message",{"_placeholder":true,"num":0}]', '42["other"]'],
  'a placeholder without its attachment': ['451-["message",{"_placeholder":true,"num":9}]', new Uint8Array([1])],
  'more attachments than ten': ['4511-["message",{}]'],
  'attachments that are no number': ['45x-["message",{}]'],
  'a second handshake': ['40{}'],
  'an error of ours': ['44{"message":"no"}'],
  'a ping in the wrong direction': ['2'],
  'a frame above the cap': [`42["message",{"data":"${'x'.repeat(2 * 1024 * 1024)}"}]`],
  'a binary packet nested a hundred thousand deep': [
    `451-["message",${'['.repeat(100_000)}${']'.repeat(100_000)}]`,
    new Uint8Array([1]),
  ],
};

for (const [what, packets] of Object.entries(brokenPackets)) {
  test(`${what} closes the connection and nobody else's`, async () => {
    const wire = await aWire();
    const other = await connected(wire.client());
    const peer = await (await wire.raw()).connect();
    peer.say(...packets);
    await peer.closed();
    expect(await isServed(other)).toBe(true);
  });
}

test('bytes that are no WebSocket frame close the connection and nobody else’s', async () => {
  const wire = await aWire();
  const other = await connected(wire.client());
  const peer = await (await wire.raw()).connect();
  peer.sayBytes(Buffer.from([0xff, 0xff, 0x00, 0x01, 0x02, 0x03]));
  await peer.closed();
  expect(await isServed(other)).toBe(true);
});

test('a flood of pings whose answers are not read does not pile up here', async () => {
  const wire = await aWire();
  const other = await connected(wire.client());
  const peer = await (await wire.raw()).connect();
  peer.stopReading();
  for (let at = 0; at < 40; at += 1) {
    peer.ping(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await isServed(other)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 200));
  // The pings are 52 MB, and stay with whoever sends them.
  expect(wire.connections[1]?.unsentBytes).toBeLessThan(16 * 1024 * 1024);
});

test('odd names are messages like any other', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  const names = ['__proto__', 'constructor', 'error', 'toString', '', 'connection', 'x'.repeat(200_000), 7];
  for (const name of names) peer.say(`42${JSON.stringify([name, {}])}`);
  await until(() => wire.heard.length === names.length);
  expect(wire.heard.map(({ name }) => name)).toEqual(names);
  expect(peer.isClosed).toBe(false);
});

test('an event or an acknowledgement with half a million values overflows no stack', async () => {
  const wire = await aWire();
  const other = await connected(wire.client());
  const peer = await (await wire.raw()).connect();
  const values = ',0'.repeat(500_000);
  peer.say(`42["message"${values}]`);
  await until(() => wire.heard.length === 1);
  const acknowledged = new Promise<void>((resolve) => wire.connections[1]?.sendForAck('asked', {}, resolve));
  await peer.until(() => peer.received.some((text) => text.includes('asked')));
  const id = /^42(\d+)/.exec(peer.received.find((text) => text.includes('asked')) ?? '')?.[1];
  peer.say(`43${id}[0${values}]`);
  await acknowledged;
  expect(await isServed(other)).toBe(true);
});

test('an acknowledgement that nobody waits for, or that comes twice, does nothing', async () => {
  const wire = await aWire();
  const peer = await (await wire.raw()).connect();
  peer.say('43999[1]', '43[]');
  let times = 0;
  wire.connections[0]?.sendForAck('asked', {}, () => {
    times += 1;
  });
  await peer.until(() => peer.received.some((text) => text.includes('asked')));
  const id = /^42(\d+)/.exec(peer.received.find((text) => text.includes('asked')) ?? '')?.[1];
  peer.say(`43${id}[]`, `43${id}[]`, '420["message",{}]');
  await until(() => wire.heard.length === 1);
  expect(times).toBe(1);
});

test('a thousand handshakes over one connection make one connection at the most', async () => {
  const wire = await aWire();
  const peer = await wire.raw();
  peer.say(...Array.from({ length: 1_000 }, () => '40{}'));
  await peer.closed();
  expect(wire.connections.length).toBeLessThanOrEqual(1);
  await until(() => wire.sockets.connections === 0);
});

test('a handshake that is not finished is closed in time', async () => {
  const wire = await aWire({ timing: { unfinishedMs: 100 } });
  await (await wire.raw()).closed();
});

test('another namespace than the default one does not exist', async () => {
  const wire = await aWire({ timing: { unfinishedMs: 100 } });
  const peer = await wire.raw();
  peer.say('40/admin,{}');
  await peer.closed();
  expect(peer.received).toContain('44/admin,{"message":"Invalid namespace"}');
});

test('attachments that were announced and do not come close the connection, heartbeats or not', async () => {
  const wire = await aWire({ timing: { unfinishedMs: 200, heartbeatMs: 50 } });
  const peer = await (await wire.raw()).connect();
  peer.say('452-["message",{"a":{"_placeholder":true,"num":0},"b":{"_placeholder":true,"num":1}}]', new Uint8Array([1]));
  const beat = setInterval(() => peer.say('3'), 50);
  await peer.closed();
  clearInterval(beat);
  expect(wire.heard).toEqual([]);
});

test('attachments that come slowly are waited for', async () => {
  const wire = await aWire({ timing: { unfinishedMs: 200 } });
  const peer = await (await wire.raw()).connect();
  const parts = 8;
  const placeholders = Array.from({ length: parts }, (_, num) => ({ _placeholder: true, num }));
  peer.say(`45${parts}-${JSON.stringify(['message', placeholders])}`);
  for (let at = 0; at < parts; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 80));
    peer.say(new Uint8Array(8 * 1024));
  }
  await until(() => wire.heard.length === 1);
});
