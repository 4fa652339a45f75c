/** One peer's offer of one service: what it takes, how much of it, and what it holds. */

import type { Party, ProviderInfo } from '@conduit/sdk/protocol/events';
import { defaultCapacity } from '@conduit/sdk/protocol/limits';
import type { RegisterService } from '@conduit/sdk/protocol/messages';
import type { Peer } from './peer.ts';
import type { Taker } from './steps.ts';

/** More than this unsent to a provider is no room: it does not keep up with what it has. */
const maxUnsentBytes = 4 * 1024 * 1024;

export class Provider {
  readonly peer: Peer;
  readonly service: string;
  readonly joinedAt: number;
  /** The places it has taken: the attempt of each request. A place may outlast its request until the provider has answered. */
  readonly held = new Map<string, number>();
  /** How many requests it has been handed. */
  served = 0;
  instanceId: string | undefined;
  isDraining = false;
  /** It did not answer when it should have: out of turn until its next message. */
  isSuspect = false;
  #actions: ReadonlySet<string> | undefined;
  #capacity = defaultCapacity;
  #acks = false;

  constructor(peer: Peer, message: RegisterService, joinedAt: number) {
    this.peer = peer;
    this.service = message.name;
    this.joinedAt = joinedAt;
    this.say(message);
  }

  /** Takes what it says of itself; said again, it replaces what was said before and nothing else. */
  say(message: RegisterService): void {
    this.#actions = message.actions === undefined ? undefined : new Set(message.actions.map((action) => action.name));
    this.#capacity = message.capacity ?? defaultCapacity;
    this.#acks = message.acks === true;
    this.instanceId = message.instanceId;
    this.isDraining = false;
    this.isSuspect = false;
  }

  get acks(): boolean {
    return this.#acks;
  }

  /** Left out, it takes every action. */
  get takesAny(): boolean {
    return this.#actions === undefined;
  }

  takes(action: string): boolean {
    return this.#actions === undefined || this.#actions.has(action);
  }

  get hasRoom(): boolean {
    if (this.isDraining || this.isSuspect || this.held.size >= this.#capacity) return false;
    return this.peer.outlet !== undefined && !this.isClogged;
  }

  /** It does not keep up with what it was sent. */
  get isClogged(): boolean {
    return (this.peer.outlet?.unsentBytes ?? 0) > maxUnsentBytes;
  }

  get state(): ProviderInfo['state'] {
    if (this.isSuspect) return 'suspect';
    if (this.isDraining) return 'draining';
    return this.hasRoom ? 'ready' : 'busy';
  }

  taker(hubId: string): Taker {
    return { party: this.party(hubId), acks: this.#acks };
  }

  party(hubId: string): Party {
    const party = this.peer.party(hubId);
    return this.instanceId === undefined ? party : { ...party, instanceId: this.instanceId };
  }

  info(): ProviderInfo {
    const { sessionId, name } = this.peer;
    return {
      sessionId,
      ...(this.instanceId === undefined ? {} : { instanceId: this.instanceId }),
      ...(name === undefined ? {} : { name }),
      state: this.state,
      held: this.held.size,
      capacity: this.#capacity,
      served: this.served,
      joinedAt: this.joinedAt,
    };
  }
}
