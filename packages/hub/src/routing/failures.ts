/** The errors with which a service's requests failed in the last quarter of an hour, by code. Services choose their codes: only so many are kept apart. */

import { Lately, lastQuarter } from './lately.ts';

/** More than anybody reads, or names on purpose: one who has a code for each request costs the hub no more than this. */
const maxCodes = 20;
/** What stands for all the others. */
const otherCodes = 'other';

interface Failure {
  count: number;
  lastAt: number;
}

export class Failures {
  readonly #codes = new Map<string, Failure>();
  readonly #steps = new Lately({
    span: lastQuarter,
    begin: () => new Map<string, number>(),
    forgotten: (step) => this.#forget(step),
  });

  /** @param at wall clock, milliseconds. */
  add(code: string, { at, elapsed }: { readonly at: number; readonly elapsed: number }): void {
    // What is over makes room first.
    const step = this.#steps.now(elapsed);
    const name = this.#codes.has(code) || this.#codes.size < maxCodes ? code : otherCodes;
    step.set(name, (step.get(name) ?? 0) + 1);
    const known = this.#codes.get(name);
    if (known === undefined) this.#codes.set(name, { count: 1, lastAt: at });
    else {
      known.count += 1;
      known.lastAt = at;
    }
  }

  /** The most frequent first. */
  list(elapsed: number): readonly (Readonly<Failure> & { readonly code: string })[] {
    this.#steps.all(elapsed);
    const failures = [...this.#codes].map(([code, failure]) => ({ code, ...failure }));
    return failures.sort((one, other) => other.count - one.count || other.lastAt - one.lastAt);
  }

  #forget(step: ReadonlyMap<string, number>): void {
    for (const [code, count] of step) {
      const known = this.#codes.get(code);
      if (known === undefined) continue;
      known.count -= count;
      if (known.count === 0) this.#codes.delete(code);
    }
  }
}
