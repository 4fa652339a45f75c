/** Attacks by taking time: begun and not finished, said by the drop, never taken. All at once, each awaited by a test of its own. */

import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawPeer } from '../../packages/hub/src/testing/raw-peer.ts';
import { anAttackedHub } from '../support/attacked-hub.ts';

const hub = anAttackedHub();

/** Something that is said again and again, so that nothing but the hub's patience ends it; who does not read hears of the end by it. */
type Drip = () => void;

interface Attack {
  readonly isOver: () => boolean;
  readonly drip?: Drip;
  readonly end: () => void;
}

interface Case {
  readonly begin: () => Promise<Attack>;
  /** Not sooner: what ends it is that it takes too long. Milliseconds. */
  readonly afterMs: number;
}

/** Where time is looked at every so often, and a machine with too much to do looks late. */
const lateMs = 25_000;
const dripMs = 500;

const head = 'Host: localhost\r\nContent-Type: application/json\r\n';
const tenAttachments = Array.from({ length: 10 }, (_, num) => `{"_placeholder":true,"num":${num}}`);

const neverConnected = 'the last of 200 sessions that never connect';
let sessions: ReturnType<typeof unconnected>;

const cases: Readonly<Record<string, Case>> = {
  'a connection on which nothing is said': { begin: async () => aSocketThatSays(''), afterMs: 9_000 },
  'headers that come line by line': {
    begin: async () => aSocketThatSays('GET / HTTP/1.1\r\nHost: localhost\r\n', 'X-Slow: 1\r\n'),
    afterMs: 9_000,
  },
  'a body that comes byte by byte': {
    begin: async () => aSocketThatSays(`POST /api/v1/requests HTTP/1.1\r\n${head}Content-Length: 1000000\r\n\r\n{`, ' '),
    afterMs: 29_000,
  },
  'a polling body that comes byte by byte': {
    begin: async () => aSocketThatSays(`POST ${await aPollingSession()} HTTP/1.1\r\n${head}Content-Length: 1000000\r\n\r\n`, ' '),
    afterMs: 9_000,
  },
  'a WebSocket that says nothing': { begin: async () => aPeer(await RawPeer.open(hub.url)), afterMs: 9_000 },
  [neverConnected]: {
    begin: async () => {
      sessions = unconnected();
      const { peers } = await sessions;
      return {
        isOver: () => peers.every(({ isClosed }) => isClosed),
        end: () => {
          for (const peer of peers) peer.end();
        },
      };
    },
    afterMs: 9_000,
  },
  'a WebSocket that answers no heartbeat': { begin: async () => aPeer(await connected()), afterMs: 18_000 },
  'nine of ten attachments': {
    begin: async () => {
      const peer = await connected();
      peer.say(`4510-["request",{"payload":[${tenAttachments}]}]`, ...tenAttachments.slice(1).map(() => new Uint8Array(9)));
      return { ...aPeer(peer), drip: () => peer.say('3') };
    },
    afterMs: 9_000,
  },
  'one piece of a message': {
    begin: async () => {
      const peer = await connected();
      peer.sayBytes(Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x34]));
      return { ...aPeer(peer), drip: () => peer.ping(1) };
    },
    afterMs: 18_000,
  },
  'answers over a WebSocket that nobody takes': {
    begin: async () => {
      const requestId = await aLargeRequest();
      const peer = await connected();
      peer.stopReading();
      for (let at = 0; at < 30; at += 1) peer.say(`42${at}["get",{"request_id":"${requestId}","include":["payload"]}]`);
      return { ...aPeer(peer), drip: () => peer.say('3') };
    },
    afterMs: 18_000,
  },
  'answers over HTTP that nobody takes': {
    begin: async () => {
      const path = `/api/v1/requests/${await aLargeRequest()}/payload`;
      const attack = aSocketThatSays(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(16));
      attack.socket.pause();
      return { ...attack, drip: () => void attack.socket.write('\r\n') };
    },
    afterMs: 29_000,
  },
};

const ends: (() => void)[] = [];
const over = new Map<string, Promise<number>>();

beforeAll(() => {
  for (const [what, attack] of Object.entries(cases)) over.set(what, timeToEnd(attack));
});

afterAll(() => {
  for (const end of ends) end();
});

test.each(Object.entries(cases))('%s is ended when its time is over', async (what, { afterMs }) => {
  const ms = await over.get(what);
  expect(ms).toBeGreaterThan(afterMs);
  expect(ms).toBeLessThan(afterMs + lateMs);
});

test('sessions that never connect are gone, those by polling too', async () => {
  await over.get(neverConnected);
  const { polled } = await sessions;
  for (const session of polled) {
    // What still waits for it may be a heartbeat, and that it is over.
    let answer = '2';
    while (answer === '2') answer = await (await fetch(session)).text();
    expect(answer).toMatch(/Session ID unknown|1$/);
  }
});

/** Two hundred of them. */
async function unconnected(): Promise<{ readonly peers: readonly RawPeer[]; readonly polled: readonly string[] }> {
  const polling = `${hub.url}/socket.io/?EIO=4&transport=polling`;
  const opened = await Promise.all(Array.from({ length: 100 }, async () => await (await fetch(polling)).text()));
  const polled = opened.map((text) => `${polling}&sid=${(JSON.parse(text.slice(1)) as { sid: string }).sid}`);
  return { peers: await Promise.all(Array.from({ length: 100 }, async () => await RawPeer.open(hub.url))), polled };
}

function aSocketThatSays(first: string, more?: string): Attack & { readonly socket: Socket } {
  const socket = connect(hub.process.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(first);
  socket.resume();
  const drip = more === undefined ? {} : { drip: () => void socket.write(more) };
  return { socket, isOver: () => socket.closed, end: () => void socket.destroy(), ...drip };
}

function aPeer(peer: RawPeer): Attack {
  return { isOver: () => peer.isClosed, end: () => peer.end() };
}

async function connected(): Promise<RawPeer> {
  return await (await RawPeer.open(hub.url)).connect();
}

/** @returns where it is asked, as a path. */
async function aPollingSession(): Promise<string> {
  const path = '/socket.io/?EIO=4&transport=polling';
  const { sid } = JSON.parse((await (await fetch(hub.url + path)).text()).slice(1)) as { sid: string };
  await fetch(`${hub.url + path}&sid=${sid}`, { method: 'POST', body: '40{}' });
  return `${path}&sid=${sid}`;
}

async function aLargeRequest(): Promise<string> {
  const answer = await fetch(`${hub.url}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to: 'others', action: 'go', payload: 'x'.repeat(1_000_000) }),
  });
  return ((await answer.json()) as { request_id: string }).request_id;
}

/** After how many milliseconds the hub ended it. */
async function timeToEnd({ begin, afterMs }: Case): Promise<number> {
  const startedAt = performance.now();
  const { isOver, drip, end } = await begin();
  ends.push(end);
  return await new Promise((resolve) => {
    const looking = setInterval(() => {
      const ms = performance.now() - startedAt;
      if (isOver() || ms > afterMs + lateMs) {
        clearInterval(looking);
        resolve(ms);
      } else drip?.();
    }, dripMs);
    ends.push(() => clearInterval(looking));
  });
}
