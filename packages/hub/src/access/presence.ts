/** How many are here at once, by whatever tells them apart. What nobody has is forgotten, so that it is as large as who is here. */

export class Presence {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** @param max so many with one key at once. */
  constructor(max: number) {
    this.#max = max;
  }

  hasRoom(key: string): boolean {
    return (this.#counts.get(key) ?? 0) < this.#max;
  }

  /** @returns what takes it away again; called twice it does nothing more. */
  enter(key: string): () => void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }

  /** How many keys somebody has. */
  get size(): number {
    return this.#counts.size;
  }
}
