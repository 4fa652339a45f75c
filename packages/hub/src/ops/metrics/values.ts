/** What metrics are counted in: numbers, and numbers by where they fall. Counting is an addition; spelling them is for whoever asks. */

/** A counter or a gauge. */
export class Value {
  now = 0;

  add(amount = 1): void {
    this.now += amount;
  }
}

/** How many of what was observed fell below each bound. */
export class Histogram {
  readonly bounds: readonly number[];
  /** Of each bound those above the one before; the last are beyond all. */
  readonly counts: Float64Array;
  sum = 0;

  /** @param bounds ascending. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] ?? 0)) at += 1;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
  }
}

/** The values of one metric, one for each combination of its labels. Whoever counts often keeps the value. */
export class Family<One> {
  readonly #make: () => One;
  readonly #values = new Map<string, { readonly labels: readonly string[]; readonly value: One }>();

  constructor(make: () => One) {
    this.#make = make;
  }

  /** @param labels their values, in the order of the table. */
  of(...labels: string[]): One {
    const key = labels.join('\n');
    let known = this.#values.get(key);
    if (known === undefined) {
      known = { labels, value: this.#make() };
      this.#values.set(key, known);
    }
    return known.value;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#values.clear();
  }

  get all(): Iterable<{ readonly labels: readonly string[]; readonly value: One }> {
    return this.#values.values();
  }
}
