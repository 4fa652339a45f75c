/** The timers of requests: at most one of each kind for each request, all gone when it ends. */

import type { Clock, Timer } from './ports.ts';

export type TimerKind = 'start' | 'deadline' | 'ack' | 'cancel' | 'turned_down';

export class RequestTimers {
  readonly #clock: Clock;
  readonly #timers = new Map<string, Partial<Record<TimerKind, Timer>>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces the timer of this kind. A time that has passed already fires at once, but never before this returns. */
  set(requestId: string, kind: TimerKind, delay: { readonly ms: number; readonly run: () => void }): void {
    let timers = this.#timers.get(requestId);
    if (timers === undefined) {
      timers = {};
      this.#timers.set(requestId, timers);
    }
    timers[kind]?.cancel();
    timers[kind] = this.#clock.after(Math.max(0, delay.ms), delay.run);
  }

  clear(requestId: string, kind: TimerKind): void {
    const timers = this.#timers.get(requestId);
    timers?.[kind]?.cancel();
    if (timers !== undefined) delete timers[kind];
  }

  clearAll(requestId: string): void {
    const timers = this.#timers.get(requestId);
    if (timers === undefined) return;
    this.#timers.delete(requestId);
    for (const timer of Object.values(timers)) timer.cancel();
  }

  close(): void {
    for (const requestId of [...this.#timers.keys()]) this.clearAll(requestId);
  }
}
