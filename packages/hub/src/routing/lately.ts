/** What happened of late, by steps of time. Steps in which nothing happened cost nothing, and what is older than is told is forgotten. */

/** How fine, and for how long. */
interface Span {
  readonly stepMs: number;
  /** The one that is going on is the last of them. */
  readonly steps: number;
}

export const lastMinute: Span = { stepMs: 1_000, steps: 60 };
/** As coarse as a chart of it can show. */
export const lastQuarter: Span = { stepMs: 10_000, steps: 90 };

interface Step<Value> {
  /** Hub time at which it began, in steps. */
  readonly step: number;
  readonly value: Value;
}

interface LatelyParts<Value> {
  readonly span: Span;
  /** What a step is when it begins. */
  readonly begin: () => Value;
  /** Runs for each step that is told no longer. */
  readonly forgotten?: (value: Value) => void;
}

export class Lately<Value> {
  readonly #parts: LatelyParts<Value>;
  readonly #stepMs: number;
  /** Oldest first. */
  readonly #steps: Step<Value>[] = [];

  constructor(parts: LatelyParts<Value>) {
    this.#parts = parts;
    this.#stepMs = parts.span.stepMs;
  }

  /** The step that is going on, to be added to. */
  now(elapsed: number): Value {
    const step = Math.floor(elapsed / this.#stepMs);
    const latest = this.#steps[this.#steps.length - 1];
    if (latest?.step === step) return latest.value;
    this.#forget(elapsed);
    const value = this.#parts.begin();
    this.#steps.push({ step, value });
    return value;
  }

  /** Those in which something happened, oldest first. */
  all(elapsed: number): readonly Step<Value>[] {
    this.#forget(elapsed);
    return this.#steps;
  }

  /** Hub time from which on it is told. */
  since(elapsed: number): number {
    const { steps } = this.#parts.span;
    return (Math.floor(elapsed / this.#stepMs) - steps + 1) * this.#stepMs;
  }

  #forget(elapsed: number): void {
    const since = this.since(elapsed);
    for (let oldest = this.#steps[0]; oldest !== undefined && oldest.step * this.#stepMs < since; oldest = this.#steps[0]) {
      this.#steps.shift();
      this.#parts.forgotten?.(oldest.value);
    }
  }
}
