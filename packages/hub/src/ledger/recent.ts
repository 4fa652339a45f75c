/** The requests that ended last, and the payloads of those that opened last: what is asked for most, without asking the store. */

/** Keeps what was used last, up to a total weight. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();
  readonly #maxWeight: number;
  readonly #weigh: (value: Value) => number;
  #weight = 0;

  constructor(maxWeight: number, weigh: (value: Value) => number) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  add(key: string, value: Value): void {
    this.remove(key);
    const weight = this.#weigh(value);
    if (weight > this.#maxWeight) return;
    this.#values.set(key, value);
    this.#weight += weight;
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#maxWeight) return;
      this.remove(oldest);
    }
  }

  remove(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
