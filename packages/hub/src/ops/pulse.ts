/**
 * How the process fares: how late its event loop is, and how many messages come and go a second, over the last ten seconds.
 * Node itself looks at the loop every 20 ms; once a second what it found is taken together with what was counted.
 */

import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** Each look wakes the process, and that is too seldom to be felt. */
const lookMs = 20;
const secondMs = 1_000;
/** So many seconds are looked back at: long enough to be read, short enough to be about now. */
const keptSeconds = 10;
const nanosecondsPerMs = 1e6;

/** Messages since the start, in either direction. */
export interface MessageCounts {
  readonly received: number;
  readonly sent: number;
}

/** Milliseconds. */
interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Second extends MessageCounts {
  /** When it ended; the counts are those of then. */
  readonly endedMs: number;
  readonly worstLagMs: number;
}

export class Pulse {
  readonly #counts: () => MessageCounts;
  readonly #elapsed: () => number;
  readonly #delays = monitorEventLoopDelay({ resolution: lookMs });
  /** Since somebody took the lag, nanoseconds, with the pause between two looks. */
  readonly #taken = createHistogram();
  readonly #looking: NodeJS.Timeout;
  /** The latest last; there is always one. */
  readonly #seconds: Second[];
  /** Of this second, as far as it was looked at. */
  #worstMs = 0;

  /** @param elapsed monotonic, milliseconds. */
  constructor(counts: () => MessageCounts, elapsed: () => number = () => performance.now()) {
    this.#counts = counts;
    this.#elapsed = elapsed;
    this.#delays.enable();
    this.#seconds = [{ ...counts(), endedMs: elapsed(), worstLagMs: 0 }];
    this.#looking = setInterval(() => this.look(), secondMs).unref();
  }

  /** Ends a second. */
  look(): void {
    const now = this.#elapsed();
    const lateMs = now - (this.#seconds.at(-1)?.endedMs ?? now) - secondMs;
    this.#takeDelays();
    // A histogram that begins anew forgets when Node looked last: a loop that stood still right then shows in this one's own delay.
    if (lateMs > this.#worstMs) this.#note((lateMs + lookMs) * nanosecondsPerMs);
    const { received, sent } = this.#counts();
    this.#seconds.push({ received, sent, endedMs: now, worstLagMs: this.#worstMs });
    this.#worstMs = 0;
    // One more than the seconds that are told: where the first of them begins.
    if (this.#seconds.length > keptSeconds + 1) this.#seconds.shift();
  }

  /** The worst of the last ten seconds: where the loop stands still for one of them, a median would not tell. */
  get worstLagMs(): number {
    return Math.max(...this.#seconds.map(({ worstLagMs }) => worstLagMs));
  }

  /** The mean of the last ten seconds. */
  get messagesPerSecond(): { readonly in: number; readonly out: number } {
    const [first] = this.#seconds;
    const seconds = first === undefined ? 0 : (this.#elapsed() - first.endedMs) / secondMs;
    if (first === undefined || seconds <= 0) return { in: 0, out: 0 };
    const { received, sent } = this.#counts();
    return { in: (received - first.received) / seconds, out: (sent - first.sent) / seconds };
  }

  /** The lag since it was taken last. */
  takeLag(): Lag {
    this.#takeDelays();
    const taken = this.#taken;
    const lag = { p50: lagMs(taken.percentile(50)), p99: lagMs(taken.percentile(99)), max: lagMs(taken.max) };
    taken.reset();
    return lag;
  }

  close(): void {
    clearInterval(this.#looking);
    this.#delays.disable();
  }

  /** One after the other in the order of their size, of which there are fifty a second: nothing of them is lost. */
  #takeDelays(): void {
    const delays = this.#delays;
    const { count } = delays;
    for (let nth = 1; nth <= count; nth += 1) this.#note(delays.percentile((100 * nth) / count));
    delays.reset();
  }

  #note(delay: number): void {
    this.#taken.record(Math.max(1, Math.ceil(delay)));
    this.#worstMs = Math.max(this.#worstMs, lagMs(delay));
  }
}

/** What is measured is how long after the former look the next one came: what is beyond the pause between them is lag. */
function lagMs(delay: number): number {
  return Math.max(0, delay / nanosecondsPerMs - lookMs);
}
