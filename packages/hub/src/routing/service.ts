/** One name that requests are sent to: its pool, what it offers, and who waits for it. */

import type { ServiceInfo } from '@conduit/sdk/protocol/events';
import type { Action, RegisterService } from '@conduit/sdk/protocol/messages';
import { Line } from './line.ts';
import { Pool } from './pool.ts';
import type { KnownService } from './ports.ts';
import type { Provider } from './provider.ts';
import type { RequestRecord } from './record.ts';

export class Service {
  readonly tenant: string;
  readonly name: string;
  readonly pool = new Pool();
  /** Hub time at which it last had a provider; undefined: never. */
  seenElapsed: number | undefined;
  /** Hub time at which its last provider left; undefined: not in this life of the hub. */
  leftElapsed: number | undefined;
  /** An operator stopped it: what comes waits. */
  isPaused = false;
  #actions = new Map<string, Action>();
  #takesAny = false;
  #lines = new Map<string, Line>();
  #waiting = 0;

  constructor(tenant: string, name: string) {
    this.tenant = tenant;
    this.name = name;
  }

  /** Learns what a provider offers; the latest word on an action wins. */
  learn(message: Pick<RegisterService, 'actions'>): void {
    if (message.actions === undefined) this.#takesAny = true;
    for (const action of message.actions ?? []) this.#actions.set(action.name, action);
  }

  recall(known: KnownService): void {
    this.#takesAny = known.takesAny;
    for (const action of known.actions) this.#actions.set(action.name, action);
    this.seenElapsed = known.seenElapsed;
    this.isPaused = known.isPaused === true;
  }

  known(seenElapsed: number): KnownService {
    const { tenant, name } = this;
    return {
      tenant,
      name,
      actions: [...this.#actions.values()],
      takesAny: this.#takesAny,
      seenElapsed,
      ...(this.isPaused ? { isPaused: true } : {}),
    };
  }

  /** Whether any provider, here or remembered, would take the action. */
  offers(action: string): boolean {
    return this.#takesAny || this.#actions.has(action);
  }

  /** Names of actions, so many at the most. */
  named(most: number): string[] {
    return [...this.#actions.keys()].slice(0, most);
  }

  action(name: string): Action | undefined {
    return this.#actions.get(name);
  }

  get waiting(): number {
    return this.#waiting;
  }

  isWaitingFor(action: string): boolean {
    return (this.#lines.get(action)?.length ?? 0) > 0;
  }

  enqueue(record: RequestRecord, turnedDown: ReadonlyMap<string, number>): void {
    let line = this.#lines.get(record.action);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(record.action, line);
    }
    line.add(record, turnedDown);
    this.#waiting += 1;
  }

  dequeue(record: RequestRecord): void {
    const line = this.#lines.get(record.action);
    if (line === undefined) return;
    const before = line.length;
    line.remove(record.requestId);
    this.#waiting -= before - line.length;
    if (line.length === 0) this.#lines.delete(record.action);
  }

  /** The lines, the one whose first has the best claim first: one action's busy line holds up no other. */
  lines(): readonly (readonly [action: string, line: Line])[] {
    if (this.#lines.size < 2) return [...this.#lines];
    return [...this.#lines].sort(([, one], [, other]) => (one.first?.key ?? 0) - (other.first?.key ?? 0));
  }

  /** Why a request for this action can't be handed over now. */
  whyWaiting(action: string): string {
    if (this.isPaused) return 'paused';
    const takers = this.pool.providers.filter((provider) => provider.takes(action) && !provider.isDraining);
    if (takers.length === 0) return 'no_provider';
    return takers.every((provider) => provider.isSuspect) ? 'provider_suspect' : 'at_capacity';
  }

  /** @param elapsed hub time, for how long nobody has provided it. */
  info(elapsed: number): ServiceInfo {
    const actions = [...this.#actions.values()];
    const providers = this.pool.providers.map((provider: Provider) => provider.info());
    const said = { name: this.name, actions, providers, waiting: this.#waiting, paused: this.isPaused };
    const isUnprovided = providers.length === 0 && this.leftElapsed !== undefined;
    return isUnprovided ? { ...said, unprovidedMs: elapsed - (this.leftElapsed ?? elapsed) } : said;
  }
}
