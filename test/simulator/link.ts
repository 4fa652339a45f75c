/** A connection between a peer and the hub, as TCP gives it: in order, late, and cut at any moment with what was on its way. */

import type { Acknowledge, Connection, ConnectionListener } from '../../packages/hub/src/wire/connection.ts';
import type { World } from './world.ts';

export interface LinkEnd {
  /** An event came from the hub. */
  received(name: string, body: Fields, acknowledge: (() => void) | undefined): void;
  /** The connection is gone, which need not be the one that it has by now. */
  lost(link: Link): void;
}

export type Fields = Record<string, unknown>;

/** How long the hub waits for a heartbeat's answer before it gives a silent peer up. */
const heartbeatMs = 10_000;

export class Link implements Connection {
  listener: ConnectionListener | undefined;
  readonly auth: Fields;
  readonly #world: World;
  readonly #peer: LinkEnd;
  readonly #waiting: (() => void)[] = [];
  #isCut = false;
  #isHubClosed = false;
  #toPeerAt = 0;
  #toHubAt = 0;
  #unsentBytes = 0;
  #answeredAt: number;
  /** Until then the peer takes nothing. */
  frozenUntil = 0;

  constructor(world: World, auth: Fields, peer: LinkEnd) {
    this.#world = world;
    this.auth = auth;
    this.#peer = peer;
    this.#answeredAt = world.clock.elapsed();
  }

  /** The handshake is through: heartbeats begin. */
  open(): void {
    this.#beat();
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  send(name: string, body: object): void {
    this.#toPeer(name, body as Fields, undefined);
  }

  sendForAck(name: string, body: object, acknowledged: () => void): void {
    this.#toPeer(name, body as Fields, () => this.#toHub(acknowledged));
  }

  onDrain(callback: () => void): void {
    if (this.#world.plant === 'lost-wake-up' && this.#world.random.chance(0.5)) return;
    this.#waiting.push(callback);
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.cut();
  }

  /** The peer says something. */
  emit(name: string, body: Fields, answered?: (answer: Fields) => void): void {
    const acknowledge: Acknowledge | undefined =
      answered === undefined ? undefined : (answer) => this.#later(() => answered(copyOf(answer) as Fields));
    const message = copyOf(body);
    this.#toHub(() => {
      this.#world.trace(`> ${name} ${JSON.stringify(message)}`);
      this.listener?.message(name, [message], acknowledge);
    });
  }

  /** Cuts it: what is on its way is lost. The hub notices after `noticedMs`, the peer after some time of its own. */
  cut(noticedMs = 0): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const { clock, random } = this.#world;
    this.#world.hubClock.after(noticedMs, () => this.#hubNotices());
    clock.after(random.between(0, 1_500), () => this.#peer.lost(this));
  }

  #hubNotices(): void {
    if (this.#isHubClosed) return;
    this.#isHubClosed = true;
    for (const callback of this.#waiting.splice(0)) callback();
    this.listener?.closed();
  }

  #toPeer(name: string, body: Fields, acknowledge: (() => void) | undefined): void {
    const bytes = weigh(body);
    this.#unsentBytes += bytes;
    const message = copyOf(body) as Fields;
    this.#later(() => {
      this.#unsentBytes -= bytes;
      this.#world.trace(`< ${name} ${JSON.stringify(message)}`);
      this.#peer.received(name, message, acknowledge);
      if (this.#unsentBytes < 64 * 1024) for (const callback of this.#waiting.splice(0)) callback();
    });
  }

  /** In the order of the calls, after the network's delay; not at all once it is cut. */
  #later(deliver: () => void): void {
    const { clock, random } = this.#world;
    const at = Math.max(this.#toPeerAt, this.frozenUntil, clock.elapsed() + random.between(1, 40));
    this.#toPeerAt = at;
    clock.after(at - clock.elapsed(), () => {
      if (this.#isCut) return;
      if (this.frozenUntil > clock.elapsed()) this.#toPeerAt = Math.max(this.#toPeerAt, this.frozenUntil);
      deliver();
    });
  }

  #toHub(deliver: () => void): void {
    const { clock, random } = this.#world;
    const at = Math.max(this.#toHubAt, clock.elapsed() + random.between(1, 40));
    this.#toHubAt = at;
    const generation = this.#world.hubGeneration;
    clock.after(at - clock.elapsed(), () => {
      if (!this.#isCut && !this.#isHubClosed && generation === this.#world.hubGeneration) deliver();
    });
  }

  #beat(): void {
    const { hubClock, clock } = this.#world;
    hubClock.after(heartbeatMs, () => {
      if (this.#isHubClosed) return;
      if (clock.elapsed() - this.#answeredAt > 2 * heartbeatMs) {
        this.#isCut = true;
        clock.after(0, () => this.#peer.lost(this));
        return this.#hubNotices();
      }
      this.listener?.heartbeatSent();
      this.#later(() =>
        this.#toHub(() => {
          this.#answeredAt = clock.elapsed();
          this.listener?.heartbeatAnswered();
        }),
      );
      this.#beat();
    });
  }
}

/** What crosses a wire is a copy. Texts are all that the simulation sends. */
function copyOf(body: object): unknown {
  return JSON.parse(JSON.stringify(body)) as unknown;
}

/** A text that says how long it is weighs that much: long texts need not be carried around. */
function weigh(body: Fields): number {
  const data = body['data'];
  const heavy = typeof data === 'string' ? /^\[(\d+)\]/.exec(data)?.[1] : undefined;
  return 200 + Number(heavy ?? 0);
}
