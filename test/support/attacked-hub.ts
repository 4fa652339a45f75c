/** A hub of its own for a file of attacks. During each it serves somebody else, and after it nothing is left: no memory, no error of its own. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { RawPeer } from '../../packages/hub/src/testing/raw-peer.ts';
import { aFreePort, type HubOptions, HubProcess } from './hub-process.ts';
import { echo, Peer } from './peer.ts';

/** What an attack may leave behind, as caches and compiled code. */
const maxLeftBytes = 50 * 1024 ** 2;
/** What is held only for a time goes within this. */
const backWithinMs = 20_000;
/** How long others may wait at the most, on a machine with ten times the work that it has cores for: idle it is below 1 s. */
const promptMs = 20_000;

export interface AttackedHub {
  readonly process: HubProcess;
  readonly url: string;
  /** A WebSocket made by hand, after Socket.IO's handshake. */
  raw(): Promise<RawPeer>;
  /** A WebSocket made by hand that has not said anything yet. */
  unfinished(): Promise<RawPeer>;
  /** How much more memory the hub has in use than before all attacks, which goes on. */
  grownBytes(): Promise<number>;
  /** A connection of TCP on which nothing was said. */
  socket(): Socket;
  /** What the hub answers to bytes as they are, until it closes the connection. */
  answerTo(bytes: string): Promise<string>;
}

/** Call it at the top of a file. */
export function anAttackedHub(options: HubOptions = {}): AttackedHub {
  let hub: HubProcess | undefined;
  let others: Others | undefined;
  let before = 0;
  let said = 0;
  const ends: (() => void)[] = [];
  const attacked: AttackedHub = {
    get process() {
      if (hub === undefined) throw new Error('the hub has not started');
      return hub;
    },
    get url() {
      return attacked.process.url;
    },
    async raw() {
      return await (await attacked.unfinished()).connect();
    },
    async unfinished() {
      const peer = await RawPeer.open(attacked.url);
      ends.push(() => peer.end());
      return peer;
    },
    async grownBytes() {
      return (await attacked.process.bytesInUse()) - before;
    },
    socket() {
      const socket = connect(attacked.process.port, '127.0.0.1');
      socket.on('error', () => undefined);
      ends.push(() => void socket.destroy());
      return socket;
    },
    async answerTo(bytes) {
      const socket = attacked.socket();
      let answer = '';
      socket.on('data', (data) => {
        answer += String(data);
      });
      socket.write(bytes);
      await once(socket, 'close');
      return answer;
    },
  };
  beforeAll(async () => {
    hub = new HubProcess(await aFreePort(), { ...options, isProbed: true });
    await hub.start();
    others = new Others(hub.url);
    await others.warmUp();
    before = await hub.bytesInUse();
  }, 60_000);
  beforeEach(() => {
    said = attacked.process.output.length;
    others?.goOn();
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    expect(await others?.pause(), 'how long others waited at the most, ms').toBeLessThan(promptMs);
    const giveUpAt = performance.now() + backWithinMs;
    let left = Number.POSITIVE_INFINITY;
    while (left > maxLeftBytes && performance.now() < giveUpAt) left = await attacked.grownBytes();
    expect(left, 'bytes that the attack left behind').toBeLessThan(maxLeftBytes);
    expect(attacked.process.output.slice(said), 'errors of its own').not.toMatch(/"level":"(?:error|fatal)"/);
  }, 60_000);
  afterAll(async () => {
    others?.close();
    await hub?.close();
  });
  return attacked;
}

/** Somebody who has nothing to do with it: stock Socket.IO, one request after the other. */
class Others {
  readonly #worker: Peer;
  readonly #client: Peer;
  #longestMs = 0;
  #isGoingOn = false;
  #going: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#worker = new Peer(url);
    this.#client = new Peer(url);
  }

  /** What is compiled and cached at first use is no leak. */
  async warmUp(): Promise<void> {
    this.#worker.socket.on('request', (handed) => echo(handed, this.#worker));
    await this.#worker.ok('register', { type: 'service', name: 'others' });
    for (let time = 0; time < 100; time += 1) await this.#request();
  }

  goOn(): void {
    this.#longestMs = 0;
    this.#isGoingOn = true;
    this.#going = this.#go();
    // Who awaits it is told; a failure that comes before is none that nobody handles.
    this.#going.catch(() => undefined);
  }

  /** Is served once more. @returns how long any request took at the most, milliseconds. */
  async pause(): Promise<number> {
    this.#isGoingOn = false;
    await this.#going;
    await this.#request();
    return this.#longestMs;
  }

  close(): void {
    this.#client.close();
    this.#worker.close();
  }

  async #go(): Promise<void> {
    while (this.#isGoingOn) {
      await this.#request();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #request(): Promise<void> {
    const startedAt = performance.now();
    const { name, body } = await this.#client.finish({ to: 'others', action: 'go', payload: 'still here' });
    expect({ name, result: body.result }).toEqual({ name: 'result', result: 'still here' });
    this.#longestMs = Math.max(this.#longestMs, performance.now() - startedAt);
  }
}
