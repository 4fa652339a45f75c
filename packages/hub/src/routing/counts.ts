/** How many requests are open and in which state, what happened of late, and how long it took: the same of a hub, a tenant and a service. */

import type { OpenState, Percentiles } from '@conduit/sdk/protocol/overview';
import type { TerminalState } from '@conduit/sdk/protocol/states';
import { Lately, lastMinute, lastQuarter } from './lately.ts';
import type { RequestRecord } from './record.ts';
import { Samples } from './samples.ts';

type Counted = 'accepted' | TerminalState;
export type Happened = Readonly<Record<Counted, number>>;

export class Counts {
  readonly #open: Record<OpenState, number> = { queued: 0, assigned: 0, running: 0, cancelling: 0 };
  readonly #minute = new Lately(minute);
  readonly #quarter = new Lately(quarter);
  readonly #samples = new Samples();

  accepted(elapsed: number): void {
    this.#minute.now(elapsed).accepted += 1;
    this.#quarter.now(elapsed).accepted += 1;
  }

  opened(state: OpenState): void {
    this.#open[state] += 1;
  }

  moved(from: OpenState, to: OpenState): void {
    this.#open[from] -= 1;
    this.#open[to] += 1;
  }

  ended(
    from: OpenState,
    to: TerminalState,
    { record, elapsed }: { readonly record: RequestRecord; readonly elapsed: number },
  ): void {
    this.#open[from] -= 1;
    this.#minute.now(elapsed)[to] += 1;
    this.#quarter.now(elapsed)[to] += 1;
    this.#samples.add(elapsed, elapsed - record.createdElapsed, record.queuedMs);
  }

  get open(): Readonly<Record<OpenState, number>> {
    return { ...this.#open };
  }

  get openCount(): number {
    const { queued, assigned, running, cancelling } = this.#open;
    return queued + assigned + running + cancelling;
  }

  /** Nothing happened of late. */
  isQuiet(elapsed: number): boolean {
    return this.#quarter.all(elapsed).length === 0;
  }

  lastMinute(elapsed: number): Happened {
    return sumOf(this.#minute, elapsed);
  }

  lastQuarter(elapsed: number): Happened {
    return sumOf(this.#quarter, elapsed);
  }

  /** The last quarter of an hour by its steps: when each began (hub time), and what happened in it. */
  steps(elapsed: number): readonly (readonly [startedElapsed: number, happened: Happened])[] {
    return this.#quarter.all(elapsed).map(({ step, value }) => [step * lastQuarter.stepMs, value]);
  }

  /** How long what ended in the last minute took. */
  tookInMinute(elapsed: number): Percentiles | undefined {
    return this.#samples.took(this.#minute.since(elapsed));
  }

  /** How long what ended in the last quarter of an hour took, and how long it had waited. */
  inQuarter(elapsed: number): { readonly took: Percentiles; readonly waited: Percentiles } | undefined {
    const since = this.#quarter.since(elapsed);
    const [took, waited] = [this.#samples.took(since), this.#samples.waited(since)];
    return took === undefined || waited === undefined ? undefined : { took, waited };
  }
}

/** The same for all: there may be a count for each of ten thousand services. */
const minute = { span: lastMinute, begin: nothing };
const quarter = { span: lastQuarter, begin: nothing };

const counted = ['accepted', 'completed', 'failed', 'cancelled', 'expired'] as const satisfies readonly Counted[];

function nothing(): Record<Counted, number> {
  return { accepted: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 };
}

function sumOf(lately: Lately<Happened>, elapsed: number): Happened {
  const sum = nothing();
  for (const { value } of lately.all(elapsed)) for (const what of counted) sum[what] += value[what];
  return sum;
}
